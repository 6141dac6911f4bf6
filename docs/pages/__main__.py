"""The documentation as a site of pages that needs no network: a folder, a browser.

python -m docs.pages                    write build/pages; open build/pages/index.html
python -m docs.pages FOLDER             write it elsewhere
python -m docs.pages --repository URL   with links to the source, and to Binder (usually: Source of pyproject.toml)

Lessons are run now, and every table is made now. A warning of Sphinx, or a link that leads nowhere, is an error: exit
status 1.
"""

import argparse
import sys
from pathlib import Path

from docs.pages.building import build
from docs.pages.gather import LESSONS, ROOT, source


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m docs.pages", description=__doc__, formatter_class=_AsItIs)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "build/pages")
    parser.add_argument("--repository", metavar="URL")
    chosen = parser.parse_args(arguments)
    return build(source(chosen.repository, LESSONS), chosen.folder)


_AsItIs = argparse.RawDescriptionHelpFormatter

if __name__ == "__main__":
    sys.exit(main())
