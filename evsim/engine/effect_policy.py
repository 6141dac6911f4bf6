"""What goes with the effects of one name: the hooks that a part of the socket ``effect`` fills.

A part is asked for an effect where its word is written at any step that makes it, or where another of its steps
watches the effect.
"""

from evsim.registry import part
from evsim.scenario.handlers import all_steps

__all__ = ["EffectPolicy", "Effects"]


class EffectPolicy:
    """Every hook, doing nothing, for the effect of one `name`. ``place``: where a handler is compiled."""

    def __init__(self, kernel, name):
        self.kernel, self.name = kernel, name

    def made(self, place, effect):
        """`effect(row)`, with whatever is to be done when any step makes it."""
        return effect

    def condition(self, place, effect, fail):
        """`effect(row)`, or ``fail(row, reason)``, of a step that has the word of the part."""
        return effect

    def undone(self, place, row):
        """The request of `row` has taken the effect back."""


class Effects:
    """The policies of the effects of a system."""

    def __init__(self, kernel):
        self.kernel, self.found = kernel, {}  # name -> word -> policy
        steps = [step for each in kernel.scenario.services.values() for step in all_steps(each.handle)]
        for step in steps:
            words = step.policies if step.effects else (step.watches,) if step.watches else ()
            for word in words:
                self.policy(step.name, word)

    def policy(self, name, word):
        """The policy of a part for an effect; it is there from now on."""
        mine = self.found.setdefault(name, {})
        if word not in mine:
            mine[word] = part(word).build(self.kernel, name)
        return mine[word]

    def of(self, name):
        """All policies of an effect, in the order of their words."""
        return [policy for _, policy in sorted(self.found.get(name, {}).items())]

    def made(self, step, place, effect):
        """`effect(row)` of a step, with all that goes with it."""
        for policy in self.of(step.name):
            effect = policy.made(place, effect)
        return effect

    def conditions(self, step, place, effect, fail):
        """`effect(row)` of a step where its conditions hold, else ``fail(row, reason)``."""
        for word in sorted(step.policies):
            effect = self.policy(step.name, word).condition(place, effect, fail)
        return effect
