"""Ways through a handler: all its steps, what lies inside a step, and what each is called."""

from collections import Counter

__all__ = ["ANY", "all_steps", "as_one", "branches", "in_turn", "numbered", "positions", "replies_early", "step_at",
           "title", "titles", "walk", "without_answer"]  # fmt: skip


ANY = object()  # whatever is asked for


def walk(steps, path=(), unsure=False, operation=ANY):
    """Every step in a handler, depth first: (path, step, whether chance decides that it is reached).

    With an `operation` (None is one too), those that may be taken where that is asked for.
    """
    if callable(steps):
        return
    for number, step in enumerate(steps):
        here = (*path, number, step.kind)
        yield here, step, unsure
        for list_, (where, inner, by_chance) in enumerate(step.inside):
            if operation is ANY or step.opens(list_, operation):
                yield from walk(inner, (*here, *where), unsure or by_chance, operation)
        unsure = unsure or step.fails > 0


def as_one(steps):
    """(path, step) of those steps of a handler, as `walk` gives them, that a batch of messages takes as one."""
    inside = None
    for here, step, _ in walk(steps):
        if inside is None or here[: len(inside)] != inside:
            inside = here if step.by_message else None
            yield here, step


def positions(steps, position=(), operation=ANY):
    """Every step in a handler, depth first: (its position, step); none of a Python function.

    A position is the index of a step, then for each step it lies in: the number of the branch, and the index there.
    With an `operation`, as for `walk`.
    """
    for index, step in enumerate(() if callable(steps) else steps):
        here = (*position, index)
        yield here, step
        for number, branch in enumerate(branches(step)):
            if operation is ANY or step.opens(number, operation):
                yield from positions(branch, (*here, number), operation)


def all_steps(steps, operation=ANY):
    """Every step of a handler, those inside others too; none of a Python function."""
    return (step for _, step in positions(steps, operation=operation))


def in_turn(steps, operation, position=()):
    """(position, step) of those that are taken one after the other where an operation is asked for."""
    for index, step in enumerate(steps):
        here = (*position, index)
        if not step.in_place:
            yield here, step
        for number, inner in enumerate(branches(step) if step.in_place else ()):
            if step.opens(number, operation):
                yield from in_turn(inner, operation, (*here, number))


def replies_early(steps, operation):
    """Whether a reply comes anywhere but last; a reply in last place, or none, is told by the end."""
    replies = sum(step.replies for step in all_steps(steps, operation))
    return replies > any(last.replies for _, last in list(in_turn(steps, operation))[-1:])


def branches(step):
    """The lists of steps inside a step, in the order in which their numbers count in a position."""
    return tuple(steps for _, steps, _ in step.inside)


def without_answer(step):
    """The steps that a call or an ask takes when it has no answer."""
    on_error = vars(step).get("on_error")
    return () if on_error is None else vars(on_error).get("steps", ())


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
