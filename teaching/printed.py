"""What is printed: the concept inventory, its key with the thought behind each wrong answer, and the worksheet."""

from evsim.lesson.concept_inventory import INVENTORY, LETTERS

__all__ = ["answer_key", "letters", "page", "sheet"]

PAPER = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font: 12pt/1.45 system-ui, sans-serif; max-width: 46em; margin: 2em auto; padding: 0 1em }}
table {{ border-collapse: collapse; width: 100% }} td, th {{ border: 1px solid #888; padding: .5em; text-align: left }}
.anchor-link {{ display: none }} hr {{ margin: 2.5em 0 1em; border: 0; border-bottom: 1px solid #555 }}
@media print {{ body {{ margin: 0 }} p, table, li {{ break-inside: avoid }} }}
</style></head><body>{body}</body></html>
"""


def page(text):
    """A Markdown text as a page to print from a browser."""
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    return PAPER.format(title=text.lstrip("# ").splitlines()[0], body=markdown2html_mistune(text))


def sheet():
    """The questions, as Markdown."""
    asked = [f"**{number}.** {its.asked}\n\n{_choices(its)}" for number, its in enumerate(INVENTORY.values(), 1)]
    head = """# Before and after

Name: ______________________    Date: ______________

Choose one answer each. Leave out what you don't know."""
    return "\n\n".join([head, *asked]) + "\n"


def _choices(its):
    return "\n".join(f"{letter}) {answer}  " for letter, answer in zip(LETTERS, its.choices))


def answer_key():
    """For the teacher: the letters, and what those think who choose wrongly."""
    parts = [
        "# Key of the inventory",
        f"`{letters()}`",
        "Each truth is read off a run of the kit, and a test repeats it.",
    ]
    for number, (name, its) in enumerate(INVENTORY.items(), 1):
        choices = zip(LETTERS, its.choices.items())
        lines = [
            f"* {letter}) {answer}: {f'*{thought}*' if thought else '**right**'}"
            for letter, (answer, thought) in choices
        ]
        parts += [f"**{number}. {name}**", "\n".join(lines)]
    return "\n\n".join(parts) + "\n"


def letters():
    """The right answers, as ``inventory(...).answered(...)`` takes them."""
    return "".join(LETTERS[list(its.choices.values()).index("")] for its in INVENTORY.values())
