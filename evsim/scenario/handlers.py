"""Ways through a handler: all its steps, what lies inside a step, and what each is called."""

from collections import Counter

__all__ = ["all_steps", "branches", "numbered", "positions", "step_at", "title", "titles", "walk", "without_answer"]


def walk(steps, path=(), unsure=False):
    """Every step in a handler, depth first: (path, step, whether chance decides that it is reached)."""
    if callable(steps):
        return
    for number, step in enumerate(steps):
        here = (*path, number, step.kind)
        yield here, step, unsure
        for where, inner, by_chance in step.inside:
            yield from walk(inner, (*here, *where), unsure or by_chance)
        unsure = unsure or step.fails > 0


def positions(steps, position=()):
    """Every step in a handler, depth first: (its position, step); none of a Python function.

    A position is the index of a step, then for each step it lies in: the number of the branch, and the index there.
    """
    for index, step in enumerate(() if callable(steps) else steps):
        here = (*position, index)
        yield here, step
        for number, branch in enumerate(branches(step)):
            yield from positions(branch, (*here, number))


def all_steps(steps):
    """Every step of a handler, those inside others too; none of a Python function."""
    return (step for _, step in positions(steps))


def branches(step):
    """The lists of steps inside a step, in the order in which their numbers count in a position."""
    return tuple(steps for _, steps, _ in step.inside)


def without_answer(step):
    """The steps that a call or an ask takes when it has no answer."""
    return getattr(getattr(step, "on_error", None), "steps", ())


def title(step):
    """How a step is called in words: its kind and what it is about, such as `call database`."""
    about = getattr(step, step.short or "name", None)
    return f"{step.kind} {about}" if isinstance(about, str) else step.kind


def titles(steps):
    """Position of each step in a handler -> its title; the second of a title is `work #2`."""
    met, found = Counter(), {}
    for here, step in positions(steps):
        name = title(step)
        met[name] += 1
        found[here] = numbered(name, met[name])
    return found


def step_at(steps, position):
    """The step at a position of a handler."""
    step = steps[position[0]]
    for branch, index in zip(position[1::2], position[2::2]):
        step = branches(step)[branch][index]
    return step


def numbered(name, number):
    """The title of the step that is the `number`-th (1, 2 ...) of its name."""
    return name if number == 1 else f"{name} #{number}"
