# %% exercise-answer
# First readers that understand both, then the writer; the old name goes when no event with it is left to read.
readers = {10: "reads both", 40: "reads mail"}
plan = {"register": {20: "writes mail"}, "welcome": readers, "mailing-list": readers}
task.check(plan)
