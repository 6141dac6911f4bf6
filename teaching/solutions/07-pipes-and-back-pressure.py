# %% exercise-answer
# Of 20 in the queue the last one waits about 4 seconds until it is their turn. Who finds it full hears so at once.
mails = {"queue": {"max_length": 20, "overflow": "reject_publish"}}
task.check({"channels.mails": mails})
