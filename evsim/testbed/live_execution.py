"""``evsim.live``: run a scenario on real processes, and get a run like any other."""

import re
from pathlib import Path

from evsim.scenario.arguments import a_number, a_scenario, a_time
from evsim.scenario.errors import Problem, ScenarioError, suggest
from evsim.scenario.units import write_time
from evsim.testbed.assembly import assemble
from evsim.testbed.brokers import a_broker, check_suits
from evsim.testbed.carrying import check_carries
from evsim.testbed.databases import a_database, shown
from evsim.testbed.live_progress import shown_progress
from evsim.testbed.mail_process import MAILBOX
from evsim.testbed.process_names import service_of
from evsim.testbed.run_folders import run_folder
from evsim.testbed.supervisor import Supervisor

__all__ = ["live"]

FAULT = re.compile(r"(?P<service>[^@+]+)@(?P<at>[^@+]+)\+(?P<length>[^@+]+)")


def live(
    scenario, seed=None, *, seconds=None, kill=(), pause=(), broker="mini", database=None, mails=None, claim=True,
    progress=None,
):  # fmt: skip
    """Run a scenario with real processes on this machine: the :class:`evsim.testbed.live_run.LiveRun`.

    Each service is a process, and so are the customers, the broker and the mail server; rows go to a SQLite file.
    Customers, keys and times of work are the simulator's own draws with the seed.

    scenario: itself, its name or file. seconds: how long customers come (default: the scenario's duration). kill: what
    is killed and started again, ``"mailing-list@10s+3s"`` or several: at 10 s, for 3 s and until it has started; one
    instance as ``"mailing-list/2@10s+3s"``, the broker by the name of its channel. pause: what is stopped and goes on,
    in the same way.
    broker: ``mini``, which evsim brings; ``nats``, ``redis``, ``rabbitmq`` or ``kafka``, a server started for the run
    (``pip install "evsim[live]"``); or the URL of one that is there, such as ``redis://localhost``.
    database: ``sqlite`` (the default), or the URL of a PostgreSQL that runs, such as ``postgresql://user@host/name``.
    mails: the services whose effects are mails (default: those with *mail* in their name). claim: whether a consumer of
    Redis takes up again what it held when it was killed; without it these messages are lost for good, and the scenario
    of the run says ``guarantee: at_most_once``. progress: True for a bar, or a function that is called with the seconds
    that have passed.

    :exc:`evsim.ScenarioError` names what real parts cannot carry, before anything starts;
    :exc:`evsim.testbed.supervisor.LiveError` a process that has failed.
    """
    scenario, seed = a_scenario(scenario), a_number(seed, "seed")
    if seconds is not None:
        seconds = a_time(seconds, "seconds")
        warmup = min(scenario.run_settings.warmup, seconds / 6)
        scenario = scenario.replace({"run.duration": write_time(seconds), "run.warmup": write_time(warmup)})
    faults = [*_read(scenario, "kill", "crash", kill), *_read(scenario, "pause", "pause", pause)]
    if faults:
        scenario = scenario.replace({"faults": [*scenario.to_dict().get("faults", []), *faults]})
    check_carries(scenario)
    mails, broker, database = _checked(scenario, mails), a_broker(broker, claim), a_database(database)
    check_suits(broker, scenario)
    if not broker.claims:
        scenario = _at_most_once(scenario)
    seed = scenario.run_settings.seed if seed is None else seed
    with run_folder() as folder:
        with Supervisor(scenario, seed, folder, mails, broker, database) as supervisor:
            supervisor.start()
            with shown_progress(progress, scenario.run_settings.duration) as show:
                ended_at = supervisor.run(show)
        mailbox = Path(folder) / MAILBOX
        return assemble(
            scenario, seed, folder, supervisor.origin, ended_at, supervisor.outages, str(broker), shown(database),
            mailbox=mailbox.read_text(encoding="utf-8", errors="replace") if mailbox.exists() else "",
        )  # fmt: skip


def _read(scenario, argument, kind, given):
    """The faults of a kind that an argument gives, each as ``SERVICE@TIME+TIME``."""
    known = [*scenario.services, *scenario.channels]
    for each in [given] if isinstance(given, str) else given:
        found = FAULT.fullmatch(each) if isinstance(each, str) else None
        if found is None:
            rule = "must name a service (or a channel, for its broker), a moment and a length"
            hint = "write SERVICE@TIME+TIME, such as mailing-list@10s+3s"
            raise ScenarioError([Problem(argument, rule, str(each), hint=hint)])
        service = found["service"]
        if service_of(service) not in known:
            hint = suggest(service, known) or f"there are {', '.join(known)}"
            raise ScenarioError([Problem(argument, "there is no such service or channel", service, hint=hint)])
        yield {kind: service, "at": found["at"], "for": found["length"]}


def _at_most_once(scenario):
    """The scenario with consumers that do not get a message again."""
    return scenario.replace({
        f"services.{name}.subscribe": [{"channel": s.channel, "guarantee": "at_most_once"} for s in service.subscribe]
        for name, service in scenario.services.items() if service.subscribe
    })  # fmt: skip


def _checked(scenario, mails):
    if mails is None:
        return [name for name in scenario.services if "mail" in name]
    for name in mails:
        if name not in scenario.services:
            hint = f"there are {', '.join(scenario.services)}"
            raise ScenarioError([Problem("mails", "there is no such service", name, hint=hint)])
    return list(mails)
