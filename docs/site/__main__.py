"""Lesson 00 as a page that needs nothing: a folder, a browser, no Python and no network.

python -m docs.site            write site/index.html, with every number from runs made now
python -m docs.site --check    say whether it is stale (exit status 1), and write nothing
"""

import sys

from docs.site.page import HTML, LARGEST, html, without_picture
from evsim.whole import write_text


def main(arguments):
    if set(arguments) - {"--check"}:
        print(__doc__)
        return 0 if set(arguments) <= {"-h", "--help"} else 2
    text = html()
    if "--check" in arguments:
        stale = not HTML.exists() or without_picture(HTML.read_text(encoding="utf-8")) != without_picture(text)
        if stale:
            print("stale: site/index.html; python -m docs.site writes it")
        return int(stale)
    HTML.parent.mkdir(exist_ok=True)
    write_text(HTML, text)
    print(f"{HTML}: {len(text.encode()) / 1e6:.1f} MB (at most {LARGEST / 1e6:g})")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
