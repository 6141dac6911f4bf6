"""What the two renderers of scenes write and draw: matplotlib on paper, and ``scene.js`` in a browser."""

import json
import re

from evsim.view.scene.marks import Bars, Text
from tests.player.node import MODULES, node

__all__ = ["assert_marks_agree", "assert_words_agree", "in_browser", "missing_on_paper", "wide"]

THEMES = {
    look: colour for colour, look in re.findall(r'"(#\w+)": "(var\([\w-]+\))"', (MODULES / "scene.js").read_text())
}
THEMES |= {"var(--evsim-ink)": "#2b2b30", "var(--evsim-paper)": "#ffffff"}

SCRIPT = """
import { picture } from %s;
import { readFileSync } from "node:fs";
const flat = (node) => [node, ...node[2].flatMap((each) => typeof each === "string" ? [] : flat(each))];
const found = JSON.parse(readFileSync(0, "utf-8")).map(([scene, ghost, width]) => {
  const nodes = flat(picture(scene, { ghost, width }));
  const marks = nodes.filter(([, each]) => each.class === "mark").map((mark) => flat(mark).map(([, each]) => each));
  const colour = ({ fill, stroke }) => fill && fill !== "none" ? fill : stroke;
  return {
    words: nodes.filter(([tag]) => tag === "text").map(([, , children]) => children[0]),
    alt: nodes[0][1]["aria-label"],
    colours: marks.map((parts) => parts.map(colour).find(Boolean) ?? null),
    names: marks.map(([first]) => first["data-name"] ?? null),
    ghosts: nodes.filter(([, each]) => each.class === "ghost").length,
    places: nodes.filter(([tag, each]) => tag === "text" && !each.transform).map(([, each, [text]]) => {
      const wide = text.length * (each["font-size"] ?? 13) * (each["font-weight"] ? 0.66 : 0.6);
      const left = each.x - wide * { start: 0, middle: 0.5, end: 1 }[each["text-anchor"]];
      return [left, left + wide, each.y, text];
    }),
    spans: nodes.filter(([tag, , children]) => tag === "rect" && children[0]?.[0] === "title")
      .map(([, { x, width }]) => [x, width]),
    box: nodes[0][1].viewBox.split(" ").map(Number),
  };
});
process.stdout.write(JSON.stringify(found));
"""


def in_browser(*shown):
    """What the browser's renderer makes of (scene, ghost, width in pixels)."""
    given = [[scene.to_dict(), ghost and ghost.to_dict(), width] for scene, ghost, width in shown]
    script = SCRIPT % json.dumps((MODULES / "scene.js").as_uri())
    return json.loads(node("--input-type=module", "--eval", script, text=json.dumps(given)))


def joined(words):
    """Words without their lines, and without those in a bar, which stand there if there is room."""
    return re.sub(r"\s+", "", "".join(words))


def inside(scene):
    """Words in a bar, which stand there if there is room."""
    return {words for mark in scene.marks if isinstance(mark, Bars) for words in mark.inside}


def all_words(scene, words=None):
    """All that is written in any case."""
    return [each for each in words or scene.words if each not in inside(scene)]


def on_paper(ax):
    """All that is written on axes, sorted."""
    texts = [ax.title, ax._left_title, *ax.texts, ax.xaxis.label, ax.yaxis.label]
    texts += [*ax.get_xticklabels(), *ax.get_yticklabels()] if ax.axison else []
    texts += ax.get_legend().get_texts() if ax.get_legend() else []
    found = {joined([text.get_text()]) for text in texts}
    return found - {"", "\N{BLACK DIAMOND}"}


def wide(scenes):
    """What the browser makes of scenes that have all the room they want: key -> that."""
    found = in_browser(*((scene, None, 96 * scene.size[0]) for scene in scenes.values()))
    return dict(zip(scenes, found, strict=True))


def missing_on_paper(scene, ax):
    """Words that stand on axes or in their scene, and not in both."""
    above = [words for words in all_words(scene) if words not in scene.below]
    words = {joined([each]) for each in [*above, " ".join(scene.below)]} - {""}
    return words ^ (on_paper(ax) - {joined([each]) for each in inside(scene)})


def assert_words_agree(key, scene, screen, ax):
    """Screen and paper have the words of a scene and no others, the screen in its order."""
    assert joined(all_words(scene, screen["words"])) == joined(all_words(scene)), key
    assert missing_on_paper(scene, ax) == set(), key
    assert screen["alt"] == scene.alt == ax.alt_text, key


def assert_marks_agree(key, scene, screen, ax):
    """Marks have the same names and colours in the same order on both."""
    marks = [(mark.name, mark.look.colour) for mark in scene.marks if not isinstance(mark, Text)]
    seen = zip(screen["names"], screen["colours"], strict=True)
    found = [(name, THEMES.get(colour, colour)) for name, colour in seen if name is not None]
    assert found == [(name, "#ffffff" if colour == "white" else colour) for name, colour in marks], key
    artists = sorted([*ax.lines, *ax.collections, *ax.patches], key=lambda artist: artist.get_zorder())
    named = [name for name, _ in marks if name]
    assert [each.get_label() for each in artists if each.get_label() in named] == named, key
