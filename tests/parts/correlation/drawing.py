"""Requests over a channel, and their replies, in random systems."""

__all__ = ["ask_over_a_channel"]

ASKS = {1: ({"log": {"partitions": 2}}, {"timeout": 2}), 6: ("queue", {"timeout": 4, "on_error": "ignore"})}


def ask_over_a_channel(data):
    """Let the first service of some systems, by their seed, ask once more. Nothing is drawn for it."""
    if data["run"]["seed"] not in ASKS:
        return
    channel, awaits = ASKS[data["run"]["seed"]]
    first = next(iter(data["services"]))
    data["channels"] |= {"questions": channel, "answers": channel}
    data["services"][first]["handle"] += [{"publish": "questions"}, {"await_reply": awaits}]
    data["services"]["quoter"] = {
        "workers": 2, "subscribe": "questions",
        "handle": [{"work": {"exponential": 0.25}}, {"publish": "answers"}, {"fail": 0.1}],
    }  # fmt: skip
    data["services"]["listener"] = {"workers": 2, "subscribe": "answers", "handle": [{"correlate": first}]}
