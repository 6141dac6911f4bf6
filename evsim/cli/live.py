"""The command that runs a scenario on real processes."""

from sys import stderr
from typing import Annotated

import typer

from evsim.cli.keeping import Keeper
from evsim.cli.options import AsJson, Jobs, Overwrite, Save, ScenarioName, Seed, Settings, load_scenario, results_folder
from evsim.cli.output import complain, data_of, finish, print_json, say_run, warn
from evsim.cli.shell import app
from evsim.counting import digits
from evsim.testbed.variables import BROKER_VARIABLE, DATABASE_VARIABLE

__all__ = ["live"]

Kill = Annotated[
    list[str] | None,
    typer.Option(metavar="SERVICE@AT+FOR", help="Kill a service and start it again: mailing-list@10s+3s."),
]
Pause = Annotated[list[str] | None, typer.Option(metavar="SERVICE@AT+FOR", help="Stop a service and let it go on.")]
Broker = Annotated[
    str,
    typer.Option(
        envvar=BROKER_VARIABLE, help="mini (evsim's own), nats, redis, rabbitmq, kafka, or a URL: redis://host."
    ),
]
Database = Annotated[str, typer.Option(envvar=DATABASE_VARIABLE, help="sqlite, or postgresql://user@host/name.")]
Claim = Annotated[
    bool, typer.Option("--claim/--no-claim", help="Whether a consumer of Redis takes up what it held when killed.")
]
Calibrate = Annotated[
    bool, typer.Option("--calibrate", help="Also what the simulator says of the same customers on this machine.")
]


@app.command()
def live(
    context: typer.Context,
    scenario: ScenarioName,
    seconds: Annotated[float, typer.Option(min=0.1, help="For how long customers come.")] = 30.0,
    kill: Kill = None,
    pause: Pause = None,
    broker: Broker = "mini",
    database: Database = "sqlite",
    claim: Claim = True,
    calibrate: Calibrate = False,
    seed: Seed = None,
    settings: Settings = None,
    as_json: AsJson = False,
    save: Save = None,
    overwrite: Overwrite = False,
    jobs: Jobs = None,
):
    """Run a scenario for real, as processes on this machine.

    They are the services, a broker, a database and a mail server. What real parts do not have is refused before
    anything starts. Write a URL with a password into the environment variable: everybody on the machine can read a
    command line. Exit status 1 if an objective is missed.
    """
    from evsim.experiment.judging import judge
    from evsim.testbed.live_execution import live
    from evsim.testbed.saving_live import described, save_live

    _say_who_can_read(context, broker=(broker, BROKER_VARIABLE), database=(database, DATABASE_VARIABLE))
    chosen = load_scenario(scenario, settings, seed)
    folder = results_folder(save, overwrite, [scenario], [chosen])
    shown = None if as_json or not stderr.isatty() else True
    run = live(
        chosen, seconds=seconds, kill=kill or (), pause=pause or (), broker=broker, database=database, claim=claim,
        progress=shown,
    )  # fmt: skip
    audit = str(run.audit())
    warn(run.warnings)
    prediction = run.prediction(jobs=jobs) if calibrate and not run.calibration.too_busy else None
    data = data_of(run, chosen, run.seed) | {"live": described(run, prediction)}
    kept = Keeper(overwrite, folder=True)
    if folder:
        kept.write(folder, save_live, data, run)
    verdicts = judge(chosen.objectives, data["summary"])
    if as_json:
        print_json(data)
    else:
        title = f"{chosen.name} on real processes, seed {run.seed}: {digits(seconds)} s of arrivals"
        compared = [] if prediction is None else [f"Measured and predicted\n{prediction}"]
        say_run(title, run, audit, verdicts, [f"The machine: {run.calibration}", *compared])
    if calibrate and prediction is None:
        complain(f"Not compared: {run.calibration.why_not}")
    kept.tell()
    finish({"": verdicts}, as_json)


def _say_who_can_read(context, **given):
    """Warn of passwords on the command line. given: option -> (what it says, the variable in its place)."""
    from evsim.testbed.service_urls import has_secret

    for option, (text, variable) in given.items():
        source = context.get_parameter_source(option)
        if source is not None and source.name == "COMMANDLINE" and has_secret(text):
            warn([f"everybody on this machine can read the password in --{option}; write it into {variable} instead"])
