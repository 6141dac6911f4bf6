"""How several messages go at one step: all at the same moment, and the worker goes on when the last one is kept.

How many there are belongs to the request, its item and its round, and not to the attempt. Where one of them fails, the
step fails when all have ended, as with branches that run side by side.
"""

from evsim.engine.item_paths import identity_draw
from evsim.engine.parallel import all_ended
from evsim.engine.step_builders import one_message

__all__ = ["build"]


def build(compiler, step, route, then, fail):
    """The function of a row that sends the messages of its items."""
    kernel, site = compiler.kernel, route.site
    settings, chance_of = step.times, identity_draw(kernel, site.place, kernel.streams.uniforms("items", *site.purpose))
    constant = settings.fewest if settings.fewest == settings.most else None
    left, ended, failed = all_ended(compiler.service, then, fail)

    def how_many(row):
        return constant if constant is not None else int(settings.numbers(chance_of(row)))

    send = one_message(compiler, step, route, compiler.own(ended), failed)

    def send_all(row):
        left[row] = count = how_many(row)
        for item in range(1, count + 1):
            site.item = item
            send(row)
        if not count:
            del left[row]
            then(row)

    return send_all
