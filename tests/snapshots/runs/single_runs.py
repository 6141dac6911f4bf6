"""What evsim says and draws of one run: its pictures, with all their settings, and the ways of single requests."""

import re
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import evsim
from evsim import Scenario
from evsim.lesson.deck.card import incidents, load_card
from evsim.results.remarks import remarks
from evsim.view import diagram, dots, ecdf, flow, lives, staleness, style
from evsim.view.layout import SMALL
from evsim.view.scene.scene import hold
from evsim.view.show import show
from evsim.view.words import fold, seconds, with_article
from tests.parts.queue.test_redrive import shop as sick
from tests.snapshots.telling import DESK, RATE, examples, plain, told, written
from tests.snapshots.texts import drawn, tried
from tests.truth.test_outcomes import UNDO, orders, registration
from tests.view import runs, troubles
from tests.view.test_on_the_limit import leaving, waiting

__all__ = ["CLASSIC", "EVENTS", "SINGLE_RUNS", "TROUBLES", "WHOLE", "pictures"]

SHORT = {"run.duration": "6s", "run.warmup": 0}
CLASSIC, EVENTS, HYBRID = (
    evsim.load(f"registration-{name}").replace(SHORT) for name in ("classic", "events", "hybrid")
)
LINE = EVENTS.replace({"channels.customer-registered": "queue", "services.mailing-list": {"handle": [{"work": "1ms"}]}})
TWICE = {"duplication": ["customer-registered", "database"], "probability": 0.5, "at": 0}
READ = "services.database.subscribe"
TROUBLES = {
    "duplicated": EVENTS.replace({"faults": [TWICE, TWICE | {"duplication": ["register-page", "register"]}]}),
    "done before": EVENTS.replace({"services.database.idempotent": True, "faults": [TWICE]}),
    "committed before": EVENTS.replace({READ: {"channel": "customer-registered", "commit": "before"}}),
    "acknowledged before": LINE.replace({READ: {"channel": "customer-registered", "ack": "before"}}),
    "purged": LINE.replace({"faults": [{"outage": "database", "at": 1, "for": 4},
                                       {"purge": "customer-registered", "at": 4}]}),
    "redriven": sick({"redrive": {"at": "9s", "rate": "5/s"}}).replace({"run.duration": "12s"}),
    "orphaned": CLASSIC.replace({"faults": [{"crash": "register", "at": "2s", "for": "1s"}]}),
    "no budget": dict(examples())["retry"].replace({"network.latency": "5ms"}),
    "of many kinds": evsim.load("saga-choreographed").replace(SHORT | {"run.drain_limit": "1s", "faults": [
        {"outage": "named", "at": 1, "for": 1}, {"crash": "register", "at": 3, "for": 1},
        {"crash": "create-row", "at": 4, "for": 1}]}),
    "undone": orders([UNDO]).replace({"run.duration": 6}), "taken": registration("classic").replace(SHORT),
}  # fmt: skip


def cast():
    """(name, run) of runs in which requests met trouble of every kind."""
    yield from ((name, make()) for name, make in runs.EDGES.items())
    others = {
        "classic": runs.classic,
        "lossy": troubles.lossy,
        "odd": troubles.odd,
        "faults": runs.faults_of_many_kinds,
    }
    yield from ((name, make()) for name, make in others.items())
    yield from ((f"crashed {name}", troubles.crashed(name)) for name in ("classic", "events"))
    yield from ((name, scenario.run()) for name, scenario in TROUBLES.items())
    yield from ((name, evsim.load(name).run(until=8)) for name in evsim.names())
    cards = {name: load_card(name) for name in incidents()}
    yield from ((f"incident {name}", card.scenario.run(until=card.begins + 60)) for name, card in cards.items())
    yield from ((f"example of {name}", each.run()) for name, each in examples())


def _telling(run, met):
    """(workload, number) of the first request, and of those that met what none met before."""
    rows, tables = run.tables.rows, run.tables
    hows = [rows[name].tolist() for name in ("outcome", "verdict", "reason")]
    what = zip(tables.row_requests.tolist(), rows["place"].tolist(), *hows, (~np.isnan(tables.skipped)).tolist())
    kinds = {0: set()} if len(tables.requests.row) else {}
    for request, place, *how in what:
        kinds.setdefault(request, set()).add((tables.places[place].kind if place >= 0 else "", *how))
    for request, fate in zip(tables.message_requests.tolist(), tables.messages["fate"].tolist()):
        kinds.setdefault(request, set()).add(fate)
    for remark in remarks(run):
        kinds.setdefault(int(tables.row_requests[remark.about]), set()).add(remark.kind)
    last = len(tables.requests.row) - 1
    for request in sorted(kinds | ({last: set()} if last > 0 else {})):
        if request in (0, last) or (request > 0 and kinds[request] - met):
            met |= kinds.get(request, set())
            yield tables.requests.workloads[tables.requests.workload[request]], int(tables.requests.number[request])


