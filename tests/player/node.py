"""Asks the player's JavaScript, in Node, about films; without Node whoever needs it is skipped with a word."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = ROOT / "evsim/view/player/js"
LEAST = 20  # version of Node
# Of V8: programs that live for two seconds end before code that is optimized for them has paid for itself.
SHORT_LIVED = ["--no-opt", "--sparkplug", "--always-sparkplug", "--max-semi-space-size=64"]


def node(*arguments, text=None):
    """What a Node program prints."""
    program = shutil.which("node")
    if program is None:
        word = f"there is no Node (version {LEAST} or later, https://nodejs.org)"
        pytest.fail(word) if os.environ.get("CI") else pytest.skip(word)
    done = subprocess.run(
        [program, *SHORT_LIVED, *map(str, arguments)], input=text, capture_output=True, encoding="utf-8", timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def ask(films, function, names, awaits=False):
    """For each film: what a JavaScript function of (film, lanes) gives; `names`: module -> what to import from it.

    awaits: it gives a promise.
    """
    names = {"film": ["readFilm"], "lane": ["indexLane"]} | names
    imports = "".join(
        f"import {{ {', '.join(what)} }} from {json.dumps((MODULES / f'{module}.js').as_uri())};\n"
        for module, what in names.items()
    )
    script = f"""{imports}
import {{ readFileSync }} from "node:fs";
const answer = {function};
const answers = JSON.parse(readFileSync(0, "utf-8")).map((data) => {{
  const film = readFilm(data);
  return answer(film, film.futures[0].lanes.map((lane) => indexLane(film, lane)));
}});
const found = {"await Promise.all(answers)" if awaits else "answers"};
process.stdout.write(JSON.stringify(found));
"""
    return json.loads(node("--input-type=module", "--eval", script, text=json.dumps(films)))
