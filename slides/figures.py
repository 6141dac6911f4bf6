"""The pictures of the slides: each is a scene made by the kit from its runs, as ``{{figure: name}}`` in deck.md."""

from dataclasses import replace

from docs.build import SEEDS
from evsim.view import diagram, dots, flow, lives, promise, staleness
from evsim.view.scene.axes import Frame, names, times
from evsim.view.scene.marks import Dots, Line, Look, Text, look_of
from evsim.view.scene.scene import Scene
from evsim.view.style import COLOURS, INK, PAPER, TOLD, seconds
from slides.numbers import customer, twin
from slides.runs import DESIGNS, run, scenario

__all__ = ["FIGURES", "draw"]

MEANS = ("response_mean", "completion_mean")
LARGER = 1.2  # the words of a diagram


def draw(name):
    """The scene of that name, without the title it has elsewhere: a slide has its own. ``size``: as it is shown."""
    make, size = FIGURES[name]
    return replace(make(), title="", size=size)


def told_and_true():
    """Mean time until a customer is told, and until everything is true, in each design."""
    means = {}
    for name in DESIGNS:
        found = [run(name, seed=seed).summary() for seed in SEEDS]
        means[name] = [sum(each[what] for each in found) / len(found) for what in MEANS]
    looks = look_of(TOLD, 0.0), Look(INK, "D", width=0.0, edge=PAPER)
    marks = []
    for level, (told, true) in enumerate(means.values()):
        marks.append(Line("", (told, true), (level, level), Look(COLOURS["grey"], width=4.0)))
        for time, look, words in ((told, looks[0], "told"), (true, looks[1], "all true")):
            marks.append(Dots(words, [time], [level], look, 0.19, words=f"{words}, {seconds(time)}"))
        left, right = sorted((told, true))
        for time, dx, side in ((left, -12, "right"), (right, 12, "left")):
            marks.append(Text(seconds(time), time, level, dx=dx, side=side, size=13))
    longest = max(max(each) for each in means.values())
    words = "; ".join(f"{name}: told {seconds(a)}, all true {seconds(b)}" for name, (a, b) in means.items())
    across = times(0.0, longest, "mean time since the customer asked")
    return Scene(
        "told-and-true", "", f"Mean times of {len(SEEDS)} runs until told, and until all is true. {words}.", (8, 3.2),
        Frame(longest), replace(across, low=-0.16 * longest, high=1.16 * longest),
        names(len(means) - 0.4, -0.6, enumerate(means)), marks=tuple(marks),
        legend=(("told", looks[0]), ("all true", looks[1])),
    )  # fmt: skip


def _wiring(name, *like):
    """A diagram whose words can be read from the last row."""
    made = diagram.scene(scenario(name), [scenario(other) for other in like])
    marks = [replace(mark, size=LARGER * mark.size) if isinstance(mark, Text) else mark for mark in made.marks]
    return replace(made, marks=tuple(marks))


def _of_two(design, other):
    return dots.scene({name: run(name) for name in (design, other)}, (7.2, 2.4))


def _end_of_outage():
    fault = scenario("events", "mailing list").faults[0]
    return fault.at + fault.duration


FIGURES = {  # name -> how it is made, and the inches of a page on which its letters have their size
    "monolith": (lambda: _wiring("monolith"), (8, 3)),
    "classic": (lambda: _wiring("classic", "events"), (8, 3)),
    "hybrid": (lambda: _wiring("hybrid"), (7.4, 1.7)),
    "events": (lambda: _wiring("events", "classic"), (8, 3)),
    "one-after-the-other": (lambda: _of_two("classic", "parallel"), (8, 3.3)),
    "list-down-classic": (lambda: promise.scene(run("classic", "mailing list")), (8, 3.6)),
    "told-error": (lambda: lives.scene(run("classic", "mailing list"), request=customer()), (8, 3.9)),
    "two-lives": (lambda: lives.scene(run("classic"), run("events"), request=twin()), (8.4, 4.5)),
    "list-down-events": (lambda: promise.scene(run("events", "mailing list"), _end_of_outage()), (8, 3.6)),
    "catch-up": (lambda: flow.scene(run("events", "mailing list")), (8, 3.4)),
    "read-back": (lambda: staleness.scene(run("events")), (5.8, 3.6)),
    "broker-down": (lambda: promise.scene(run("events", "broker")), (8, 3.6)),
    "told-and-true": (told_and_true, (8, 3.2)),
    "groups": (lambda: _wiring("two-producers-four-consumers"), (8, 3.4)),
}
