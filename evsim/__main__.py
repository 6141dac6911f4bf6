"""``python -m evsim`` is the command line."""

from evsim.cli import app

if __name__ == "__main__":
    app(prog_name="evsim")
