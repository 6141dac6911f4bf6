"""What a teacher hands out, made from the notebooks and the inventory.

python -m teaching [FOLDER]    write students/, solutions/ and pages to print into a folder (build/teaching)
"""

import sys
from pathlib import Path

from evsim.whole import write_text
from teaching.copies import HERE, NOTEBOOKS, as_text, solved, student
from teaching.printed import answer_key, page, sheet


def made():
    """path -> text of everything that is handed out."""
    worksheet = (HERE / "worksheet.md").read_text("utf-8")
    files = {
        "inventory.html": page(sheet()),
        "inventory-key.html": page(answer_key()),
        "worksheet.html": page(worksheet),
    }
    files["students/glossary.md"] = files["solutions/glossary.md"] = (NOTEBOOKS / "glossary.md").read_text("utf-8")
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        files[f"students/{path.name}"] = as_text(student(path))
        files[f"solutions/{path.name}"] = as_text(solved(path))
    return files


def main(arguments):
    if len(arguments) > 1 or any(each.startswith("-") for each in arguments):
        print(__doc__)
        return 0 if set(arguments) <= {"-h", "--help"} else 2
    folder = Path(arguments[0]) if arguments else HERE.parent / "build" / "teaching"
    files = made()
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, text)
    pages = ", ".join(name for name in files if "/" not in name)
    print(f"Written to {folder}: students/, solutions/, and pages to print: {pages}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
