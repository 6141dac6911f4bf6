"""YAML text to plain data, with the line of every entry. Reading runs no code.

Plain scalars mean what YAML 1.2 core says: `on` and `no` are texts, `1e3` is a number, `10:30` is a text,
`0o17` is 15. Keys are texts. Refused, with the line: a key given twice, tags, a second document, deep
nesting, and aliases that blow up. Written with PyYAML's events, since its resolver follows YAML 1.1.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import yaml

from .errors import Problem, ScenarioError

LONGEST = 1_000_000  # characters of text
DEEPEST = 50  # levels of nesting
_PLAIN = (str, int, float, type(None))  # what nearly all entries are: to ask for a Mapping takes long
LARGEST = 100_000  # entries, aliases counted in full
TOO_DEEP = f"nested more than {DEEPEST} levels deep"

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONSTANTS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((sign + name for sign in ("", "+") for name in (".inf", ".Inf", ".INF")), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,4000}")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
NUMBERS = re.compile("|".join(each.pattern for each in (_INTEGER, _OCTAL, _HEXADECIMAL, _FLOAT)))


@dataclass
class SourcePosition:
    """Where an entry stands: its line (from 1), the places of the entries in it, and how many those are."""

    line: int
    inside: dict = field(default_factory=dict)
    size: int = 1

    def line_of(self, path):
        """The line of the entry at `path`, or of the last part of the path that exists."""
        place = self
        for step in path:
            if step not in place.inside:
                break
            place = place.inside[step]
        return place.line


def read(text, source=None):
    """The data in a YAML text, and its `SourcePosition`."""
    if len(text) > LONGEST:
        raise ScenarioError([Problem("", f"longer than {LONGEST} characters")], source)
    try:
        return _Reader(text).document()
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark or error.context_mark).line
        written = text.splitlines()[line : line + 1] or [""]
        hint = "indent with spaces, not tabs" if "\t" in written[0] else None
        too_deep = "nesting depth" in error.problem  # a limit of newer parsers, which look ahead of us
        rule = TOO_DEEP if too_deep else f"is not YAML: {error.problem}"
        problem = Problem("", rule, line=line + 1, hint=hint)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        problem = Problem("", f"is not YAML: character #x{error.character:02x} is not allowed", line=line)
    except _Refusal as refusal:
        problem = refusal.args[0]
    raise ScenarioError([problem], source) from None


def is_too_deep(data):
    """Whether plain data is nested deeper than a text may be, aliases included, or holds itself."""
    level = [data]
    for _ in range(DEEPEST + 1):
        inside = (entry for each in level for entry in (each.values() if isinstance(each, Mapping) else each))
        level = list({id(entry): entry for entry in inside if _holds(entry)}.values())
    return bool(level)


def _holds(entry):
    return not isinstance(entry, _PLAIN) and isinstance(entry, Mapping | list | tuple)


class _Refusal(Exception):
    pass


def _refuse(rule, event, hint=None, value=None):
    raise _Refusal(Problem("", rule, value, event.start_mark.line + 1, hint))


class _Reader:
    def __init__(self, text):
        self.events = yaml.parse(text, Loader=_Loader)
        self.anchors = {}
        self.size = 0

    def document(self):
        next(self.events)  # start of the stream
        event = next(self.events)
        if isinstance(event, yaml.StreamEndEvent):
            raise _Refusal(Problem("", "is empty", hint="a scenario needs name, workloads, services and run"))
        data, place = self.value(next(self.events), 0)
        next(self.events)  # end of the document
        event = next(self.events)
        if not isinstance(event, yaml.StreamEndEvent):
            _refuse("a second document begins here", event, "a file holds one scenario")
        return data, place

    def value(self, event, depth):
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.anchors:
                _refuse(f"alias *{event.anchor} has no anchor before it", event)
            data, place = self.anchors[event.anchor]
            self.count(place.size, event)
            return data, SourcePosition(event.start_mark.line + 1, place.inside, place.size)
        if event.tag is not None:
            _refuse("tags are not allowed", event, value=event.tag)
        if depth > DEEPEST:
            _refuse(TOO_DEEP, event)
        self.count(1, event)
        place = SourcePosition(event.start_mark.line + 1)
        before = self.size
        if isinstance(event, yaml.ScalarEvent):
            data = event.value if event.style else _scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            data = self.sequence(place, depth)
        else:
            data = self.mapping(place, depth)
        place.size += self.size - before
        if event.anchor is not None:
            self.anchors[event.anchor] = data, place
        return data, place

    def count(self, entries, event):
        self.size += entries
        if self.size > LARGEST:
            _refuse(f"more than {LARGEST} entries, aliases counted in full", event)

    def sequence(self, place, depth):
        entries = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            entry, place.inside[len(entries)] = self.value(event, depth + 1)
            entries.append(entry)
        return entries

    def mapping(self, place, depth):
        entries = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent) or event.tag is not None:
                _refuse("a key must be a plain name", event)
            key, line = event.value, event.start_mark.line + 1
            if key in entries:
                first = place.inside[key].line
                _refuse(f"{key} is given twice, here and on line {first}", event)
            entries[key], inner = self.value(next(self.events), depth + 1)
            place.inside[key] = SourcePosition(line, inner.inside, inner.size)
        return entries


def _scalar(event):
    text = event.value
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _OCTAL.fullmatch(text) or _HEXADECIMAL.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    def ignore_aliases(self, data):
        return True


# PyYAML quotes what YAML 1.1 takes for something other than text; this adds what only YAML 1.2 does.
_Dumper.add_implicit_resolver("!number", re.compile(f"^(?:{NUMBERS.pattern})$"), list("-+.0123456789"))


def write(data):
    """Plain data as YAML text; `read` gives the same data back."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, default_flow_style=None, width=100, allow_unicode=True)


def write_line(data):
    """Plain data as YAML text on one line."""
    text = yaml.dump(data, Dumper=_Dumper, sort_keys=False, default_flow_style=True, width=10**9, allow_unicode=True)
    return text.rstrip().removesuffix("\n...")
