"""The player in a notebook, and as a page."""

from base64 import b64encode
from functools import cache, cached_property
from html import escape
from io import BytesIO

from matplotlib import rc_context

from evsim.counting import listed
from evsim.results.results import Results
from evsim.scenario import ScenarioError
from evsim.view.lives import lives
from evsim.view.player.branching import Branches, breaks, brokers_of, entry
from evsim.view.player.bundle import bundle, styles
from evsim.view.player.differences import difference
from evsim.view.player.film import film
from evsim.view.player.guesses import one_is_open
from evsim.view.player.page import page
from evsim.view.player.shows import shown
from evsim.view.player.window import beginning
from evsim.view.show import canvas
from evsim.view.style import INK
from evsim.view.truth import State
from evsim.whole import write_text

__all__ = ["Player", "play"]


def play(*runs, labels=None, shows=None, hides=None):
    """The player of one run or several: the same clock, one design above the other (:class:`Player`).

    labels: the names of the designs, where those of their scenarios will not do. Of runs that are too long only the
    beginning is shown, and it says so (:mod:`evsim.view.player.window`). shows: names of the controls and panels,
    where not all of a console's (:data:`evsim.view.player.shows.ALL`). hides: the future is hidden until it is played
    (default: if a guess is open, one of :func:`evsim.lesson.predict` that was not put beside the truth so far).

    >>> import evsim
    >>> evsim.play(evsim.load("registration-classic").run(until=5), evsim.load("registration-events").run(until=5))
    <Player of classic and events>
    """
    for run in runs or (None,):
        if not isinstance(run, Results):
            given = "nothing" if run is None else repr(run)
            raise ScenarioError(f"a player shows runs, got {given}; write evsim.play(scenario.run())")
    return Player(*runs, labels=labels, shows=shows, hides=one_is_open() if hides is None else hides)


class Player:
    """Runs that move, forwards and backwards. A notebook shows it, or a still where nothing can move; ``to_html``
    writes it as a page of its own.

    ``film`` is what is shown, as JSON (:mod:`evsim.view.player.film`); ``widget`` the notebook's widget (it needs
    anywidget). ``branch(fault, at, future)`` makes another future: of a fault as it stands in a scenario, a moment in
    seconds and the ``id`` of the future it leaves (:class:`evsim.view.player.branching.Branches`). Whoever breaks
    something in the notebook sees it, or the words of its error. settings: what it shows, and how
    (:func:`evsim.view.player.shows.shown`).
    """

    def __init__(self, *runs, labels=None, **settings):
        self.runs, window = beginning(runs)
        self.film = film(*self.runs, labels=labels) | {"window": window}
        self.film["breaks"] = breaks(self.runs)
        effects = [effect["name"] for effect in self.film["effects"]]
        self.film["toy"] = shown(effects, **settings)
        self.branch = Branches(dict(zip(self.designs, self.runs, strict=True)), effects)

    @property
    def designs(self):
        """The names of the designs, from above."""
        return [lane["name"] for lane in self.film["futures"][0]["lanes"]]

    def __repr__(self):
        return f"<Player of {listed(self.designs)}>"

    @cached_property
    def widget(self):
        """The player as a widget."""
        return _widget_class()(self)

    def to_html(self, path=None, moments=(), lengths=()):
        """The player as one HTML page that needs nothing else: its text, or written to the file `path`.

        moments: when (s) a part can be broken on the page. There is no Python then, so each part is broken at each
        of these moments now, and what differs is kept in the page; lengths: for each so many seconds, if not for one
        length alone. Of a toy with plugs those parts are broken.
        """
        text = page(self.stored(moments, lengths), f"evsim: {listed(self.designs)}", self.still())
        if path is None:
            return text
        write_text(path, text)

    def stored(self, moments, lengths=()):
        """The film for a page: with the futures in which a part goes down at one of some moments (s)."""
        outages = [each["fault"] for each in self.film["breaks"] if "outage" in each["fault"]]
        if "plugs" in self.film["toy"]:
            outages = [fault for fault in outages if fault["outage"] in self.film["toy"]["plugs"]["parts"]]
        brokers = brokers_of(self.runs)
        each = [[{**fault, "for": length} for length in lengths] or [fault] for fault in outages]
        futures = [self.branch(fault, moment) for faults in each for fault in faults for moment in moments]
        return {
            **self.film,
            "toy": _as_long_as(self.film["toy"], lengths),
            "breaks": [entry(fault, moments, fault["outage"] in brokers) for fault in outages] if moments else [],
            "stored": [difference(future, self.film["futures"][0]) for future in futures],
        }

    def still(self):
        """A picture for where nothing can move, as HTML: one customer's way through the first two designs.

        Of designs to which different customers come it is the way through the first alone.
        """
        from matplotlib.backends.backend_svg import FigureCanvasSVG

        first, *others = self.runs[:2]
        workload = _shared_workload(first, others)
        request = _telling(first, workload)
        second = next((run for run in others if _came(run, workload) > request or not _came(run)), None)
        ax = lives(first, second, request=request, workload=workload)
        file = BytesIO()
        the_same_text = rc_context({"svg.hashsalt": repr(self)})
        with the_same_text, canvas(ax.figure, FigureCanvasSVG) as drawn:
            drawn.print_svg(file, metadata={"Date": None})
        picture = (
            f'<img alt="{escape(ax.alt_text)}" src="data:image/svg+xml;base64,{b64encode(file.getvalue()).decode()}">'
        )
        if others and second is None:
            words = f"Seen here: {self.designs[0]}. This customer did not come to {self.designs[1]}."
            picture += f'<figcaption style="color: {INK}">{escape(words)}</figcaption>'
        return f'<figure class="ev-still" style="margin: 0; background: #fff">{picture}</figure>'

    def _ipython_display_(self):
        from IPython.display import display

        display(self.widget._repr_mimebundle_()[0] | {"text/plain": repr(self)}, raw=True)
        display({"text/plain": repr(self), "text/html": self.still()}, raw=True)


