# %% exercise-answer
# Who has written the row says so, and the newcomer listens to that; the others change nothing.
mine = {
    "services.database.handle": [*database, {"publish": "row-written"}],
    "channels.row-written": "queue",
    "services.profile.subscribe": "row-written",
}
task.check(mine)
