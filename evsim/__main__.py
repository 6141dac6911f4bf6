"""``python -m evsim``, and the program ``evsim``: the command line."""

import signal
import sys

from evsim import stopping


def main():
    stopping.listen()
    from evsim.cli import app  # imports a lot, and a signal may come meanwhile

    try:
        app(prog_name="evsim")
    except SystemExit as end:
        status = end.code
    for number in stopping.SIGNALS:
        signal.signal(number, signal.SIG_IGN)  # nothing is left to interrupt
    if stopping.heard():
        status, word = stopping.heard()
        print(word, file=sys.stderr)
    sys.exit(status)


if __name__ == "__main__":
    main()
