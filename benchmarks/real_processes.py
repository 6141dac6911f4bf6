"""`python -m benchmarks.real_processes`: what live runs measured beside what was predicted, as a Markdown table.

Each broker that is there, healthy and with the mailing list killed, and the calls. It takes some minutes, and wants a
machine that does nothing else.
"""

import platform
from datetime import date
from os import cpu_count

import evsim
from evsim.figures import write
from evsim.scenario import ScenarioError
from evsim.testbed.brokers import BROKERS

SECONDS, KILL = 25, "mailing-list@10s+3s"
FIGURES = ("response_mean", "response_p99", "completion_mean", "completion_p50", "completion_p90", "completion_p99")
COUNTS = ("errors", "told_error_yet_true", "effects_missing", "effects_repeated")


def cases():
    """(scenario, broker, kills) of each run."""
    for kill in ((), (KILL,)):
        yield "registration-classic", "mini", kill
        for broker in BROKERS:
            yield "registration-events", broker, kill


def main():
    machine = f"{platform.system()} {platform.machine()}, {cpu_count()} processors"
    print(f"{date.today()}, {machine}: {SECONDS} s, 50 customers a second\n")
    print("| | " + " | ".join(each.replace("_", " ") for each in (*FIGURES, *COUNTS)) + " | a sleep ends late by |")
    print("|---" * (len(FIGURES) + len(COUNTS) + 2) + "|")
    for name, broker, kill in cases():
        what = f"{name.removeprefix('registration-')}, {broker}{', list killed' if kill else ''}"
        try:
            run = evsim.live(name, seconds=SECONDS, kill=kill, broker=broker)
            rows = {figure: values for figure, *values in run.prediction().rows}
        except ScenarioError as refusal:
            print(f"| {what} | {refusal} |")
            continue
        cells = [_cell(figure, rows.get(figure)) for figure in (*FIGURES, *COUNTS)]
        print(f"| {what} | {' | '.join(cells)} | {run.calibration.overshoot * 1e3:.2f} ms |", flush=True)


def _cell(figure, row):
    """Measured (predicted)."""
    return "-" if row is None else f"{write(figure, row[0])} ({write(figure, row[1])})"


if __name__ == "__main__":
    main()
