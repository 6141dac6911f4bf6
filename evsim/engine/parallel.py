"""Parallel branches of a handler: they hold no extra worker, and the step ends when all have, or so many have won."""

__all__ = ["all_ended", "parallel"]


def parallel(compiler, step, position, then, fail):
    if step.successes:
        return first_win(compiler, step, position, then, fail)
    left, joined, failed = all_ended(compiler.service, then, fail)
    count = len(step.branches)
    branches = _branches(compiler, step, position, joined, failed)

    def fork(row):
        left[row] = count
        for branch in branches:
            branch(row)

    return fork


def all_ended(service, then, fail):
    """A step that is over when all it has begun has ended, and fails if one of them did, for the reason of the first.

    (``left``: row -> how many have not ended, which the step writes; ``ended(row)`` and ``failed(row, reason)`` of one)
    """
    left, failures = {}, {}
    service.volatile += [left, failures]

    def ended(row):
        remaining = left.get(row)
        if remaining is None:
            return  # the handler died meanwhile
        if remaining > 1:
            left[row] = remaining - 1
            return
        del left[row]
        reason = failures.pop(row, None)
        if reason is None:
            then(row)
        else:
            fail(row, reason)

    def failed(row, reason):
        failures.setdefault(row, reason)
        ended(row)

    return left, ended, failed


def first_win(compiler, step, position, then, fail):
    """The step goes on when so many branches have succeeded, and fails when so many no longer can."""
    left = {}  # row -> [successes still needed, failures still bearable]
    compiler.service.volatile.append(left)
    needed, bearable = step.successes, len(step.branches) - step.successes

    def won(row):
        if row in left:
            left[row][0] -= 1
            if not left[row][0]:
                del left[row]
                then(row)

    def branch_failed(row, reason):
        if row in left:
            left[row][1] -= 1
            if left[row][1] < 0:
                del left[row]
                fail(row, reason)

    def still(follows):
        """What a branch does next, if no other has won meanwhile."""

        def go_on(row):
            if row in left:
                follows(row)

        return go_on

    outer = compiler.still
    compiler.still = still if outer is None else lambda function: outer(still(function))
    branches = _branches(compiler, step, position, won, branch_failed)
    compiler.still = outer

    def fork(row):
        left[row] = [needed, bearable]
        for branch in branches:
            if row in left:
                branch(row)

    return fork


def _branches(compiler, step, position, joined, failed):
    return [
        compiler.link(branch, (*position, number), compiler.own(joined), failed)
        for number, branch in enumerate(step.branches)
    ]
