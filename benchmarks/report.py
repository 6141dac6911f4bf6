"""Pairs of measurements, the ratios between them, and the tables."""

import platform
from importlib.metadata import PackageNotFoundError, version
from statistics import median

from .implementations import IMPLEMENTATIONS, REFERENCE
from .measure import WARM_UP, import_time, measure_fresh
from .outcome import against_theory, verdict
from .workloads import WORKLOADS

IMPORTS = ("simpy", "numpy", "evsim", "evsim.engine")
IMPORT_AIM = 0.250
MEMORY_AIM = ("evsim", "W4", 600)  # implementation, workload, MB a million messages
SMALLEST = 100  # messages of one measurement
PEERS, PEER_AIM = ("ciw", "asyncflow"), 10
PACKAGES = ("simpy", "numpy", "ciw", "salabim", "happysim", "asyncflow-sim")


def run(names, subjects, messages=None, pairs=5, say=print):
    """Measure; a dict ready for JSON. `messages` replaces the size of every workload."""
    missing, results = {}, {}
    for subject in subjects:
        found = measure_fresh(subject, WORKLOADS["W1"], WARM_UP, 1)
        if "missing" in found:
            missing[subject] = found["missing"]
            say(f"{IMPLEMENTATIONS[subject].title}: left out, {found['missing']}")
    subjects = [subject for subject in subjects if subject not in missing]
    for name in names:
        workload = WORKLOADS[name]
        able = [subject for subject in subjects if name in IMPLEMENTATIONS[subject].workloads]
        results[name] = {subject: [] for subject in able}
        for pair in range(1, pairs + 1):
            for subject, done in results[name].items():
                share = IMPLEMENTATIONS[subject].share
                size = max(SMALLEST, int((messages or workload.messages) * share))
                done.append([measure_fresh(who, workload, size, pair) for who in (REFERENCE, subject)])
            say(f"{name}: pair {pair} of {pairs}")
    return {
        "machine": machine(),
        "pairs": pairs,
        "missing": missing,
        "measurements": results,
        "summary": {name: summarise(WORKLOADS[name], results[name]) for name in names},
        "imports": imports(missing),
    }


def machine():
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            pass
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return {"python": python, "system": f"{platform.system()} {platform.machine()}", "versions": versions}


def imports(missing):
    modules = [module for module in IMPORTS if not (module.startswith("evsim") and "evsim" in missing)]
    return {module: median(import_time(module) for _ in range(5)) for module in modules}


def each(measurement, what):
    return measurement[what] / measurement["messages"]


def summarise(workload, results):
    """Per implementation: median ratio, microseconds and bytes a message, and the verdict on the physics."""
    summary = {}
    for subject, pairs in results.items():
        references, subjects = zip(*pairs)
        summary[subject] = {
            "ratio": median(each(reference, "wall") / each(run, "wall") for reference, run in pairs),
            "microseconds": 1e6 * median(each(run, "wall") for run in subjects),
            "bytes": median(each(run, "bytes") for run in subjects),
            "whole": median(run["bytes"] for run in subjects),
            "verdict": verdict(workload, subjects, references),
        }
    if results:
        largest = max(results, key=lambda subject: IMPLEMENTATIONS[subject].share)
        references = [reference for reference, _ in results[largest]]
        summary[REFERENCE] = {
            "ratio": 1.0,
            "microseconds": 1e6 * median(each(run, "wall") for run in references),
            "bytes": median(each(run, "bytes") for run in references),
            "verdict": against_theory(workload, references),
        }
    return summary


def differing(report):
    """What the physics check found wrong, a sentence each."""
    return [
        f"{IMPLEMENTATIONS[subject].title}, {name}: {found['verdict']}"
        for name, summary in report["summary"].items()
        for subject, found in summary.items()
        if found["verdict"].startswith("DIFFERS")
    ]


def tables(report):
    """The report as Markdown."""
    summary, names = report["summary"], list(report["summary"])
    rows = [subject for subject in IMPLEMENTATIONS if any(subject in summary[name] for name in names)]
    machine, left_out = report["machine"], report["missing"].items()
    used = ", ".join(f"{package} {number}" for package, number in machine["versions"].items())
    lines = [
        f"{machine['python']}, {machine['system']}; {used}; medians of {report['pairs']} pairs.",
        "",
        "Times as fast as idiomatic SimPy:",
        "",
        *table(names, rows, lambda subject, name: ratio_cell(summary[name], subject, name)),
        "",
        "Memory, MB a million messages:",
        "",
        *table(names, rows, lambda subject, name: memory_cell(summary[name], subject, name)),
        "",
        "Mean wait of the reference, and whether waits and rows a message agree with it:",
        "",
        *table(names, rows, lambda subject, name: summary[name].get(subject, {}).get("verdict", "")),
        "",
        *(line for peer in PEERS for line in peer_line(summary, peer)),
        *import_lines(report["imports"]),
        *(f"* Left out: {IMPLEMENTATIONS[subject].title} ({why})." for subject, why in left_out),
    ]
    return "\n".join(lines)


def table(names, rows, cell):
    yield f"| | {' | '.join(names)} |"
    yield "|---" * (len(names) + 1) + "|"
    for subject in rows:
        yield f"| {IMPLEMENTATIONS[subject].title} | {' | '.join(cell(subject, name) for name in names)} |"


def met(value, aim, most=False):
    return "met" if (value <= aim if most else value >= aim) else "missed"


def ratio_cell(summary, subject, name):
    if subject not in summary:
        return ""
    ratio = summary[subject]["ratio"]
    if subject == REFERENCE:
        return f"1 ({summary[subject]['microseconds']:.0f} µs a message)"
    aim = IMPLEMENTATIONS[subject].aims.get(name)
    return f"{ratio:.2f}" + (f" (aim {aim:g}: {met(ratio, aim)})" if aim else "")


def memory_cell(summary, subject, name):
    if subject not in summary:
        return ""
    if not IMPLEMENTATIONS[subject].grows:
        return f"{summary[subject]['whole'] / 1e6:.0f} in all"
    size = summary[subject]["bytes"]
    *where, aim = MEMORY_AIM
    return f"{size:.0f}" + (f" (aim {aim}: {met(size, aim, most=True)})" if [subject, name] == where else "")


def peer_line(summary, peer):
    times = {
        name: found["evsim"]["ratio"] / found[peer]["ratio"]
        for name, found in summary.items()
        if "evsim" in found and peer in found
    }
    if times:
        each_time = ", ".join(f"{name} {value:.0f}" for name, value in times.items())
        yield (
            f"* evsim with full records against {IMPLEMENTATIONS[peer].title}: {each_time} times as fast "
            f"(aim {PEER_AIM}: {met(min(times.values()), PEER_AIM)})."
        )


def import_lines(seconds):
    listed = ", ".join(
        f"`{module}` {1000 * value:.0f} ms ({value / seconds['simpy']:.1f})" for module, value in seconds.items()
    )
    yield f"* Import time, fresh process (and as a multiple of SimPy's): {listed}."
    if "evsim" in seconds:
        verdict_on_it = met(seconds["evsim"], IMPORT_AIM, most=True)
        yield f"* `import evsim`: aim {1000 * IMPORT_AIM:.0f} ms: {verdict_on_it}."
