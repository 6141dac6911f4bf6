"""The customers who came before, during and after each fault, and the figures of each such phase."""

from evsim.counting import listed
from tests.figures.averages import percentiles, share

__all__ = ["phases"]


def phases(plain, customers):
    """phase -> figures; those of one name together."""
    found = {}
    for name, start, end in _spans(plain) if plain.scenario.faults else ():
        start, end = max(start, plain.left), min(end, plain.right)
        if start < end:
            its, seconds = found.get(name, ([], 0.0))
            its = its + [each for each in customers if each.counted and start <= each.born < end]
            found[name] = its, seconds + end - start
    return {name: _figures(*its) for name, its in found.items()}


def _spans(plain):
    """(name, start, end) of all phases."""
    since, before = 0.0, "before"
    for group in _faults(plain):
        start, end = group[0][0], max(each[1] for each in group)
        words = listed(dict.fromkeys(each[2] for each in group))
        yield before, since, start
        yield f"during {words}", start, end
        since, before = end, f"after {words}"
    yield before, since, plain.right


def _faults(plain):
    """(start, end, words) of all faults, in groups of those that overlap, in order of time."""
    kinds, found = {fault.kind for fault in plain.scenario.faults}, []
    for time, kind, target, until in plain.incidents:
        if kind in kinds:
            end, words = plain.right if until is None else until, f"{kind.replace('_', ' ')} of {target}"
            if any((each.kind, each.subject, each.at) == (kind, target, time) for each in plain.scenario.faults):
                words += f" ({time:g} s to {end:g} s)"  # one that comes at random has no time of its own
            found.append((time, end, words))
    groups = []
    for each in sorted(found):
        if groups and each[0] < max(end for _, end, _ in groups[-1]):
            groups[-1].append(each)
        else:
            groups.append([each])
    return groups


def _figures(mine, seconds):
    endings, told = [each.ending for each in mine], [each.told for each in mine]
    answered = [each.response for each in mine if each.ending != "pending"]
    declined, completed = endings.count("declined"), endings.count("ok")
    return {
        "requests": len(mine), "completed": completed, "availability": share(completed + declined, len(mine)),
        "declined": declined, "pending": endings.count("pending"),
        "told_error": len(mine) - completed - declined - endings.count("pending"),
        **percentiles("response", answered),
        "goodput": sum(each.good for each in mine) / seconds,
        "requests_repeated": sum(bool(each.repeated) for each in mine),
        "told_yes_not_true": told.count("yes, true later") + told.count("yes, never true"),
        "told_yes_never_true": told.count("yes, never true"),
        "told_no_yet_true": told.count("no, something true"),
        "told_error_yet_true": told.count("error, some true") + told.count("error, all true"),
        "seconds": seconds,
    }  # fmt: skip
