"""How a command ends when it is told to: by Ctrl-C, by SIGTERM, or because its terminal is closed.

It depends on what there is to lose. LEAVE: nothing, so at once. INTERRUPT what is being made, by a KeyboardInterrupt,
and keep what is finished. FINISH what is short, as showing and saving, and then leave. Told twice, it leaves
at once; the end of its terminal is never a second time.
Who tells it once may send more than one signal: `timeout` sends two at a time, and a terminal that closes up to three.
Python programs that use evsim hear their signals as they want: nothing here happens before `listen`.
"""

import os
import signal
import sys
import threading
from contextlib import contextmanager, suppress
from time import monotonic

__all__ = ["FINISH", "INTERRUPT", "LEAVE", "go_on", "heard", "listen", "tidily"]

LEAVE, INTERRUPT, FINISH = "leave", "interrupt", "finish"
SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
ONCE = 0.5  # seconds, in which all signals are the same one
_way, _heard, _since = LEAVE, [], 0.0
_half_done = []  # functions that take away what is half done


def listen():
    """Hear the signals from now on; those that the caller had us ignore (nohup) stay ignored."""
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _stop)


def go_on(way):
    """From now on a signal means this; a KeyboardInterrupt if one that came before means that it is over."""
    global _way
    _way = way
    if way == INTERRUPT and _heard:
        raise KeyboardInterrupt


@contextmanager
def tidily(tidy):
    """Inside, there is something to tidy up: a signal does not leave at once, but interrupts.

    ``tidy()`` is called in the end, also by who is told twice and leaves at once.
    """
    global _way
    before = _way
    _half_done.append(tidy)
    try:
        if _way == LEAVE:
            go_on(INTERRUPT)
        yield
    finally:
        try:
            tidy()
        finally:
            _half_done.remove(tidy)
            _way = before


def heard():
    """The exit status and the word for the first signal that came; None without one."""
    if not _heard:
        return None
    word = "interrupted" if _heard[0] == signal.SIGINT else f"ended by {signal.Signals(_heard[0]).name}"
    return 128 + _heard[0], word


def _stop(number, _):
    global _since
    if _heard:
        closed = signal.Signals(number).name == "SIGHUP"  # nobody is there to tell it a second time
        if not closed and monotonic() - _since > ONCE:
            _leave()
        return
    _since = monotonic()
    _heard.append(number)
    threading.excepthook = lambda _: None  # threads that serve what is interrupted may fail, and have nothing to say
    if _way == LEAVE:
        _leave()
    if _way == INTERRUPT:
        raise KeyboardInterrupt


def _leave():
    """End here, without what Python does at its end; nothing that is half done is left."""
    status, word = heard()
    for tidy in _half_done:
        with suppress(OSError):
            tidy()
    with suppress(OSError, ValueError, AttributeError, RuntimeError):  # nobody reads it, or it is being written to
        sys.stdout.flush()
    with suppress(OSError):
        os.write(2, f"{word}\n".encode())
    os._exit(status)
