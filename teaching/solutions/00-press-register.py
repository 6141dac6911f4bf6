# %% exercise-answer
what = "customer-registered"  # the broker; "register" is right, too
task.check(what)
