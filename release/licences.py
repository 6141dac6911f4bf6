"""Licences of the packages that come along with evsim, read from what each says of itself."""

import re

__all__ = ["refused"]

FREE = re.compile(
    r"\b(MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla Public|Unlicense|HPND|CNRI|Zlib|0BSD|CC0)\b"
    r"|BSD-|PSF-|MIT-|MPL-",
    re.I,
)
BINDING = re.compile(r"\bA?GPL", re.I)  # it binds whoever passes the whole on; LGPL, which is linked, does not


def refused(packages):
    """What is wrong with the licences of packages, each the fields of its metadata in JSON."""
    return [word for each in packages if (word := _doubt(each))]


def _doubt(fields):
    said = _said(fields)
    if not said:
        return f"{fields['name']} names no licence"
    choices = re.split(r"\bOR\b|\bor\b", said)
    if any(FREE.search(each) and not BINDING.search(each) for each in choices) or "LGPL" in said:
        return None
    return f"{fields['name']} has the licence {said[:80]}"


def _said(fields):
    """The licence of a package in its own words: the expression, else the classifiers, else the old field."""
    if fields.get("license_expression"):
        return fields["license_expression"]
    classified = [each.rpartition(" :: ")[2] for each in fields.get("classifier", []) if each.startswith("License ::")]
    return "; ".join(classified) or (fields.get("license") or "").strip().partition("\n")[0]
