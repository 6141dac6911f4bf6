"""A page that stands alone: the player, a film and nothing from elsewhere. It opens from a file, without a network."""

import json
from html import escape

from evsim.view.player.bundle import bundle, styles

__all__ = ["page"]

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
html {{ color-scheme: light dark; background: #ffffff; }}
@media screen and (prefers-color-scheme: dark) {{ html {{ background: #15151a; }} }}
body {{ margin: 0 auto; max-width: max(900px, 172vh); }}
h1 {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }}
{styles}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<div id="player"></div>
<noscript>{still}</noscript>
</main>
<script type="application/json" id="film">{film}</script>
<script type="module">
{bundle}
const film = JSON.parse(document.getElementById("film").textContent);
Object.assign(window, {{ page, player: page.show(document.getElementById("player"), film) }});
</script>
</body>
</html>
"""


def page(film, title, still=""):
    """The page as HTML text; `still` is shown where no script may run."""
    return PAGE.format(
        title=escape(title),
        styles=styles(),
        still=still,
        film=json.dumps(film, separators=(",", ":")).replace("</", "<\\/"),
        bundle=bundle("page").replace("export default", "const page ="),
    )
