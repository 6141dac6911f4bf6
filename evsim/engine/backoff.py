"""Back-off: how long to wait before the next attempt.

Formulas: M. Brooker, Exponential Backoff And Jitter (AWS Architecture Blog, 2015).
"""

from evsim.ticks import ticks, whole

__all__ = ["waits"]


def waits(retry, chances, table, first):
    """A function ``wait(row, number)``: ticks after attempt `number` (1, 2 ...) of a row of `table`.

    chances: uniform draws. first(row): the luck of the first attempt; with it a chain of waits is the same chain at
    each attempt. The wait belongs to the request, not to the order of events.
    """
    backoff = retry.backoff
    kind, base, cap = backoff.kind, ticks(backoff.base), ticks(backoff.cap)
    cap = float("inf") if cap is None else cap

    def chance(row, number):
        return chances.labelled(table.luck[row], number)

    def window(number):
        try:
            return min(cap, base * backoff.factor ** (number - 1))
        except OverflowError:
            return cap

    def decorrelated(row, number):
        wait, of_chain = base, first(row)
        for earlier in range(1, number + 1):
            wait = min(cap, base + (wait * backoff.factor - base) * chances.labelled(of_chain, earlier))
        return wait

    if kind == "constant":
        steady = whole(base)
        return lambda row, number: steady
    wait = {
        "exponential": lambda row, number: window(number),
        "full_jitter": lambda row, number: window(number) * chance(row, number),
        "equal_jitter": lambda row, number: window(number) * (1 + chance(row, number)) / 2,
        "decorrelated": decorrelated,
    }[kind]
    return lambda row, number: whole(wait(row, number))
