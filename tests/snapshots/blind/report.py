"""What is said of expressions that were watched."""

__all__ = ["counts", "merged", "missing", "rows"]


def merged(happened, more):
    """What was learned in one process, added to what is known."""
    for key, bits in more.items():
        happened[key] = happened.get(key, 0) | bits
    return happened


def missing(expression, happened):
    """The ways of an expression that never happened; nothing of one that was not reached."""
    bits = happened.get(expression.key)
    if bits is None:
        return []
    return [way for place, way in enumerate(expression.ways) if not bits >> place & 1]


def rows(expressions, happened):
    """A line for each expression of which something never happened."""
    for each in sorted(expressions, key=lambda each: (each.file, each.line, each.place)):
        never = missing(each, happened)
        if never or each.key not in happened:
            yield f"{each.file}:{each.line}: {each.text}   [{'never ' + '; '.join(never) if never else 'not reached'}]"


def counts(expressions, happened):
    ways = sum(len(each.ways) for each in expressions)
    blind = sum(len(missing(each, happened)) for each in expressions)
    away = sum(each.key not in happened for each in expressions)
    return f"{ways:,} alternatives, {blind:,} blind, {away:,} expressions not reached"
