# %% exercise-answer
# A thread of the pool makes the report. {"ask": "reports"} is as good: another program makes it, and is waited for.
report_steps = [{"blocking": "60ms"}, {"effect": "report"}]
task.check(report_steps)
