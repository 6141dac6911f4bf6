"""What Sphinx is told. `python -m docs.pages` gathers the sources and calls it."""

import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = tomllib.loads((HERE.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]

project, author = "evsim", "the evsim authors"
release = version = PROJECT["version"]
copyright = "the evsim authors, MIT License"  # a name that Sphinx gives

extensions = ["myst_parser", "sphinx.ext.autodoc", "docs.pages.search_index", "docs.pages.shared_tree"]
myst_heading_anchors = 4
myst_links_external_new_tab = False
toc_object_entries = False  # the tree of all pages stands on each of them
autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_preserve_defaults = True
add_module_names = False
highlight_language = "none"
suppress_warnings = ["myst.header"]  # a notebook goes from # to ###

html_theme = "furo"
html_title = "evsim"
html_static_path = [str(HERE / "static")]
templates_path = [str(HERE / "templates")]
html_css_files = ["pages.css"]
html_js_files = ["pages.js"]
html_additional_pages = {"search": "search.html"}
html_copy_source = False
html_show_sphinx = False
html_use_index = False
html_domain_indices = False
html_theme_options = {"navigation_with_keys": True, "top_of_page_buttons": []}
pygments_style, pygments_dark_style = "a11y-high-contrast-light", "a11y-high-contrast-dark"
