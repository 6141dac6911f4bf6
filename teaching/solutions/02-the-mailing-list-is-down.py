# %% exercise-answer
steps = [
    {"work": "2ms"},
    {"call": "mailing-list"},  # what can fail comes first
    {"call": "database"},
    {"reply": "registered"},
]
task.check(steps)
