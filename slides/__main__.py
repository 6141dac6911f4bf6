"""The deck of each lesson, made from its notebook.

python -m slides [FOLDER]         write a deck for each lesson (build/slides), and print it as PDF
python -m slides [FOLDER] --html  without the PDF, for which a browser is needed

Exit status: 0; 1 if a PDF could not be made (what is missing is said).
"""

import sys
from pathlib import Path

from evsim.whole import write_text
from slides.deck import LESSONS, deck
from slides.pdf import NoBrowser, pdf
from slides.slides import slides


def main(arguments):
    named = [each for each in arguments if not each.startswith("-")]
    if len(named) > 1 or {*arguments} - {*named, "--html"}:
        print(__doc__)
        return 0 if set(arguments) <= {"-h", "--help"} else 2
    folder = Path(*named) if named else Path(__file__).parents[1] / "build" / "slides"
    folder.mkdir(parents=True, exist_ok=True)
    printed = "--html" not in arguments
    for name in LESSONS:
        path = folder / f"{name}.html"
        write_text(path, deck(slides(name)))
        print(path)
        try:
            if printed:
                pdf(path, path.with_suffix(".pdf"))
        except NoBrowser as error:
            print(f"{error}\nThe decks are there as HTML.", file=sys.stderr)
            printed = False
    return int(not printed and "--html" not in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
