"""The registration in seven designs that differ in what a crash leaves behind."""

from evsim.lesson.lesson_sizes import lesson_size

__all__ = ["crash_designs"]


def crash_designs():
    """name -> scenario of lesson size, for :func:`evsim.crash_matrix`.

    classic; hardened (both calls at once, an error of the mailing list is ignored); two writes (the row by a call, then
    a publish); outbox (the row and the event in one transaction); early ack (events; an offset is committed before the
    work), late ack (after it); idempotent (late ack, and nothing is done twice).
    """
    classic, parallel, hybrid, events = map(lesson_size, ("classic", "parallel", "hybrid", "events"))
    calls = [{"call": {"service": name, "timeout": "2s"}} for name in ("database", "mailing-list")]
    calls[1]["call"]["on_error"] = "ignore"
    at_once = [{"work": "2ms"}, {"parallel": calls}, {"reply": "registered"}]
    hardened = parallel.replace({"services.register.handle": at_once})
    row = [{"work": {"exponential": "50ms"}}, {"effect": "customer row"}]
    two_writes = hybrid.replace({
        "services.register.handle": [
            {"work": "2ms"}, calls[0], {"publish": "customer-registered"}, {"reply": "registered"},
        ],
        "services.database.handle": row,
    })  # fmt: skip
    readers = ("database", "mailing-list")
    early = events.replace({f"services.{name}.subscribe": {"channel": "customer-registered", "commit": "before"}
                            for name in readers})  # fmt: skip
    once = events.replace({f"services.{name}.idempotent": True for name in readers})
    return {
        "classic": classic, "hardened": hardened, "two writes": two_writes, "outbox": hybrid, "early ack": early,
        "late ack": events, "idempotent": once,
    }  # fmt: skip
