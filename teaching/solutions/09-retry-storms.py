# %% exercise-answer
# In small trouble there is a retry for each lost call; when all fail there is one for ten calls.
again = {"attempts": 4, "budget": {"ratio": 0.1, "burst": 10}}
call = {"service": "mailing-list", "timeout": "1s", "retry": again}
task.check([{"call": call}, {"reply": "registered"}])
