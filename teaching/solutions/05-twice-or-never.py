# %% exercise-answer
mine = {
    "services.database.subscribe": {"channel": "customer-registered"},  # late: nothing is lost
    "services.database.idempotent": True,  # and again is harmless
    "services.mailing-list.subscribe": {"channel": "customer-registered", "dead_letter": "dead-letters"},
    "services.mailing-list.idempotent": True,
}
task.check(mine)
