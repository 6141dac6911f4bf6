"""The slides: one deck that tells the story, with every number and picture from runs made now.

python -m slides           write slides/build/evsim.html and slides/build/evsim.pdf
python -m slides --html    write the HTML alone
python -m slides --check   say whether the HTML is stale, and write nothing

Exit status: 0; 1 if the HTML is stale, or the PDF could not be made (what is missing is said).
"""

import sys
from pathlib import Path

from evsim.whole import write_text
from slides.deck import DeckError, read
from slides.figures import FIGURES, draw
from slides.numbers import values
from slides.page import digest, page
from slides.pdf import NoBrowser, pdf

BUILD = Path(__file__).with_name("build")
HTML, PDF = BUILD / "evsim.html", BUILD / "evsim.pdf"


def built():
    """The HTML of the deck, from runs made now."""
    slides = read()
    return page(slides, values(), {name: draw(name) for name in FIGURES})


def main(arguments):
    if set(arguments) - {"--html", "--check"}:
        print(__doc__)
        return 0 if set(arguments) <= {"-h", "--help"} else 2
    try:
        html = built()
    except DeckError as error:
        print(error, file=sys.stderr)
        return 1
    if "--check" in arguments:
        stale = not HTML.exists() or digest(HTML.read_text(encoding="utf-8")) != digest(html)
        if stale:
            print("stale: slides/build/evsim.html; python -m slides writes it")
        return int(stale)
    BUILD.mkdir(exist_ok=True)
    write_text(HTML, html)
    print(f"{HTML}: {len(html) / 1e6:.1f} MB")
    if "--html" in arguments:
        return 0
    try:
        pdf(HTML, PDF)
    except NoBrowser as error:
        print(f"{error}\nThe HTML is there; the PDF is not.", file=sys.stderr)
        return 1
    print(f"{PDF}: {PDF.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
