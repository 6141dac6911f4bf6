# %% exercise-answer
mine = {
    "services.register.handle": [
        {"work": "2ms"},
        {"call": "database"},  # may say no
        {"publish": "customer-registered"},  # after it: nobody takes a message back
        {"reply": "registered"},
    ],
    "services.database.subscribe": [],
}
task.check(mine)
