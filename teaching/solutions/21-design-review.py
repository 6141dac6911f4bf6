# %% exercise-answer
# Only the broker is needed for a yes; who waits for nobody needs few workers, and the list gets what they leave.
mine = {**wiring("events"), "services.register.workers": 3, "services.mailing-list.workers": 5}
task.check(mine)
