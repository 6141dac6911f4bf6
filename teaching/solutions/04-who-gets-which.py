# %% exercise-answer
welcome = {
    "instances": 2,  # one has 1.2 s of work a second
    "subscribe": "customer-registered",  # a group of its own: a copy of every event
    "handle": [{"work": {"exponential": "120ms"}}, {"effect": "welcome mail"}],
}
task.check({"services.welcome": welcome})
