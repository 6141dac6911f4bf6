"""The command that runs a scenario on real processes."""

from shutil import get_terminal_size
from sys import stderr
from typing import Annotated

import typer

from evsim.cli.options import AsJson, Jobs, Overwrite, Save, ScenarioName, Seed, Settings, load_scenario, results_folder
from evsim.cli.output import complain, finish, nested, print_json, say, say_verdicts, warn
from evsim.cli.shell import app
from evsim.testbed.variables import BROKER_VARIABLE, DATABASE_VARIABLE

__all__ = ["live"]


@app.command()
def live(
    context: typer.Context,
    scenario: ScenarioName,
    seconds: Annotated[float, typer.Option(min=0.1, help="For how long customers come.")] = 30.0,
    kill: Annotated[
        list[str] | None,
        typer.Option(metavar="SERVICE@AT+FOR", help="Kill a service and start it again: mailing-list@10s+3s."),
    ] = None,
    pause: Annotated[
        list[str] | None,
        typer.Option(metavar="SERVICE@AT+FOR", help="Stop a service and let it go on."),
    ] = None,
    broker: Annotated[
        str,
        typer.Option(
            envvar=BROKER_VARIABLE, help="mini (evsim's own), nats, redis, rabbitmq, kafka, or a URL: redis://host."
        ),
    ] = "mini",
    database: Annotated[
        str, typer.Option(envvar=DATABASE_VARIABLE, help="sqlite, or postgresql://user@host/name.")
    ] = "sqlite",
    claim: Annotated[
        bool, typer.Option("--claim/--no-claim", help="Whether a consumer of Redis takes up what it held when killed.")
    ] = True,
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="Also what the simulator says of the same customers on this machine.")
    ] = False,
    seed: Seed = None,
    settings: Settings = None,
    as_json: AsJson = False,
    save: Save = None,
    overwrite: Overwrite = False,
    jobs: Jobs = None,
):
    """Run a scenario for real: processes, a broker, a database and a mail server on this machine.

    What real parts do not have is refused before anything starts. A URL with a password belongs into the environment,
    as everybody on the machine can read a command line. Exit status 1 if an objective is missed.
    """
    from evsim.experiment.judging import judge
    from evsim.experiment.run_text import run_text
    from evsim.testbed.live_execution import live
    from evsim.testbed.saving_live import described, save_live

    _say_who_can_read(context, broker=(broker, BROKER_VARIABLE), database=(database, DATABASE_VARIABLE))
    chosen = load_scenario(scenario, settings, seed)
    folder = results_folder(save, overwrite, [scenario], [chosen])
    quiet = as_json or not stderr.isatty()
    shown = None if quiet else True
    run = live(
        chosen, seconds=seconds, kill=kill or (), pause=pause or (), broker=broker, database=database, claim=claim,
        progress=shown,
    )  # fmt: skip
    audit, summary = str(run.audit()), run.summary()
    warn(run.warnings)
    prediction = run.prediction(jobs=jobs) if calibrate and not run.calibration.too_busy else None
    data = {
        "scenario": chosen.name, "seed": run.seed, "summary": summary, "services": run.services,
        "channels": nested(run.channels), "phases": run.phases, "audit": "balanced", "live": described(run, prediction),
    }  # fmt: skip
    if folder:
        save_live(folder, data, run)
    verdicts = judge(chosen.objectives, summary)
    if as_json:
        print_json(data)
    else:
        title = f"{chosen.name} on real processes, seed {run.seed}: {seconds:g} s of arrivals"
        say(run_text(title, summary, run.services, run.channels, run.phases, get_terminal_size().columns))
        say(f"\nThe machine: {run.calibration}")
        if prediction is not None:
            say(f"\nMeasured and predicted\n{prediction}")
        say(f"\nThe books: {audit}.")
        say_verdicts("Objectives", verdicts)
    if calibrate and prediction is None:
        complain(f"Not compared: {run.calibration.why_not}")
    finish({"": verdicts}, as_json)


def _say_who_can_read(context, **given):
    """Warn of passwords on the command line. given: option -> (what it says, the variable in its place)."""
    from evsim.testbed.service_urls import has_secret

    for option, (text, variable) in given.items():
        source = context.get_parameter_source(option)
        if source is not None and source.name == "COMMANDLINE" and has_secret(text):
            warn([f"everybody on this machine can read the password in --{option}; write it into {variable} instead"])
