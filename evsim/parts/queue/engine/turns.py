"""The turns of a queue without limits, where who comes first is first: most queues are such, and quicker for it."""

from itertools import count

__all__ = ["appending", "granting"]


def appending(queue):
    """`append` of a queue that knows no message from before and holds none back."""
    rows, messages, env = queue.kernel.records.rows, queue.kernel.records.messages, queue.kernel.env
    appended, offset, luck_of = messages.appended, messages.offset, messages.luck
    luck, parent, born, ready = rows.luck, rows.parent, rows.born, rows.ready
    new, put, grant, offset_counter = rows.new, queue.store.rows.append, queue.grant, count()

    def append(message):
        appended[message] = now = env._now
        offset[message] = next(offset_counter)
        row = next(new)
        luck[row] = luck_of[message]
        parent[row] = message
        born[row] = ready[row] = now
        put(row)
        grant()

    return append


def granting(queue):
    """`grant` of a queue without limits, where who comes first is first and the seats take turns: most are."""
    turns, ready, take = queue.seats.turns, queue.store.rows, queue.store.rows.popleft

    def grant():
        if queue.is_held or not turns:
            return
        if queue.spent and queue.is_asked:
            queue.bury()
        barred = []
        while turns and (ready or len(turns) > 1) and not queue.down and queue.frozen is None:
            seat = turns[0]
            if not seat.is_up:
                barred.append(turns.popleft())
                continue
            if not ready:
                break
            row = take()
            seat.credit -= 1
            if not seat.credit:
                turns.popleft()
            elif len(turns) > 1:
                turns.rotate(-1)
            seat.consumer.hand_out(row, seat)
        if barred:
            turns.extend(barred)

    return grant
