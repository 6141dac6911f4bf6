"""The tree of all pages stands on each page. For those that are not in it, it is made once for a folder."""

from posixpath import dirname

__all__ = ["setup"]


def setup(app):
    made = {}

    def share(app, page, _template, context, _document):
        tree = context.get("toctree")
        if tree is None or any(page in pages for pages in app.env.toctree_includes.values()):
            return

        def shared(**settings):
            key = dirname(page), *sorted(settings.items())
            if key not in made:
                made[key] = tree(**settings)
            return made[key]

        context["toctree"] = shared

    app.connect("html-page-context", share, priority=400)  # before the theme's
    return {"parallel_read_safe": True, "parallel_write_safe": False}
