"""The manual of a part: the page that it brings along, and a table of its settings, made of their declaration."""

from typing import get_args

from pydantic import TypeAdapter

from evsim.registry import folders

from .part import Part, Tagged
from .units import write_time

__all__ = ["kinds_table", "page", "settings_table"]

QUANTITIES = {"min|h": "a time", "/": "a rate", "kB": "a size", "%": "a share, 0 to 1"}  # by a unit of each
BOUNDS = {"minimum": "at least", "exclusiveMinimum": "more than", "maximum": "at most"}
HEAD = "| setting | what it is | usually |\n|---|---|---|\n"


def page(folder):
    """The page of a part, in Markdown, with the table of its settings below: one for each of its words."""
    mine = folders()[folder]
    tables = [settings_table(each.settings, each.word) for each in mine]
    if len(mine) > 1:
        named = zip(mine, tables, strict=True)
        tables = [f"`{each.word}`:\n\n{table}" for each, table in named if table.strip() != HEAD.strip()]
    return f"{mine[0].page.rstrip()}\n\n## Settings\n\n" + "\n".join(tables)


def settings_table(kind, word=""):
    """A Markdown table of what may be written: each setting with its unit and bounds, and its value if left out."""
    model = _model(kind)
    if model is None:
        described = TypeAdapter(kind).json_schema()
        return f"{HEAD}| `{word}` | {_words(described.get('description'), list(_ways(described, described)))} | - |\n"
    described = model.model_json_schema()
    rows = []
    for name, field in model.model_fields.items():
        if name == "kind" and issubclass(model, Tagged):
            continue
        written = field.alias or name
        schema = _entries(model, described).get(written, {})
        plain = getattr(model, "plain", {}).get(name, field.default)
        usual = "must be written" if field.is_required() else _plain(plain, schema)
        rows.append(f"| `{written}` | {_words(field.description, list(_ways(schema, described)))} | {usual} |")
    return HEAD + "\n".join(rows) + "\n"


def kinds_table(kind):
    """A Markdown table of the kinds of something that is written ``{kind: settings}``, and of the settings of each."""
    rows = []
    for model in get_args(get_args(kind)[0]):
        its = [f"`{field.alias or name}`: {field.description}" for name, field in model.model_fields.items()
               if name != "kind"]  # fmt: skip
        about = " ".join((model.__doc__ or "").strip().partition("\n\n")[0].split())
        rows.append(f"| `{model.model_fields['kind'].default}` | {about} | {'; '.join(its) or '-'} |")
    return "| kind | what it is | settings |\n|---|---|---|\n" + "\n".join(rows) + "\n"


def _model(kind):
    if isinstance(kind, type) and issubclass(kind, Part):
        return kind
    return next((model for each in get_args(kind) if (model := _model(each))), None)


def _entries(model, described):
    """name -> JSON Schema of each setting, from that of the written form."""
    if not issubclass(model, Tagged):
        return described["properties"]
    body = next(iter(described["properties"].values()))
    if len(model.settings()) == 1 and not model.mapped:
        return {model.settings()[0]: body}
    return body.get("properties") or next(each["properties"] for each in body["anyOf"] if "properties" in each)


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


def _words(about, kinds):
    said = " or ".join(dict.fromkeys(filter(None, map(_kind, _without_units(kinds)))))
    return ": ".join(each for each in (about, said) if each)


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
        return f"`{write_time(value.value)}`" if hasattr(value, "value") else "-"
    if value is None or value in ((), {}):
        return "-"
    if "min|h" in str(schema):
        return f"`{write_time(value)}`"
    if value is False or value is True:
        return str(value).lower()
    return f"`{value}`"
