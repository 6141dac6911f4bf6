"""The second page: of each lesson about the machine its question, its slider and what the lesson says of it."""

import ast
import json
import re
from contextlib import redirect_stderr
from functools import cache
from html import escape
from io import StringIO

from evsim.lesson.panel import HERE as PANEL
from evsim.lesson.predictions import Prediction
from evsim.lesson.questions import QUESTIONS
from evsim.lesson.sliders import Slider
from evsim.view.player.bundle import bundle
from teaching.copies import NOTEBOOKS, student
from teaching.running import run

__all__ = ["LESSONS", "lesson", "machine_parts", "needed"]

FIRST = "07"
TELLS, ASKS, SLIDES = "claim", "predict", "slider"  # cells of a notebook
LESSONS = sorted(path.stem for path in NOTEBOOKS.glob("[0-9][0-9]-*.ipynb") if path.stem >= FIRST)
DIGITS = 5  # of a number in a scene: more than one sees


def machine_parts():
    """The parts of the page that are made: its sections, the data of its sliders, and the script that shows them."""
    with redirect_stderr(StringIO()):  # bars of progress
        lessons = {name: lesson(name) for name in LESSONS}
    panels = {name: each["panel"] for name, each in lessons.items()}
    return {
        "steps": "".join(f'<li><a href="#{name}">{each["title"]}</a></li>' for name, each in lessons.items()),
        "lessons": "\n".join(_section(name, each) for name, each in lessons.items()),
        "panels": json.dumps(panels, separators=(",", ":"), ensure_ascii=False).replace("</", "<\\/"),
        "panel": bundle("panel", PANEL).replace("export default", "const panel ="),
    }


@cache
def lesson(name):
    """Of a lesson: title, story, question, answers, the right one, words around the slider, the slider as data."""
    cells = student(NOTEBOOKS / f"{name}.ipynb", hand_in=False)["cells"]
    at = {cell["id"]: number for number, cell in enumerate(cells)}
    asked, shown = (_ran(cells, at[each], name)[0] for each in (ASKS, SLIDES))
    if not isinstance(asked, Prediction) or not isinstance(shown, Slider):
        raise ValueError(f"{name}: cell {ASKS} is to give a question, and cell {SLIDES} a slider")
    before, after = ("".join(cells[at[SLIDES] + step]["source"]) for step in (-1, 1))
    heading, _, before = before.partition("## Investigate: ")[2].partition("\n")
    return {
        "title": _text("".join(cells[0]["source"]).partition("\n")[0].removeprefix("# ")),
        "heading": _text(heading[:1].upper() + heading[1:]),
        "story": "".join(_told(cells, number, name) for number in range(at[TELLS], at[ASKS])),
        "asked": asked.question,
        "choices": asked.choices,
        "truth": next(each for each in QUESTIONS.values() if each.asked == asked.question).truth(),
        "before": _html(before),
        "after": _html(re.split(r"^## ", after, maxsplit=1, flags=re.M)[0]),
        "panel": _rounded(shown.to_dict()),
    }


def _told(cells, number, name):
    """What a cell tells: its words, or what it gives."""
    source = "".join(cells[number]["source"])
    if cells[number]["cell_type"] == "markdown":
        return _html(source.removeprefix("## A claim"))
    gave, printed = _ran(cells, number, name)
    if hasattr(gave, "_repr_html_"):
        table = re.sub(r"<style.*?</style>|\s+border=\"1\"", "", gave._repr_html_(), flags=re.S)
        table = table.replace("<th></th>", "<td></td>")
        return f'<div class="scroll" tabindex="0" role="group" aria-label="table">{table}</div>'
    return f"<pre>{escape(printed.strip() or str(gave))}</pre>"


def _ran(cells, number, name):
    """What a cell gives and what it prints, when only those before it run whose names it needs."""
    its = cells[number]["id"]
    gave, printed, _ = run({"cells": [cells[each] for each in needed(cells, number)]}, name)
    return gave[its], printed[its]


def needed(cells, number):
    """The numbers of a cell and of those before it that give it its names."""
    needed, wanted = [number], _names(cells[number])[1]
    for each in range(number - 1, -1, -1):
        given, used = _names(cells[each]) if cells[each]["cell_type"] == "code" else (set(), set())
        if given & wanted:
            needed.append(each)
            wanted |= used
    return needed[::-1]


def _names(cell):
    """(names that a cell gives, names that it uses)."""
    given, used = set(), set()
    for node in ast.walk(ast.parse("".join(cell["source"]))):
        if isinstance(node, ast.Name):
            (given if isinstance(node.ctx, ast.Store) else used).add(node.id)
        elif isinstance(node, ast.FunctionDef):
            given.add(node.name)
        elif isinstance(node, ast.ImportFrom | ast.Import):
            given |= {each.asname or each.name for each in node.names}
    return given, used


def _rounded(value):
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    return [_rounded(each) for each in value] if isinstance(value, list | tuple) else value


# The words.


def _section(name, its):
    choices = "".join(
        f'<label><input type="radio" name="{name}" autocomplete="off"> {escape(each)}</label>'
        for each in its["choices"]
    )
    thoughts = "".join(f"<li><i>{escape(each)}</i>: {escape(why)}</li>" for each, why in its["choices"].items() if why)
    return f"""<section id="{name}">
<h2>{its["title"]}</h2>
{its["story"]}
<fieldset class="choices"><legend>Your guess. {escape(its["asked"])}</legend>{choices}</fieldset>
<details><summary>The answer</summary><p>It is <b>{escape(its["truth"])}</b>. Who chose another answer often thinks:</p>
<ul>{thoughts}</ul></details>
<h3>{its["heading"]}</h3>
{its["before"]}
<div class="toy" data-lesson="{name}"></div>
{its["after"]}
</section>"""


def _html(markdown):
    """A few paragraphs, whose words of the glossary carry their definitions and lead nowhere: it is not here."""
    from markdown_it import MarkdownIt

    text = re.sub(r'\[([^]]+)\]\(glossary\.md#[^ )]+ "([^"]*)"\)', r"[\1](# '\2')", markdown)
    html = MarkdownIt().render(text).strip()
    return re.sub(r'<a href="#" title="([^"]*)">(.*?)</a>', r'<dfn title="\1">\2</dfn>', html)


def _text(markdown):
    return escape(markdown.replace("*", "").replace("`", ""), quote=False)
