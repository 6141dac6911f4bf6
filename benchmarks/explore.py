"""`python -m benchmarks.explore`: how long an explorer and a branch take to answer, in ms; the aim is 100."""

import json
from statistics import median
from time import perf_counter

import evsim
from evsim.lesson import lesson_size

WORKERS = "services.mailing-list.workers"
DESIGNS = ("classic", "events")
ROUNDS = 25


def answers(design):
    """Seconds from a move of the slider to the scene and the sentence as the browser gets them."""
    explorer = evsim.explore(lesson_size(design), [WORKERS])
    for number in range(ROUNDS):
        begin = perf_counter()
        shown, _ = explorer._changed({0: number % len(explorer.knobs[0].values)})
        json.dumps([shown.rows, *(scene.to_dict() for scene in shown.scenes)])
        yield perf_counter() - begin


def branches(design):
    """Seconds for another future, the check of its past included."""
    run = lesson_size(design).run()
    for number in range(ROUNDS):
        begin = perf_counter()
        run.branch({"outage": "mailing-list", "for": "5s"}, at=number + 1)
        yield perf_counter() - begin


def main():
    print("median and slowest of", ROUNDS, "in ms, for about 300 customers")
    for what in (answers, branches):
        for design in DESIGNS:
            times = [1000 * each for each in what(design)]
            print(f"{what.__name__:9} {design:8} {median(times):6.1f} {max(times):6.1f}")


if __name__ == "__main__":
    main()
