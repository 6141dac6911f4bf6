"""The page of each part with a request of its own scenario, and the list of parts by where their words stand."""

import re
from functools import cache
from html import escape

import evsim
from evsim.registry import (
    CALL,
    CHANNEL,
    EFFECT,
    FAULT,
    OF_CHANNEL,
    ON_ERROR,
    PUBLISH,
    SERVICE,
    STEP,
    SUBSCRIPTION,
    folders,
)
from evsim.scenario.manual import page

__all__ = ["list_of_parts", "page_of", "part_pages"]

PICTURE = re.compile(r"<!-- picture of request (\d+) -->")
STANDS = {
    CHANNEL: "How messages travel", STEP: "Steps of a handler", CALL: "Settings of a call and of an ask",
    ON_ERROR: "What follows a call without an answer", PUBLISH: "Settings of a publish",
    SUBSCRIPTION: "Settings of a subscription", EFFECT: "Settings of an effect",
    SERVICE: "Settings of a service", OF_CHANNEL: "Settings of a channel", FAULT: "Faults",
}  # fmt: skip


page_of = cache(page)  # its tables of settings take a tenth of a second


def part_pages():
    """name -> the page of each part."""
    return {name: with_picture(page_of(name)) for name in folders()}


def list_of_parts():
    """The page that lists all parts by where their words stand in a scenario."""
    found = [(name, together[0], {each.socket for each in together}) for name, together in folders().items()]
    text = "# The parts\n\nEach is a folder in evsim/parts, called by its word in a scenario.\n"
    for socket, title in STANDS.items():
        mine = [f"* [{word}]({word}.md): {each.about}\n" for word, each, where in found if socket in where]
        text += f"\n## {title}\n\n{''.join(mine)}" if mine else ""
    return text


def with_picture(text):
    """A page with what happens to the request that it names, in a run of the scenario that it shows."""

    def drawn(found):
        run = evsim.Scenario.from_yaml(re.search(r"```yaml\n(.*?)```", text, re.DOTALL)[1]).run()
        drawn = run.sequence(int(found[1]))
        picture = drawn.svg().replace("<svg ", f'<svg role="img" aria-label="{escape(drawn.alt_text, quote=True)}" ', 1)
        framed = f"````{{raw}} html\n<div class='sequence' tabindex='0'>{picture}</div>\n````"
        return f"What happens to request {found[1]} of it:\n\n{framed}"

    return PICTURE.sub(drawn, text)
