"""Runs of lesson size that the pictures are tested with."""

from functools import cache

import evsim
from evsim.scenario import Scenario

OUTAGE = {"outage": "mailing-list", "at": 8, "for": 5}


def lesson(name, faults=(), rate=10, duration=30, **more):
    """A built-in scenario in the size of a lesson: some 300 customers."""
    changes = {
        "workloads.register-page.arrivals": {"poisson": rate},
        "run.duration": duration,
        "run.warmup": 0,
        "services.register.workers": 8,
        "services.database.handle.0.work": {"exponential": "50ms"},
        "services.mailing-list.workers": 2,
        "services.mailing-list.handle.0.work": {"lognormal": {"mean": "120ms", "cv": 1}},
        "faults": list(faults),
    }
    return evsim.load(name).replace(changes | more)


@cache
def classic(down=True):
    return lesson("registration-classic", [OUTAGE] * down).run()


@cache
def events(down=True):
    return lesson("registration-events", [OUTAGE] * down).run()


@cache
def doubled():
    """Timeouts shorter than the answers, and retries: much is done more than once."""
    again = {"attempts": 3, "backoff": "50ms"}
    return lesson("registration-classic", duration=10, **{
        "services.register.handle.1.call.timeout": "60ms", "services.register.handle.1.call.retry": again,
    }).run()  # fmt: skip


@cache
def nobody():
    return lesson("registration-events", rate=0.001, duration=10).run()


@cache
def few():
    """Three customers."""
    arrivals = {"workloads.register-page.arrivals": {"constant": 0.4}}
    return lesson("registration-events", duration=10, **arrivals).run()


@cache
def refused():
    """Everybody is refused at the door."""
    return lesson("registration-classic", [{"outage": "register", "at": 0}], duration=10).run()


@cache
def cut():
    return lesson("registration-events", [OUTAGE]).run(until=10.5)


@cache
def two_workloads(duration=10, warmup=5):
    changes = {"run.duration": duration, "run.warmup": warmup}
    return evsim.load("two-producers-four-consumers").replace(changes).run()


@cache
def many(services=20):
    """A chain of services, each of which does something."""
    handles = [[{"work": "1ms"}, {"effect": f"thing {number}"}] for number in range(services)]
    for number, handle in enumerate(handles[:-1]):
        handle.append({"call": f"service-{number + 1}"})
    names = [f"service-{number}" for number in range(services)]
    return Scenario.from_dict({
        "name": "chain",
        "workloads": {"page": {"target": "service-0", "arrivals": {"poisson": 10}}},
        "services": {name: {"workers": 4, "handle": handle} for name, handle in zip(names, handles)},
        "run": {"duration": 5},
    }).run()  # fmt: skip


@cache
def silent():
    """A service that does nothing to remember."""
    return Scenario.from_dict({
        "name": "echo",
        "workloads": {"page": {"target": "echo", "arrivals": {"constant": 1}}},
        "services": {"echo": {"handle": [{"work": "1ms"}]}},
        "run": {"duration": 5},
    }).run()  # fmt: skip


# Runs that a picture must survive.
EDGES = {
    "nobody": nobody, "few": few, "refused": refused, "cut": cut, "two": two_workloads, "many": many,
    "silent": silent, "doubled": doubled,
}  # fmt: skip


@cache
def long_names():
    """A registration whose parts have names of fifty letters and more."""
    of = "of-the-customers-of-the-northern-region"
    return Scenario.from_dict({
        "name": f"registration-{of}",
        "workloads": {f"page-{of}": {"target": f"register-{of}", "arrivals": {"poisson": 10}}},
        "services": {
            f"register-{of}": {"handle": [{"call": f"database-{of}"}, {"publish": f"news-{of}"}]},
            f"database-{of}": {"handle": [{"work": "20ms"}, {"effect": "a row in the table of all the customers"}]},
            f"mailing-list-{of}": {
                "subscribe": f"news-{of}",
                "handle": [{"work": "60ms"}, {"effect": "a subscription to the newsletter of the region"}],
            },
        },
        "channels": {f"news-{of}": {"log": {"partitions": 1}}},
        "network": {"latency": "1ms"},
        "faults": [{"outage": f"mailing-list-{of}", "at": 8, "for": 2}],
        "run": {"duration": 20},
    }).run()  # fmt: skip


@cache
def shop():
    """Twenty services: calls, and a log that nine of them read; three of them are hit by faults."""
    readers = ("billing", "stock", "mail", "search-index", "fraud", "loyalty", "reports", "audit-log", "shipping")
    further = dict.fromkeys(("label-printer", "courier", "tracking"), "parcels")
    further |= dict.fromkeys(("invoice-pdf", "tax"), "invoices")
    services = {
        "front": {"handle": [{"parallel": [[{"call": "auth"}], [{"call": "cart"}]]}, {"publish": "orders"}]},
        "auth": {"handle": [{"work": "3ms"}, {"call": "users-db"}]},
        "cart": {"handle": [{"work": "3ms"}, {"call": "carts-db"}]},
        "ledger-db": {}, "users-db": {}, "carts-db": {},
    }  # fmt: skip
    for name, channel in {**dict.fromkeys(readers, "orders"), **further}.items():
        work = {"work": {"exponential": "20ms"}}
        services[name] = {"subscribe": channel, "handle": [work, {"effect": f"{name} entry"}]}
    for name in ("billing", "reports", "search-index"):
        services[name]["handle"].append({"call": "ledger-db"})
    services["shipping"]["handle"].append({"publish": "parcels"})
    services["billing"]["handle"].append({"publish": "invoices"})
    return Scenario.from_dict({
        "name": "shop",
        "workloads": {"web": {"target": "front", "arrivals": {"poisson": 20}}},
        "services": {name: {"workers": 8, "handle": [{"work": "2ms"}], **each} for name, each in services.items()},
        "channels": {name: {"log": {"partitions": 16}} for name in ("orders", "parcels", "invoices")},
        "network": {"latency": {"exponential": "1ms"}},
        "faults": [
            {"outage": "billing", "at": 5, "for": 3}, {"crash": "tracking", "at": 9, "for": 1},
            {"slowdown": "mail", "at": 12, "for": 4, "factor": 5},
        ],
        "run": {"duration": 20},
    }).run()  # fmt: skip


@cache
def faults_of_many_kinds():
    """More faults than have names, most of them at random."""
    return lesson("registration-events", [
        {"outage": "mailing-list", "mtbf": {"exponential": 10}, "mttr": 1},
        {"crash": "database", "mtbf": {"exponential": 15}, "mttr": 0.5},
        {"slowdown": "register", "at": 5, "for": 3, "factor": 10},
        {"pause": "database", "at": 20, "for": 2},
        {"outage": "customer-registered", "at": 25, "for": 2},
        {"error_rate": "mailing-list", "at": 27, "for": 2, "probability": 0.5},
    ], duration=40).run()  # fmt: skip
