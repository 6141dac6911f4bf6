# %% exercise-answer
# One instance for each 20 mails that wait, looked at often. Three would be enough, and four are done sooner.
mailer = {"autoscale": {"by": "lag", "target": 20, "least": 1, "most": 4, "start": "10s", "every": "2s"}}
task.check({f"services.mailer.{name}": value for name, value in mailer.items()})
