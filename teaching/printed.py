"""The concept inventory on paper: a sheet for students, and the key with the thought behind each wrong answer."""

from evsim.lesson.inventory import INVENTORY, LETTERS

__all__ = ["answer_key", "letters", "sheet"]


def sheet():
    """The questions, as Markdown to print."""
    asked = [f"**{number}.** {its.asked}\n\n{_choices(its)}" for number, its in enumerate(INVENTORY.values(), 1)]
    head = """# Before and after

Name: ______________________    Date: ______________

Choose one answer each. Leave out what you don't know."""
    return "\n\n".join([head, *asked]) + "\n"


def _choices(its):
    return "\n".join(f"   {letter}) {answer}  " for letter, answer in zip(LETTERS, its.choices))


def answer_key():
    """For the teacher: the letters, and what those think who choose wrongly."""
    lines = [
        "# Key of the inventory",
        "",
        f"`{letters()}`",
        "",
        "Each truth is read off a run of the kit, and a test repeats it.",
        "",
    ]
    for number, (name, its) in enumerate(INVENTORY.items(), 1):
        lines.append(f"**{number}. {name}**\n")
        for letter, (answer, thought) in zip(LETTERS, its.choices.items()):
            lines.append(f"* {letter}) {answer}: {f'*{thought}*' if thought else '**right**'}")
        lines.append("")
    return "\n".join(lines)


def letters():
    """The right answers, as ``inventory(...).answered(...)`` takes them."""
    return "".join(LETTERS[list(its.choices.values()).index("")] for its in INVENTORY.values())
