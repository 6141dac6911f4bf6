"""The command line as a page: each command, what it takes and each option, as the program itself declares them."""

import inspect

__all__ = ["command_page"]


def command_page(head):
    """The page of all commands below `head`."""
    import typer

    from evsim.cli import app

    parts = [head]
    for name, command in sorted(typer.main.get_command(app).commands.items()):
        context = command.make_context(name, [], resilient_parsing=True)
        shown = [_row(each) for each in command.params if not getattr(each, "hidden", False)]
        usage = " ".join(["evsim", *command.get_usage(context).split()[1:]])
        rows = "\n".join(filter(None, shown))
        table = f"| option | what it does |\n|---|---|\n{rows}" if rows else ""
        parts.append(f"## evsim {name}\n\n```text\n{usage}\n```\n\n{_prose(command.help)}\n\n{table}".rstrip())
    return "\n\n".join(parts) + "\n"


def _prose(text):
    return inspect.cleandoc(text or "").replace("*", r"\*").replace("<", r"\<")


def _row(parameter):
    if parameter.name == "help":
        return ""
    if parameter.param_type_name == "argument":
        names = parameter.metavar or parameter.name.upper()
    else:
        kind = "" if parameter.is_flag else f" {parameter.metavar or parameter.name.upper()}"
        names = f"{', '.join(parameter.opts)}{kind}"
    about = " ".join((parameter.help or "").split()).replace("|", r"\|").replace("*", r"\*").replace("<", r"\<")
    return f"| `{names.replace('|', chr(92) + '|')}` | {about} |"