def single_requests():
    """(name, text) of requests that met trouble of every kind: their sequence, their way, and where their time went."""
    met: set = set()
    for name, run in cast():
        for workload, number in _telling(run, met):
            one = run.sequence(number, workload)
            texts = [one.text(), one.mermaid(), one.plantuml(), one._repr_svg_(), repr(one), str(one.participants)]
            scenes = pictures(run, "waterfall", "lives", request=number, workload=workload)
            yield f"{name} {workload} {number}", plain("\n".join([*texts, *map(written, scenes)]))


def _axes(rows=1, columns=1, size=(8, 4.5)):
    """The first of the axes of a figure."""
    return Figure(size).subplots(rows, columns, squeeze=False)[0, 0]


def pictures(run, *names, **settings):
    """Some pictures of a run, with settings."""
    made = [tried(partial(run.plot.scene, name, **settings)) for name in names or SEVERAL]
    return [_at_no_place(each, run.scenario) for each in made]


def _at_no_place(made, scenario):
    """A scene; of the diagram of many boxes the words, as their places are Graphviz's, where that is installed."""
    large = len([*scenario.workloads, *scenario.services, *scenario.channels]) > SMALL
    return " ".join([made.alt, *made.words]) if getattr(made, "name", "") == "diagram" and large else made


SEVERAL = ("flow", "promise", "latency", "ecdf", "staleness", "spread", "instances", "who_knows_whom", "diagram")
ODD = Scenario.from_dict({
    "name": "tree", "workloads": {"page": {"target": "front", "arrivals": {"closed": {"users": 3, "think": "1s"}}}},
    "services": {
        "front": {"workers": 2, "instances": 2, "handle": [{"publish": "a-channel-with-a-long-name-of-its-own"}]},
        "alone": {"handle": [{"work": "1ms"}]},
        "averylongnamewithoutanyhyphens": {"subscribe": "a-channel-with-a-long-name-of-its-own",
                                           "handle": [{"work": "1ms"}]},
    },
    "channels": {"a-channel-with-a-long-name-of-its-own": "queue"}, "run": {"duration": "5s"},
})  # fmt: skip
LOG = EVENTS.replace({"channels.customer-registered": {"log": {"partitions": 20}}, "services.database.instances": 15,
                      "services.database.workers": 1, "run.duration": "9s"})  # fmt: skip
