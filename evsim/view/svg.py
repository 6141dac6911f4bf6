"""SVG as text."""

from xml.sax.saxutils import escape, quoteattr

__all__ = ["tag"]


def tag(name, content=None, inner=False, **attributes):
    """An element; `content` is text, or elements if it is `inner`."""
    written = "".join(
        f" {key.replace('_', '-')}={quoteattr(f'{value:.1f}' if isinstance(value, float) else str(value))}"
        for key, value in attributes.items()
    )
    if content is None:
        return f"<{name}{written}/>"
    return f"<{name}{written}>{content if inner else escape(content)}</{name}>"
