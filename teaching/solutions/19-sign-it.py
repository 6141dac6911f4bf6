# %% exercise-answer
# While one is down, two are left, and they do what comes; who was in work when it failed is asked for once more.
mine = {"machines": 3, "processors": 1, "tries": 2}
task.check(mine)
