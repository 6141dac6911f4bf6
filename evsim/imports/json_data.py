"""JSON that others wrote: read with the line of what is wrong, and looked into without trust."""

import json

from evsim.scenario.textfile import wrong

__all__ = ["load_json", "load_json_lines", "mapping", "sequence", "word"]

TOO_DEEP = "is nested too deep"
TOO_LONG = "is not JSON: a number has too many digits"


def load_json(text, name):
    """The data of a JSON text."""
    try:
        return json.loads(text.rstrip())
    except json.JSONDecodeError as error:
        raise wrong(name, _broken(error), line=error.lineno) from None
    except RecursionError:
        raise wrong(name, TOO_DEEP) from None
    except ValueError:
        raise wrong(name, TOO_LONG) from None


def load_json_lines(text, name):
    """The data of a JSON text, or of one a line: a list."""
    try:
        return [json.loads(text)]
    except (RecursionError, ValueError) as error:
        if "Extra data" not in str(error):
            return [load_json(text, name)]
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            found += [json.loads(line.rstrip())] if line.strip() else []
        except RecursionError:
            raise wrong(name, TOO_DEEP, line=number) from None
        except json.JSONDecodeError as error:
            raise wrong(name, _broken(error), line=number) from None
        except ValueError:
            raise wrong(name, TOO_LONG, line=number) from None
    return found


def _broken(error):
    """What is wrong with a text: it is often a part of one that was cut off."""
    if error.pos >= len(error.doc) or error.msg.startswith("Unterminated"):
        return "ends in the middle of its JSON; fetch the whole file"
    return f"is not JSON: {error.msg}"


def mapping(value):
    """The mapping, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def sequence(value):
    """The list, or an empty one for anything else."""
    return value if isinstance(value, list) else []


def word(value):
    """The text, or that of a number; else an empty one."""
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""
