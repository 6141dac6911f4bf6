"""A scenario as a page for people: YAML with a comment where there is something to say."""

from textwrap import fill

from evsim.scenario.reading import write_line

__all__ = ["page"]

WIDTH = 110
PROMISE = "# objectives: {response_p99: 300ms}  # what you promise: find, compare and report judge by it"
OPEN = ("workloads", "services", "channels", "origins")  # sections that are written an entry a line


def page(data, origins, words, sources, notes):
    """The text: what it was made of and what is not in it, then the sections of the scenario with the words of each."""
    said = f"Made by `evsim new` of {', '.join(sources)}. What is guessed, see origins, is for you to say."
    lines = [_comment(said), *(_comment(f"* {note}", "#   ") for note in notes)]
    order = list(data)
    origins = dict(sorted(origins.items(), key=lambda each: order.index(each[0].partition(".")[0])))
    for section, content in {**data, "origins": origins}.items():
        lines += _entry(section, content, "", words, section, section in OPEN)
    return "\n".join([*lines, PROMISE]) + "\n"


def _entry(name, content, margin, words, path, is_open=False):
    """Lines of one entry: one line where it fits, else a line for each thing in it."""
    head = f"{margin}{write_line(name)}:"
    lines = [_comment(words[path], f"{margin}#   ", f"{margin}# ")] if words.get(path) else []
    whole = f"{head} {write_line(content)}"
    if not isinstance(content, dict | list) or (len(whole) <= WIDTH and not is_open):
        return [*lines, whole]
    lines.append(head)
    if isinstance(content, dict):
        for each, value in content.items():
            lines += _entry(each, value, f"{margin}  ", words, f"{path}.{each}")
        return lines
    return lines + [f"{margin}  - {write_line(each)}" for each in content]


def _comment(text, then="#   ", first="# "):
    return fill(" ".join(text.split()), WIDTH, initial_indent=first, subsequent_indent=then)
