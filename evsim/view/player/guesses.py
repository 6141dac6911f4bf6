"""Guesses that are open: somebody has been asked and has not seen the truth. Meanwhile a player hides the future."""

from weakref import WeakValueDictionary

__all__ = ["asked", "one_is_open"]

_ASKED: WeakValueDictionary = WeakValueDictionary()


def asked(question, guess):
    """Remember the newest guess at a question, for as long as there is one; its ``seen``: was the truth told?"""
    _ASKED[question] = guess


def one_is_open():
    return any(not guess.seen for guess in _ASKED.values())
