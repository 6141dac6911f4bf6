"""``python -m evsim``, and the program ``evsim``: the command line."""

import gc
import os
import signal
import sys
from contextlib import suppress

from evsim import stopping


def main():
    stopping.listen()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # it would look for some in every package
    gc.disable()  # modules are no garbage, and there are hundreds; `load_scenario` enables it again
    from evsim.cli import app  # imports a lot, and a signal may come meanwhile

    try:
        app(prog_name="evsim")
    except SystemExit as end:
        status = end.code
    for number in stopping.SIGNALS:
        signal.signal(number, signal.SIG_IGN)  # nothing is left to interrupt
    if stopping.heard():
        status, word = stopping.heard()
        with suppress(OSError):  # nobody reads it
            print(word, file=sys.stderr, flush=True)
    gc.freeze()  # all of it ends with the process: Python need not look for garbage once more
    sys.exit(status)


if __name__ == "__main__":
    main()