def _as_long_as(toy, lengths):
    """The settings of a toy on a page: a plug that is not put back is out for the longest of some lengths (s)."""
    if "plugs" not in toy or not lengths:
        return toy
    return toy | {"plugs": toy["plugs"] | {"longest": max(lengths)}}


def _came(run, workload=None):
    """How many customers came, of a workload or of all."""
    there = run.tables.requests
    if workload is None:
        return len(there.row)
    return int((there.workload == there.workloads.index(workload)).sum()) if workload in there.workloads else 0


def _shared_workload(run, others):
    """The name of the first workload of whom somebody came to all runs; else to the first one."""
    names = list(run.scenario.workloads)
    came = [name for name in names if _came(run, name)] or names
    return next((name for name in came if all(_came(other, name) for other in others)), came[0])


def _telling(run, workload):
    """The number of the first customer of a workload for whom what they were told and the truth differ."""
    state, there = State(run), run.tables.requests
    odd = state.customers[state.who(run.outcomes.odd)]
    found = odd[there.workload[odd] == there.workloads.index(workload)]
    return int(there.number[found[0]]) if len(found) else 0


@cache
def _widget_class():
    try:
        import anywidget
        import traitlets
    except ImportError:
        raise ImportError(
            "the player in a notebook needs anywidget: pip install anywidget (or evsim[lab]); "
            "to_html() writes it as a page without"
        ) from None

    class PlayerWidget(anywidget.AnyWidget):
        """The player's film, and its answers to those who ask for another future."""

        _esm = bundle("widget")
        _css = styles()
        film = traitlets.Dict().tag(sync=True)

        def __init__(self, player):
            super().__init__(film=player.film)
            self._player = player
            self.on_msg(self._asked)

        def __repr__(self):
            return repr(self._player)

        def _asked(self, _, content, buffers):
            if content.get("type") == "branch":
                self.send({"ticket": content["ticket"]} | self._answer(content))

        def _answer(self, content):
            try:
                future = self._player.branch(content["fault"], content["at"] / 1e6, content["future"])
            except Exception as error:
                return {"type": "refused", "words": str(error)}
            return {"type": "future", "future": future}

    return PlayerWidget
