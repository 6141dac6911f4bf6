"""Absences: when the instances of a service were not there, or started nothing."""

__all__ = ["absences"]


def absences(run, service, kinds):
    """For each instance of a service: the spans (start, end) of faults of some `kinds`, in order and apart.

    A crash or a pause of the program takes all that runs inside it. A program that has ended stays away.
    """
    settings = run.scenario.services[service]
    away = [[] for _ in range(settings.instances)]
    for time, kind, target, end in run.records.incidents:
        if kind not in kinds:
            continue
        name, _, number = str(target).partition("/")
        inside = name == settings.inside and kind != "outage"
        if name == service or inside:
            for instance in [int(number) - 1] if number else range(settings.instances):
                if instance < settings.instances:  # of the program, which may have more of them
                    away[instance].append((time, run.ended_at if end is None or kind == "ended" else end))
    return [_apart(sorted(spans)) for spans in away]


def _apart(spans):
    result = []
    for start, end in spans:
        if result and start <= result[-1][1]:
            result[-1] = result[-1][0], max(end, result[-1][1])
        else:
            result.append((start, end))
    return result
