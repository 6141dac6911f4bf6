"""The manual of a part: the page that it brings along, and a table of its settings, made of their declaration."""

from typing import get_args

from pydantic import TypeAdapter

from evsim.registry import folders

from .part import Part, Tagged
from .units import write_count, write_time

__all__ = ["kinds_table", "page", "settings_rows", "settings_table"]

QUANTITIES = {"min|h": "a time", "/": "a rate", "kB": "a size", "%": "a share, 0 to 1"}  # by a unit of each
PLAIN_QUANTITIES = {"a time", "a rate", "a size", "a number"}
BOUNDS = {"minimum": "at least", "exclusiveMinimum": "more than", "maximum": "at most"}
HEAD = "| setting | what it is | usually |\n|---|---|---|\n"
HEAD_OF_KINDS = HEAD.replace("setting", "**kind** and setting")


def page(folder):
    """The page of a part, in Markdown, with the table of its settings below: one for each of its words."""
    mine = folders()[folder]
    tables = {f"`{each.word}`": settings_table(each.settings, each.word) for each in mine}
    if len(mine) > 1:
        tables = {word: table for word, table in tables.items() if table != HEAD}
    for each in mine:
        tables |= {f"`{name}`": settings_table(model) for name, model in _nested(each.settings, each.package).items()}
    titled = tables.values() if len(tables) == 1 else (f"{title}:\n\n{table}" for title, table in tables.items())
    return f"{mine[0].page.rstrip()}\n\n## Settings\n\n" + "\n".join(titled)


def settings_table(kind, word=""):
    """A Markdown table of what may be written: each setting with its unit and bounds, and its value if left out."""
    models = _models(kind)
    if len(models) > 1 and all(issubclass(each, Tagged) for each in models):
        return kinds_table(kind)
    model = next(iter(models), None)
    if model is None:
        described = TypeAdapter(kind).json_schema()
        return f"{HEAD}| `{word}` | {_words(described.get('description'), list(_ways(described, described)))} | - |\n"
    return HEAD + "".join(settings_rows(model))


def kinds_table(kind):
    """A Markdown table of the kinds of something that is written ``{kind: settings}``, and of the settings of each."""
    rows = []
    for model in _models(kind):
        about = " ".join((model.__doc__ or "").strip().partition("\n\n")[0].split())
        rows += [f"| **`{model.model_fields['kind'].default}`** | {about} | |\n", *settings_rows(model)]
    return HEAD_OF_KINDS + "".join(rows)


def _nested(kind, package, above=()):
    """setting -> the model of what is written there, of those models that stand in others and are of a package."""
    found = {}
    for outer in _models(kind):
        for name, field in outer.model_fields.items():
            kinds = list(_models(field.annotation))
            for its in kinds:
                if not its.__module__.startswith(f"{package}.") or its in (outer, *above):  # a step may stand in a step
                    continue
                written = field.alias or name
                if len(kinds) > 1:
                    written += f": {its.model_fields['kind'].default}"
                found |= ({written: its} if any(settings_rows(its)) else {}) | _nested(its, package, (outer, *above))
    return found


def settings_rows(model):
    """The lines of the table of a model."""
    described = model.model_json_schema()
    entries = _entries(model, described)
    for name, field in model.model_fields.items():
        if name == "kind":
            continue
        written = field.alias or name
        schema = entries.get(written, {})
        plain = getattr(model, "plain", {}).get(name, field.default)
        usual = "must be written" if field.is_required() else _plain(plain, schema)
        said = _words(field.description, list(_ways(schema, described)), _bound(field))
        yield f"| `{written}` | {said} | {usual} |\n"


def _models(kind):
    """The models that a type is made of."""
    if isinstance(kind, type) and issubclass(kind, Part):
        return [kind]
    return list(dict.fromkeys(model for each in get_args(kind) for model in _models(each)))


def _entries(model, described):
    """name -> JSON Schema of each setting, from that of the written form."""
    names = [field.alias or name for name, field in model.model_fields.items() if name != "kind"]
    if issubclass(model, Tagged):
        body = next((each for each in _properties(described, model.model_fields["kind"].default)), {})
        if model.listed:
            return dict(zip(names, body["prefixItems"], strict=True))
        if len(names) == 1 and not model.mapped:
            return {names[0]: body}
    found = max(_mappings(described), key=lambda entries: len(set(names) & set(entries)), default={})
    return found | {model.short: body} if issubclass(model, Tagged) and model.beside else found


def _mappings(schema):
    """The properties of all objects in a schema, and in what they may be."""
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            yield schema["properties"]
        schema = list(schema.values())
    for each in schema if isinstance(schema, list) else ():
        yield from _mappings(each)


def _properties(schema, name):
    return (entries[name] for entries in _mappings(schema) if name in entries)


def _ways(schema, described):
    """The schemas of all that may be written, one by one."""
    if "$ref" in schema:
        schema = described["$defs"][schema["$ref"].rpartition("/")[2]]
    inner = schema.get("anyOf") or schema.get("oneOf")
    for each in inner or ():
        yield from _ways(each, described)
    kinds = schema.get("type")
    if not inner:
        kinds = kinds if isinstance(kinds, list) else [kinds]
        yield from (schema | {"type": kind} if kind else schema for kind in kinds if kind != "null")


def _words(about, kinds, bound=""):
    ways = dict.fromkeys(filter(None, map(_kind, _without_units(kinds))))
    said = " or ".join(each + bound if each in PLAIN_QUANTITIES else each for each in ways)
    return ": ".join(each for each in (about, said) if each)


def _bound(field):
    """Bounds of a quantity that its schema does not say: that is of all it may be written as."""
    words = {"gt": "more than", "ge": "at least", "le": "at most"}
    said = {
        f", {word} {write_count(getattr(each, name))}": None
        for each in _metadata(field)
        for name, word in words.items()
        if hasattr(each, name)
    }
    return "".join(each for each in said if each != ", at least 0")


def _metadata(kind):
    """What is noted beside a type, and beside those in it."""
    for each in getattr(kind, "metadata", getattr(kind, "__metadata__", ())):
        yield from _metadata(each) if hasattr(each, "metadata") else (each,)
    for each in get_args(getattr(kind, "annotation", kind)):
        yield from _metadata(each)


def _without_units(kinds):
    """A quantity is described as a number, and as a text with a unit: the latter says what it is."""
    texts = [each for each in kinds if each.get("type") == "string" and "pattern" in each]
    return [each for each in kinds if not (texts and each.get("type") == "number")]


def _kind(schema):
    if "enum" in schema:
        return " or ".join(f"`{each}`" for each in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    kind = schema.get("type")
    if kind == "string":
        plain = "a number" if "[0-9]+" in schema.get("pattern", "") else "a text"
        return next((words for unit, words in QUANTITIES.items() if unit in schema.get("pattern", "")), plain)
    if kind in ("integer", "number"):
        bounds = [f"{word} {schema[name]:,}" for name, word in BOUNDS.items() if schema.get(name)]
        return ", ".join(["a whole number" if kind == "integer" else "a number", *bounds])
    return {"boolean": "true or false", "array": "a list", "object": "settings"}.get(kind, "")


def _plain(value, schema):
    if isinstance(value, Part):
        if isinstance(value, Tagged) and not value.settings():
            return f"`{value.kind}`"
        return f"`{write_time(value.value)}`" if hasattr(value, "value") else "-"
    if value is None or value in ((), {}, ""):
        return "-"
    if "min|h" in str(schema):
        return f"`{write_time(value)}`"
    if value is False or value is True:
        return str(value).lower()
    return f"`{value}`"
