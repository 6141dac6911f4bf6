"""Files that are broken, huge, deep or made to harm: a page that validates, or one sentence about the file."""

import json
import random

import pytest
import yaml

import evsim
from evsim.imports import draft
from tests.imports.test_new import SAMPLES, STATED
from tests.support.nightly import NIGHTLY

MUTANTS = 200 if NIGHTLY else 4  # of each sample
STRANGE = [None, 5, -1, True, 1e308, [], {}, [[]], {"x": None}, "", "x", "\u2028", "-", 10**400]
LAUGHS = "services:\n  a: &a {image: x, depends_on: [" + ", ".join(["b"] * 9) + "]}\n" + "".join(
    f"  {new}: &{new} {{image: x, x: [{', '.join([f'*{old}'] * 9)}]}}\n" for old, new in zip("abcdefgh", "bcdefghi")
)  # fmt: skip
DEEP = '{"resourceSpans": ' + "[" * 100_000 + "]" * 100_000 + "}"
RING = """services:
  a: {image: x, depends_on: [b]}
  b: {image: x, depends_on: [c]}
  c: {image: x, depends_on: [a]}
"""
HARM = {
    "laughs.yaml": (LAUGHS, "laughs.yaml, line 7: more than 100000 entries, aliases counted in full"),
    "deep.json": (DEEP, "deep.json: is nested too deep"),
    "tag.yaml": ("services:\n  a: {image: x}\n  b: !!python/name:os.system x\n", "tag.yaml, line 3: tags are not"),
    "torn.json": ('{"resourceSpans": [\n{"resource": }]}', "torn.json, line 2: is not JSON"),
    "cut.json": ('{"resourceSpans": [\n{"resource": {\n', "cut.json, line 2: ends in the middle of its JSON; fetch"),
    "cut-name.json": ('{"resourceSpans": [{"resou', "cut-name.json, line 1: ends in the middle of its JSON"),
    "cut-lines.json": ('{"resourceSpans": []}\n{"resourceSpans": [{"a": ', "cut-lines.json, line 2: ends in"),
    "empty.json": ('{"resourceSpans": []}', "empty.json: holds no span that can be read"),
    "no-services.yaml": ("services:\n  - image: x\n    build: .\n", "no-services.yaml: names no services"),
    "wide.log": (f'1.1.1.1 - - [02/Mar/2026:09:00:00 +0000] "{"GET " * 10_000}" 200 1\n', "wide.log, line 1: holds"),
    "months.log": ('1.1.1.1 - - [02/Mar/2026:09:00:00 +0000] "', "months.log, line 1: holds no line"),
}  # fmt: skip


@pytest.mark.parametrize("name", HARM)
def test_harm_is_refused_in_one_sentence(name, tmp_path):
    text, said = HARM[name]
    (tmp_path / name).write_text(text)
    with pytest.raises(evsim.ScenarioError) as error:
        evsim.from_file(tmp_path / name)
    assert str(error.value).startswith(said), str(error.value)
    assert len(str(error.value)) < 400


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(draft, "LARGEST", 1000)
    with pytest.raises(evsim.ScenarioError, match="jaeger.json: is larger than 0 MB; give a part of it"):
        evsim.from_file(SAMPLES / "jaeger.json")


def test_calls_in_a_ring_are_cut_and_told_of(tmp_path):
    (tmp_path / "ring.yaml").write_text(RING)
    made = evsim.from_file(tmp_path / "ring.yaml")
    assert "the call of c to a is left out, which calls it in turn" in made.notes
    assert made.scenario.run().audit()


def strange(data, luck):
    """The same data with one thing in it replaced by a strange one."""
    above, key, node = None, None, data
    for _ in range(luck.randrange(1, 9)):
        inside = (
            list(node.items() if isinstance(node, dict) else enumerate(node)) if isinstance(node, dict | list) else []
        )
        if not inside:
            break
        above, (key, node) = node, luck.choice(inside)
    if above is not None:
        above[key] = luck.choice(STRANGE)
    return data


def broken(text, luck):
    """The same text with a few characters gone, doubled or changed."""
    for _ in range(luck.randrange(1, 6)):
        at = luck.randrange(len(text))
        text = (
            text[:at]
            + luck.choice(["", text[at] * 2, "\t", '"', "9" * 30, "\n", "[", "-"])
            + text[at + luck.randrange(3) :]
        )
    return text


@pytest.mark.slow
@pytest.mark.parametrize("name", STATED)
def test_a_broken_file_makes_a_page_that_validates_or_one_sentence(name, tmp_path):
    text = (SAMPLES / name).read_text()
    for seed in range(MUTANTS):
        luck = random.Random(f"{name} {seed}")
        mutant = broken(text, luck)
        if name.endswith((".json", ".yaml")) and seed % 2:
            data = strange(yaml.safe_load(text), luck)
            mutant = json.dumps(data) if name.endswith(".json") else yaml.safe_dump(data)
        (tmp_path / name).write_text(mutant)
        try:
            made = evsim.from_file(tmp_path / name)
        except evsim.ScenarioError as error:
            assert str(error).startswith(name) or "is of no kind" in str(error), f"seed {seed}: {error}"
            continue
        assert made.scenario.replace({"run.duration": "1s"}).run().audit(), seed
