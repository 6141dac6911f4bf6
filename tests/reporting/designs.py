"""Designs to report on: a shop of one's own in three forms, and three large ones that come along."""

from importlib import import_module

import evsim
from evsim.experiment.sensitivity import inputs_of, sensitivity

__all__ = ["large", "of_a_few_inputs", "shop"]

WORK = {"lognormal": {"mean": "12ms", "cv": 0.8}}
SHOP = {
    "name": "shop",
    "workloads": {
        "clients": {
            "target": "gateway",
            "arrivals": {"profile": [["0s", "20/s"], ["1s", "30/s"], ["2s", "40/s"], ["3s", "25/s"]]},
        }
    },
    "services": {
        "gateway": {"workers": 32, "handle": [{"work": {"lognormal": {"mean": "2ms", "cv": 0.4}}}, {"call": "orders"}]},
        "orders": {
            "instances": 3,
            "workers": 11,
            "handle": [
                {"work": {"lognormal": {"mean": "4ms", "cv": 0.5}}},
                {"call": "inventory"},
                {"call": {"service": "payment", "timeout": "2s", "retry": {"attempts": 2, "backoff": "50ms"}}},
                {"publish": "shipments"},
                {"work": {"lognormal": {"mean": "16us", "cv": 7.7}}},
                {"publish": "letters"},
            ],
        },
        "inventory": {"instances": 2, "workers": 6, "handle": [{"work": WORK}]},
        "payment": {
            "instances": 2,
            "workers": 4,
            "handle": [{"work": {"lognormal": {"mean": "180ms", "cv": 0.9}}}, {"fail": "3%"}],
        },
        "shipping": {"workers": 4, "subscribe": "shipments", "handle": [{"work": "50ms"}, {"effect": "shipped"}]},
        "mails": {"workers": 3, "subscribe": "letters", "handle": [{"work": "40ms"}, {"effect": "mailed"}]},
    },
    "channels": {"shipments": {"log": {"like": "kafka", "partitions": 6}}, "letters": {"queue": {"like": "rabbitmq"}}},
    "network": {"latency": {"lognormal": {"mean": "500us", "cv": 0.4}}},
    "run": {"duration": "4s"},
    "objectives": {"response_mean": "300ms", "availability": "99.9%", "completion_p95": "2s"},
    "origins": {
        "workloads.clients.arrivals": "measured: requests.csv",
        "services.gateway.workers": "guessed: 16 at once in traces.json, nobody waited, so twice that",
        "services.orders.workers": "guessed: 16 at once in traces.json, nobody waited, so twice that",
        "services.inventory.workers": "guessed: 6 at once in traces.json, nobody waited, so twice that",
        "services.payment.workers": "guessed: 3 at once in traces.json, and others waited then",
        "services.mails.workers": "guessed: 3 at once in traces.json, and others waited then",
        "services.shipping.workers": "guessed: 4 at once in traces.json, and others waited then",
        "services.orders.instances": "measured: docker-compose.yml",
        "services.payment.instances": "measured: docker-compose.yml",
        "services.orders.handle.2.call": "measured: traces.json, of calls that were made again",
        **{
            f"services.{name}.handle.0": "measured: traces.json, 6,128 times"
            for name in ("gateway", "orders", "inventory", "payment", "shipping", "mails")
        },
        "services.payment.handle.1": "measured: traces.json, 189 of 6,317",
        "services.orders.handle.4": "measured: traces.json, mean and variation of 6,128 times, none fits",
        "channels.shipments": "guessed",
        "network.latency": "measured: traces.json, mean and variation of 18,393 times, none fits",
    },
}


def shop():
    """As it is; with more patience for the payment; with a payment that reads a queue."""
    one = evsim.Scenario.from_dict(SHOP)
    patient = one.replace({"name": "patient", "services.orders.handle.2.call.retry.attempts": 4})
    later = one.replace(
        {
            "name": "later",
            "channels.payments": {"queue": {"like": "rabbitmq"}},
            "services.orders.handle.2": {"publish": "payments"},
            "services.payment.subscribe": "payments",
            "services.payment.handle": [*SHOP["services"]["payment"]["handle"], {"effect": "paid"}],
        }
    )
    return one, patient, later


def large():
    """Those built in with the most parts; the third shares next to none with the others."""
    changes = {
        "run.duration": "2s",
        "run.warmup": "0s",
        "objectives": {"response_mean": "200ms", "availability": "96%", "completion_p95": "1s"},
    }
    names = ("saga-choreographed", "saga-orchestrated", "two-producers-four-consumers")
    return tuple(evsim.load(name).replace(changes) for name in names)


def of_a_few_inputs(monkeypatch, most=8):
    """Let a report change as many inputs as a picture has bars: the page is as long, and the runs are fewer."""

    def fewer(design, **settings):
        works = sorted(inputs_of(design), key=lambda path: "work" not in path)
        return sensitivity(design, paths=works[:most], **settings)

    monkeypatch.setattr(import_module("evsim.reporting.report"), "sensitivity", fewer)
