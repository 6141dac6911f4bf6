"""What a teacher hands out, made from the notebooks and the inventory.

python -m teaching [FOLDER]    write students/, solutions/ and the printed inventory into a folder (build/teaching)
"""

import sys
from pathlib import Path

from evsim.whole import write_text
from teaching.copies import NOTEBOOKS, as_text, solved, student
from teaching.printed import answer_key, sheet

ROOT = Path(__file__).resolve().parents[1]


def made():
    """path -> text of everything that is handed out."""
    files = {"inventory.md": sheet(), "inventory-key.md": answer_key()}
    files["students/glossary.md"] = files["solutions/glossary.md"] = (NOTEBOOKS / "glossary.md").read_text("utf-8")
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        files[f"students/{path.name}"] = as_text(student(path))
        files[f"solutions/{path.name}"] = as_text(solved(path))
    return files


def main(arguments):
    if len(arguments) > 1 or any(each.startswith("-") for each in arguments):
        print(__doc__)
        return 0 if set(arguments) <= {"-h", "--help"} else 2
    folder = Path(arguments[0]) if arguments else ROOT / "build" / "teaching"
    for name, text in made().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, text)
    print(f"Written to {folder}: students/, solutions/, inventory.md, inventory-key.md")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
