# %% exercise-answer
# Wait for the near one, again if need be, within the second. Tell the far one by an event.
mine = {
    "services.register.handle": [
        {"work": "2ms"},
        {"call": {"service": "database", "timeout": "240ms", "retry": {"attempts": 4}}},
        {"publish": "customer-registered"},
        {"reply": "registered"},
    ],
    "services.database.idempotent": True,  # for a lost answer
    "services.mailing-list.subscribe": "customer-registered",
}
task.check(mine)
