# %% exercise-answer
# The first day is kept until the index comes to it; of four workers three are left for the past: ten days.
mine = {
    "services.search-index.subscribe": {"channel": "product-changed", "from": "30s", "start": "earliest"},
    "services.search-index.workers": 4,
    "channels.product-changed.log.retention": "40s",
}
task.check(mine)
