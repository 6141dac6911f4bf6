"""Who works next, where some of those who wait may go to one instance alone: worked out a second time."""

from collections import deque

from hypothesis import given, settings
from hypothesis import strategies as st

from evsim.engine.affinity import InstanceAffinity

INSTANCES, WORKERS = 3, 2  # workers 0 and 1 are of instance 0, 2 and 3 of instance 1 ...
FREE = st.permutations(range(INSTANCES * WORKERS)).flatmap(lambda order: st.integers(1, 6).map(lambda n: order[:n]))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from([None, 0, 1, 2]), max_size=5), FREE, st.booleans())
def test_the_first_who_may_begin_does_with_the_worker_that_has_been_free_longest(pinned, free, last):
    """``pinned``: the instance of each who waits, or None; ``last``: the newest is first."""
    affinity = InstanceAffinity({row: its for row, its in enumerate(pinned) if its is not None})
    inbox, workers = deque(range(len(pinned))), deque(free)
    found, expected = affinity.match(inbox, workers, WORKERS, last), None
    for row in reversed(range(len(pinned))) if last else range(len(pinned)):
        able = [worker for worker in free if pinned[row] in (None, worker // WORKERS)]
        if able:
            expected = row, able[0]
            break
    assert found == expected
    gone_row, gone_worker = expected or (None, None)
    assert list(inbox) == [row for row in range(len(pinned)) if row != gone_row]
    assert list(workers) == [worker for worker in free if worker != gone_worker]
    assert set(affinity) == {row for row, its in enumerate(pinned) if its is not None and row != gone_row}
