# %% exercise-answer
steps = [
    {"work": "2ms"},
    {"parallel": [{"call": "database"}, {"call": "mailing-list"}]},
    {"reply": "registered"},
]
task.check(steps)
