# %% exercise-answer
constants = {"way": 0.4, "mailing-list": 7.0, "database": 2.5, "register": 1.5}  # the rest, less four ways
task.check(constants)
