"""Toys that need nothing: a folder, a browser, no Python and no network.

python -m docs.site            write site/index.html and site/machine.html, with every number from runs made now
python -m docs.site --check    say which is stale (exit status 1), and write nothing
--deck                         the same of site/incidents.html alone, whose runs take minutes
"""

import sys

from docs.site.page import DECK, HTML, LARGEST, MACHINE, deck_page, html, machine, without_picture
from evsim.whole import write_text


def main(arguments):
    if set(arguments) - {"--check", "--deck"}:
        print(__doc__)
        return 0 if set(arguments) <= {"-h", "--help"} else 2
    texts = {DECK: deck_page()} if "--deck" in arguments else {HTML: html(), MACHINE: machine()}
    if "--check" in arguments:
        stale = [file for file, text in texts.items() if _is_stale(file, text)]
        for file in stale:
            print(f"stale: site/{file.name}; python -m docs.site{' --deck' if file == DECK else ''} writes it")
        return int(bool(stale))
    HTML.parent.mkdir(exist_ok=True)
    for file, text in texts.items():
        write_text(file, text)
        print(f"{file}: {len(text.encode()) / 1e6:.1f} MB (at most {LARGEST / 1e6:g})")
    return 0


def _is_stale(file, text):
    return not file.exists() or without_picture(file.read_text(encoding="utf-8")) != without_picture(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
