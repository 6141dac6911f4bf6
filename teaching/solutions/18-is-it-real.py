# %% exercise-answer
# The same seeds for both, a number of runs that was chosen before, and an interval that may say nothing.
def rule(first, second):
    seeds = range(1, 16)
    found = apart([first(seed) for seed in seeds], [second(seed) for seed in seeds])
    return "quicker" if found.high < 0 else "slower" if found.low > 0 else "not decided"


task.check(rule)
