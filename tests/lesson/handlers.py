"""Handlers in Python, most of which do not end. This file imports little: the process that tries them reads it, too."""

from itertools import repeat
from time import sleep


def in_python(ctx):
    yield from ctx.work("2ms")
    yield from ctx.call("mailing-list")
    yield from ctx.call("database")


def yields_a_number(ctx):
    yield 3


def divides_by_zero(ctx):
    yield from ctx.work("2ms")
    1 / 0


def without_an_end(ctx):
    yield from ctx.call("database")
    while True: pass  # on one line  # noqa: E701  # fmt: skip


def hides_what_it_did(ctx):
    yield from ctx.work("2ms")
    while True:
        try:
            int("no number")
        except Exception:
            pass


def works_for_ever(ctx):
    while True:
        yield from ctx.work("2ms")


def a_helper_does_not_end(ctx):
    yield from ctx.work("2ms")
    goes_on()


def goes_on():
    number = 0
    while number >= 0:
        number += 1


def writes_for_ever(ctx):
    yield from ctx.work("2ms")
    while True:
        ctx.effect("customer row")


def asks_until_it_works(ctx):
    while True:
        try:
            yield from ctx.call("mailing-list")
        except Exception:
            continue


COUNTED = [
    without_an_end, hides_what_it_did, works_for_ever, a_helper_does_not_end, writes_for_ever, asks_until_it_works,
]  # fmt: skip


def hides_everything(ctx):
    yield from ctx.work("2ms")
    while True:
        try:
            int("no number")
        except:  # noqa: E722
            pass


def adds_for_ever(ctx):
    yield from ctx.work("2ms")
    sum(repeat(1))


def sleeps(ctx):
    yield from ctx.work("2ms")
    sleep(1e6)
