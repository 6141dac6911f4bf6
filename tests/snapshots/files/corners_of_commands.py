"""What commands answer where settings have spaces, places are taken, and what is seldom given is given."""

import json
import os
from functools import partial
from unittest.mock import patch

from evsim.cli.keeping import Keeper
from evsim.cli.output import say
from evsim.lesson.challenge import challenges
from evsim.scenario import ScenarioError
from tests.lesson.test_tally import CLASS
from tests.snapshots.files.commands import FILES, explained, heard, shell
from tests.snapshots.telling import in_folder, told
from tests.snapshots.texts import tried

__all__ = ["CORNERS_OF_COMMANDS"]

WORKERS = "services.desk.workers"
STOCK = '1.2.3.4 - - [02/Mar/2026:09:00:0{} +0000] "GET / HTTP/1.1" 200 5 0.1\n'
TIMES = "\n".join(f"{(n + 0.5) ** 0.5}" for n in range(40))
SEEN = "replay tiny.yaml --observed seen.csv --runs 2 --seed 9"
SCORES = {f"{name}__json": json.dumps(each) for name, each in zip("ab", CLASS)}


def _spaces():
    """Settings with spaces around their parts, and without one of them."""
    wrong = (" =1..2", WORKERS, f"{WORKERS}=", f"{WORKERS}= ..8", f"{WORKERS}=4.. ", f"{WORKERS}=4", f"{WORKERS} 4..8")
    return shell(
        *(f"find tiny.yaml '{each}'" for each in wrong),
        f"find tiny.yaml ' {WORKERS} = 4 .. 6 ' --error 0.2 --seed 5 --set run.duration=300ms --max-runs 8 --store a",
        f"sweep tiny.yaml ' {WORKERS} = 4, 8 ,' --runs 1 --seed 4", "sweep tiny.yaml ' =4'",
        f"sweep tiny.yaml '{WORKERS}= '", f"sweep tiny.yaml {WORKERS}4,8",
        "run tiny.yaml --set ' run.seed = 5 ' --set ' run.warmup=100ms'",
        "run tiny.yaml --set ' =3'", f"run tiny.yaml --set '{WORKERS}= '", **FILES,
    )  # fmt: skip


def _again():
    """Outputs that are there, and written over."""
    return shell(
        *(f"{command}{more}" for command in (
            f"{SEEN} --set {WORKERS}=7 --picture seen.png", "new --from stock.log -o shop.yaml",
            "compare tiny.yaml other.yaml --runs 2 --seed 4 --save out",
            f"sweep tiny.yaml {WORKERS}=4 --runs 1 --save swept", f"challenge {challenges()[0]} --start design.yaml",
            f"export tiny.yaml out.json --format otlp --requests 1 --seed 4 --set {WORKERS}=7",
        ) for more in ("", "", " --overwrite")),
        "tally a.json b.json", "tally a.json b.json --csv class.csv --overwrite",
        f"hunt tiny.yaml --tries 1 --length 300ms --seed 4 --set {WORKERS}=7 -o s.yaml --overwrite",
        "hunt tiny.yaml once --tries 1 --length 300ms -o story.yaml --player story.html",
        "hunt tiny.yaml answered --fault outage --tries 9 --length 300ms -o tiny.yaml --overwrite",
        "report tiny.yaml --runs 2 --seed 4 --set run.duration=200ms --store runs",
        stock__log="".join(STOCK.format(n) for n in range(3)), **SCORES, **FILES,
    )  # fmt: skip


def _odd():
    """Pictures of no kind, figures of no name, and what summary records keep."""
    return shell(
        *(f"fit times.csv --picture {name}" for name in ("fit", "fit.xyz", "''", "times.csv")),
        "fit times.csv --picture fit.SVG --overwrite",
        f"{SEEN} --picture seen.xyz", f"{SEEN} --picture seen.png --figure nothing",
        "run tiny.yaml --precision response_mean=50% --json", "run tiny.yaml --precision response_mean=50% --runs 12",
        "run tiny.yaml --record summary --set 'objectives={errors: 1, response_mean: 1s, response_p90: 9s}'",
        "export tiny.yaml x.json --format otlp --requests ''", "export tiny.yaml x.json --format otlp --requests 1,,2",
        times__csv=TIMES, **FILES,
    )  # fmt: skip


def _streams(folder):
    """Streams that say no encoding, errors that name a file, and a defect whose place is asked for."""
    kept = Keeper()

    def refused(path):
        raise OSError(13, "Permission denied", "elsewhere")

    with patch.dict(os.environ, {"EVSIM_TRACEBACK": "1"}):
        shown = tried(partial(explained, ScenarioError([])))
    return [heard(say, "5 ± 1 ms"), heard(kept.write, folder / "page.html", refused), *map(str, kept.errors),
            explained(kept.errors[0]), shown]  # fmt: skip


CORNERS = {
    "spaces": _spaces, "again": _again, "odd": _odd, "streams": lambda: in_folder(_streams),
    "incident": lambda: shell("incident metastable-retries --seed 1", typed="card\n\nexit\n"),
    "narrow": lambda: [shell("list", columns=columns) for columns in (60, 200)],
}  # fmt: skip
CORNERS_OF_COMMANDS = {"corners of commands": partial(told, CORNERS)}
