# %% exercise-answer
# Who is busy all day is paid for by presence; who is idle most of the day by use, with enough memory.
mine = {"pay": containers(3), "album": function("1769MiB")}
task.check(mine)