DESKS = DESK.replace({"services.other": {"handle": [{"work": "1ms"}]}, "run.duration": "20min", RATE: "3/min"})
HUNG = CLASSIC.replace({"services.register.handle.0.work": "60s", "run.drain_limit": 0})
HALF = CLASSIC.replace(
    {"services.database.handle.0.work": "50ms", "services.database.workers": 1, "run.drain_limit": 0}
)
WIDE = EVENTS.replace({
    "services.mailing-list.handle.0.work": {"lognormal": {"mean": "60ms", "cv": 40}},
    "services.mailing-list.workers": 90,
    "services.register.handle.0.work": {"lognormal": {"mean": "9ms", "cv": 9}},
})  # fmt: skip
NEVER = EVENTS.replace({"services.mailing-list.workers": 1, "faults": [{"outage": "mailing-list", "at": 2, "for": 2}]})
LATE = {"patience": "80ms", "target": "register", "arrivals": {"poisson": "50/s"}}
GONE = CLASSIC.replace({"workloads.register-page": LATE, "run.drain_limit": 0, "services.database.workers": 1})
SELDOM = evsim.load("registration-serverless").replace(SHORT | {"workloads.register-page.arrivals.poisson": "0.001/s"})
WHOLE = {
    "few": runs.few, "nobody": runs.nobody, "cut": runs.cut, "refused": runs.refused, "two": runs.two_workloads,
    "many": runs.many, "silent": runs.silent, "doubled": runs.doubled, "long": runs.long_names, "shop": runs.shop,
    "faults": runs.faults_of_many_kinds, "classic": runs.classic, "events": runs.events, "lossy": troubles.lossy,
    "crashed": partial(troubles.crashed, "classic"), "late": partial(waiting, 50, 11), "odd": ODD.run,
    "six effects": partial(leaving, 6), "seven effects": partial(leaving, 7), "given up": GONE.run, "desks": DESKS.run,
    "hung": HUNG.run, "half": HALF.run, "wide": WIDE.run, "never": NEVER.run, "seldom": SELDOM.run,
    "hybrid": HYBRID.run,
    **{name: TROUBLES[name].run for name in ("undone", "of many kinds", "taken")},
}  # fmt: skip
WITH_PICTURES = ("exchange", "breaker", "event_loop", "pollers", "window")  # parts with pictures
PICTURED = {name: partial(lambda make: pictures(make()), make) for name, make in WHOLE.items()} | {
    "examples": lambda: [_pictures_of_parts(each.run()) for name, each in examples() if name in WITH_PICTURES],
    "words": lambda: _words(),
    "nobody of one": lambda: pictures(runs.nobody(), "waterfall", "lives"),
    "at moments": lambda: [*(pictures(runs.events(), "promise", at=at)[0] for at in (0, 9, 14.5, 99)),
                           *(pictures(runs.nobody(), "promise", at=2)),
                           *pictures(runs.classic(), "promise", columns=40)],
    "several": lambda: [runs.classic().plot.scene("latency"), *(
        drawing.scene(each) for drawing in (dots, ecdf, staleness)
        for each in ([runs.classic(), runs.classic()], {"a": runs.events(), "b": runs.refused()},
                     [runs.few(), HUNG.run()], [runs.nobody()] * 2))],
    "of a service": lambda: [*(pictures(LOG.run(), "spread", "instances", service=name) for name in LOG.services),
                             pictures(runs.nobody(), "spread", "instances", service="database"),
                             pictures(LOG.run(), "spread", "instances", service="databse")],
    "alike": lambda: [diagram.scene(CLASSIC, [EVENTS]), diagram.scene(EVENTS, CLASSIC),
                      diagram.scene(evsim.load("registration-monolith")),
                      *pictures(GONE.run(), "diagram", like=[HYBRID]),
                      diagram.scene(load_card("cold-start-burst").scenario)],
    "two lives": lambda: [lives.scene(runs.classic(), runs.events(), 100), lives.scene(runs.classic(), runs.nobody()),
                          lives.scene(runs.many(), runs.many(), 3),
                          lives.scene(runs.two_workloads(), None, 4, "mobile-app")],
    "the same frame": lambda: [*hold([flow.scene(runs.classic()), flow.scene(runs.events()), ecdf.scene(runs.few())]),
                               *hold([dots.scene(runs.classic()), dots.scene(runs.doubled()).named("doubled")]),
                               *hold([staleness.scene(runs.events()), staleness.scene(runs.doubled()),
                                      runs.few().plot.scene("lives")])],
    "on axes": lambda: [drawn(partial(getattr(runs.events().plot, name), ax=axes)) for name, axes in (
        ("flow", _axes(2, 2)), ("promise", _axes(2, 1, (8, 9))), ("latency", _axes()), ("lives", _axes(1, 2)),
        ("diagram", _axes(2, 2)), ("waterfall", Figure().add_axes([0.1, 0.1, 0.8, 0.5])))],
    "drawn": lambda: [drawn(getattr(run.plot, name)) for run in (runs.cut(), runs.few(), runs.long_names(), WIDE.run())
                      for name in SEVERAL],
    "shown": lambda: _shown(runs.few()),
    "refused": lambda: [str(tried(make)) for make in (
        partial(runs.few().plot.flow, ax=5), partial(runs.few().plot.lives, 5), partial(runs.few().plot.scene, "flows"),
        partial(runs.few().sequence, []), partial(runs.two_workloads().sequence, 0), partial(runs.few().sequence, 99))]
    + [_missing(runs.few(), "flows"), " ".join(dir(runs.few().plot))],
    "sequences of several": lambda: [
        (one := runs.classic().sequence(numbers)).text() + one.mermaid() + one.plantuml() + one.svg() + str(one)
        + repr(one)
        for numbers in ([100, 99, 100], range(80, 84), [80])] + [runs.shop().sequence([60, 61])._repr_html_()],
}  # fmt: skip


def _pictures_of_parts(run):
    """The pictures that parts add, and how the services are wired."""
    return [drawn(getattr(run.plot, name)) for name in dir(run.plot) if name not in SEVERAL] + pictures(
        run, "diagram", "who_knows_whom"
    )


def _missing(run, name):
    """What a run says of a picture that there is not."""
    try:
        return getattr(run.plot, name)
    except AttributeError as error:
        return str(error)


def _words():
    """Words for times and things."""
    times = (
        float("nan"),
        -1,
        0,
        7200,
        7300,
        660,
        600,
        599.99,
        60,
        9.95,
        9.949,
        1.0,
        0.9995,
        0.99949,
        0.00995,
        0.000995,
    )
    lines = [fold("Nobody waits 5 s for 20 % of it", inches, 11) for inches in (0.05, 0.1, 0.2, 1.0, 1.5, 9.0)]
    return [*map(seconds, times), *map(with_article, ("row", "entry", "Entry")), *lines, str(style.TOLD.style)]


def _shown(run):
    """A picture as notebooks and files get it, without its dots."""
    axes = run.plot.flow()
    pictures = [show(axes), show(axes.figure), show(run.plot.scene("ecdf")), show(Figure())]
    with tempfile.TemporaryDirectory() as folder:
        pictures[0].save(Path(folder) / "flow.png")
        saved = (Path(folder) / "flow.png").stat().st_size > 10_000
    pages = [axes._repr_html_(), run.plot.scene("ecdf")._repr_html_(), *(each._repr_html_() for each in pictures)]
    return [f"{pictures} {saved}", *(re.sub('base64,[^"]*', "", each) for each in pages)]


SINGLE_RUNS = {"single requests": single_requests, "pictures of a run": partial(told, PICTURED)}
