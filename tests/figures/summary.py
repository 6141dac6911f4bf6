"""The summary, from customers, ledger and work."""

from tests.figures.averages import NONE, percentiles, share
from tests.figures.parts_of_services import of_run
from tests.figures.work import amplifications, wasted_work

__all__ = ["summary"]


def summary(plain, customers, entries):
    mine = [each for each in customers if each.counted]
    ok = [each for each in mine if each.ending == "ok"]
    answered = [each for each in mine if each.ending != "pending"]
    told = [each.told for each in mine]
    states = [entry.state for entry in entries if entry.counted]
    counts = {ending: sum(each.ending == ending for each in mine) for ending in
              ("error", "timeout", "rejected", "declined", "pending")}  # fmt: skip
    return {
        "requests": len(mine),
        "completed": len(ok),
        "throughput": len(answered) / plain.window,
        "goodput": sum(each.good for each in mine) / plain.window,
        "availability": share(len(ok) + counts["declined"], len(mine)),
        **percentiles("response", [each.response for each in answered]),
        **percentiles("completion", [each.completion for each in mine if each.completion is not None]),
        **percentiles("consistency_lag", _lags(mine)),
        "errors": counts["error"],
        "timeouts": counts["timeout"],
        "rejected": counts["rejected"],
        "declined": counts["declined"],
        "pending": counts["pending"],
        "effects_missing": sum(each.lacks for each in mine if each.ending != "declined"),
        "effects_repeated": sum(each.repeated for each in mine),
        "effects_undone": sum(each.row.counted and each.undone is not None for each in plain.effects),
        "inconsistent": sum(each.inconsistent for each in mine),
        "lost": states.count("lost"),
        "duplicated": states.count("duplicate"),
        "dead": states.count("dead") - sum(entry.counted and entry.moved_back for entry in entries),
        "expired": states.count("expired"),
        "dropped": states.count("dropped"),
        "reordered": sum(entry.counted and entry.reordered for entry in entries),
        "told_yes_not_true": told.count("yes, true later") + told.count("yes, never true"),
        "told_yes_never_true": told.count("yes, never true"),
        "told_no_yet_true": told.count("no, something true"),
        "told_error_yet_true": told.count("error, some true") + told.count("error, all true"),
        "told_error_all_true": told.count("error, all true"),
        "wasted_work": wasted_work(plain),
        "retries": sum(row.counted and row.attempt > 1 and row.is_attempt for row in plain.rows),
        "retry_amplification": max([each for each in amplifications(plain).values() if each == each], default=NONE),
        **of_run(plain, len(ok)),
    }


def _lags(customers):
    return [each.consistency_lag for each in customers if each.consistency_lag is not None]
