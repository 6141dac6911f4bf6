"""JSON that others wrote: read with the line of what is wrong, and looked into without trust."""

import json
import re

from evsim.scenario.textfile import wrong

__all__ = ["load_json", "load_json_lines", "mapping", "sequence", "word"]

TOO_DEEP = "is nested too deep"


def load_json(text, name):
    """The data of a JSON text."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise wrong(name, f"is not JSON: {error.msg}", line=error.lineno) from None
    except RecursionError:
        raise wrong(name, TOO_DEEP) from None
    except ValueError:
        raise wrong(name, "is not JSON: a number has too many digits") from None


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
            found += [json.loads(line)] if line.strip() else []
        except RecursionError:
            raise wrong(name, TOO_DEEP, line=number) from None
        except ValueError as error:
            rule = f"is not JSON: {re.sub(r': line.*', '', str(error))}"
            raise wrong(name, rule, line=number) from None
    return found


def mapping(value):
    """The mapping, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def sequence(value):
    """The list, or an empty one for anything else."""
    return value if isinstance(value, list) else []


def word(value):
    """The text, or that of a number; else an empty one."""
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""
