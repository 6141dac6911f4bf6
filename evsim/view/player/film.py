"""The film: the records of one run or several as JSON, for pictures that move in a browser.

A film is a view of the records and holds no conclusions of its own: what is in it stands in a column of the run, or
follows from the columns of one row. What is on the screen at a moment follows from the film alone (``js/state.js``).
What customers were told and whether it is true is :class:`evsim.results.outcomes.CustomerOutcomes`, with its words.
It is a plain dict for :func:`json.dumps`:

``format``, ``version``
    ``"evsim-film"`` and :data:`VERSION`.
``duration``, ``end``
    The end of the arrivals and of everything, in microseconds, as all times in a film are.
``workloads``, ``effects``
    Names of the workloads; effects as ``{name, colour, marker, look, often}``, in the order of :mod:`evsim.view.style`;
    ``often``: the look of what happened more than once.
``marks``, ``looks``
    Colours of what is no effect: told, no, error, fault, waiting; looks of the marks of panels, as a scene has them.
``told``
    The words for what a customer can have been told: nothing, yes, no, error.
``odd``
    kind -> words for the kinds of customers at whom it pays to look.
``codes``
    What the numbers in the columns ``outcome``, ``verdict``, ``reason`` and ``fate`` mean: lists of words. ``unsent``:
    the reasons for which a caller itself refuses to ask.
``reasons``
    reason -> how a sentence says it, of those that parts bring.
``cast``
    name -> ``[column, row]`` of every workload, service and channel of all designs, so that each stands in the same
    place whatever the design. Channels stand half a column after those who publish to them.
``futures``
    What happens, in one version or several. The first is the base. A future is ``{id, origin, label, note, at,
    fault, lanes}``: ``at`` is the moment from which it differs from the future that was left, whose ``id`` is
    ``origin``, and ``fault`` the fault that makes the difference, as it stands in a scenario (all three null in the
    base). ``note`` is a sentence to be told with it, or empty. ``changed`` has a sentence for each lane: what customers
    notice of the difference in the end.
``breaks``
    Faults that can be chosen: ``{id, label, fault, moments}``. ``moments`` are the times for which the outcome is
    there, in ``futures`` or in ``stored`` (with ``fault`` and ``at`` alike); null where that of any moment can be
    asked for.
``toy``
    What of a player is shown, and how (:mod:`evsim.view.player.shows`); missing in a film that no player has made.
``window``
    What of the runs is left out, in words; empty or missing where nothing is.
``stored``
    Futures as differences to the base (:mod:`evsim.view.player.differences`), for a page that can ask nobody. May be
    missing.

A *lane* is one design: ``{name, seed, end, complete, books, workloads, services, channels, wires, links, places,
faults, bands, notes, catch_ups, states, odd, requests, history, items, attempts, messages, sendings, effects,
remarks}``.
``complete``: nothing was open at its ``end``; ``books``: what the audit says.

``services``
    ``{name, workers, instances, lives, inside, effects}``; workers of all instances together, numbered through;
    lives: ``[instance, from, to]``, where instances come and go; the effects that it writes, as indices into the
    film's.
``channels``
    ``{name, kind, broker, keeps, routes, partitions, waits_in, groups, confirms}``; ``broker``: a broker is
    between; ``keeps``: messages wait in it; ``routes``: it hands on copies; ``waits_in``: what publishers keep messages
    back in; ``groups`` are ``{service, group}``; ``confirms`` names the services
    whose workers wait until the channel has confirmed a message.
``wires``
    ``[kind, from, to]`` of everybody who asks, calls, publishes to, hands on to or delivers to somebody, and of dead
    letters.
``links``
    ``{name, between}`` of the links that have a name.
``places``
    Ways into services: ``{kind, workload, source, service}``; kind is request, call or delivery.
``faults``
    ``{kind, target, start, end, words, finishes}``: what went wrong, from when to when; finishes: work in hand goes on.
``bands``
    ``{words, spans}``: the same as bands of a picture, those of a kind together.
``notes``
    ``{time, kind, what}``: incidents of a channel or service as a whole, such as a rebalance.
``catch_ups``
    ``{end, done, capacity, waiting, predicted, words}``: how a consumer will work off what a fault leaves behind, as
    worked out by :func:`evsim.view.flow.catch_ups`: from ``end`` on, for ``predicted`` microseconds (null: for ever),
    ``capacity`` a second.
``requests``
    Columns, one entry a request, in the order of :class:`evsim.results.requests.Requests`: ``row`` (its first
    attempt), ``workload`` (index into the lane's), ``number``, ``key`` (a list of texts), ``outcome`` (a word of
    the list ``outcomes``), ``told`` (in the end: index into the film's), ``true`` (when all of it was true), ``due`` (a
    list of columns, one an effect: whether it is due).
``states``
    ``{told, odd, true, truth, last, also}``: all states that a customer was ever in, as in
    :mod:`evsim.view.player.histories`.
``history``
    Columns, one entry a change of a customer's state, customer by customer in order of time: ``request``, ``time``,
    ``state`` (index).
``odd``
    kind -> requests (indices) of the film's ``odd``, at the end, in order of arrival.
``items``
    Of several messages of one step, which one each is, as text.
``attempts``
    Columns, one entry a row of the records: ``place`` (-1: a message that nobody has been granted), ``request``
    (index), ``parent`` (the attempt that called, or the message delivered), ``first`` (the obligation's first
    attempt, or -1), ``attempt`` (1, 2 ...), ``worker``; the times ``asked`` (born), ``arrived`` (in the inbox),
    ``granted`` (by its channel), ``started``, ``ended``, ``replied`` (the answer or acknowledgement leaves),
    ``settled`` (whoever asked knows, or has given up), ``late`` (the answer came though nobody waited);
    ``outcome``, ``verdict``, ``reason`` as in :mod:`evsim.results.endings`; ``astray``: 1 it was lost on the way,
    2 its answer was lost, 4 nobody waited for its answer any more; ``item`` (index into ``items``, or -1).
``messages``
    Columns: ``channel``, ``partition``, ``offset``, ``request``, ``cause`` (the attempt that published, or that died),
    ``sender`` (index into services and then channels: a channel sends dead letters, an exchange copies), ``fate`` (a
    code), ``item`` (index into ``items``, or -1) and the times ``published``, ``sent`` (later than that from an outbox
    or in a batch), ``appended``, ``confirmed`` (the confirmation that was seen left the channel), ``acknowledged`` (it
    was seen), ``removed`` (its log has it no more).
``sendings``
    Columns, one entry a sending, of those messages alone that were not simply sent, kept and confirmed: ``message``,
    ``fate`` (a word of the list ``fates``) and the times ``sent``, ``arrived``; as in
    :class:`evsim.results.sendings.Sending`.
``effects``
    Columns: ``row`` (attempt), ``name`` (index into the film's effects), ``time``, ``replay`` (whether the work was a
    replay that was asked for).

``remarks``
    Columns: ``row`` (attempt), ``says`` (index into the list ``words``), ``time``: what parts noted of an attempt.

A *column* is a number where all its entries are that number; ``"=ended"`` where it is the same as another column of
its table, one that stands before it; and else a text such as ``"i4:..."``: the type (i1, i2, i4 or f8, little
endian) and the entries in base64. A time that never came is -1.
"""

from evsim.registry import reasons
from evsim.results.codes import Codes
from evsim.results.endings import NEVER_SENT, Fate, Outcome, Reason, Verdict
from evsim.results.outcomes import TOLD as TOLD_WORDS
from evsim.results.results import Results
from evsim.view.designs import designs
from evsim.view.player.cast import cast
from evsim.view.player.columns import micro
from evsim.view.player.lane import lane
from evsim.view.player.looks import looks, looks_of_effect
from evsim.view.style import DECLINED, ERROR, FAULT, TOLD, WAITING, effect_marks
from evsim.view.wiring import Wiring

__all__ = ["VERSION", "film", "future"]

VERSION = 1
MARKS = {"told": TOLD, "no": DECLINED, "error": ERROR, "fault": FAULT, "waiting": WAITING}
CODES: dict[str, Codes] = {"outcome": Outcome, "verdict": Verdict, "reason": Reason, "fate": Fate}
MOST = 500_000  # attempts that a browser takes without trouble


def film(*runs, labels=None):
    """The film of one run or several (designs, one above the other), as a dict for JSON.

    labels: the names of the designs; where there are none those of their scenarios, without a beginning that all share
    (registration-classic and registration-events are classic and events).
    """
    if not runs or not all(isinstance(run, Results) for run in runs):
        raise TypeError(f"a recording is made of runs (of scenario.run()), not of {runs!r}")
    named = designs(dict(zip(labels, runs, strict=True)) if labels else runs)
    total = sum(len(run.tables.rows["place"]) for run in named.values())
    if total > MOST:
        raise ValueError(
            f"a recording of {total:,} attempts is too much for a browser (it takes {MOST:,}); "
            "make the run shorter, or play its beginning: scenario.run(until=60)"
        )
    if not labels:
        named = dict(zip(_without_prefix(list(named)), named.values(), strict=True))
    marks = effect_marks(*named.values())
    return {
        "format": "evsim-film",
        "version": VERSION,
        "duration": micro(max(run.scenario.run_settings.duration for run in named.values())),
        "end": micro(max(run.ended_at for run in named.values())),
        "workloads": list(dict.fromkeys(name for run in named.values() for name in run.scenario.workloads)),
        "effects": [
            {"name": name, "colour": mark.colour, "marker": mark.marker, **looks_of_effect(mark)}
            for name, mark in marks.items()
        ],
        "told": list(TOLD_WORDS),
        "odd": {kind: words for kind, (words, _) in next(iter(named.values())).outcomes.odd_kinds().items()},
        "marks": {name: mark.colour for name, mark in MARKS.items()},
        "looks": looks(),
        "codes": {name: codes.words() for name, codes in CODES.items()} | {"unsent": _never_sent()},
        "reasons": {Reason.word(Reason.named(name)): reason.words for name, reason in reasons().items()},
        "cast": cast([Wiring(run) for run in named.values()]),
        "futures": [future(named, list(marks))],
        "breaks": [],
    }


def _never_sent():
    return [Reason.word(code) for code in sorted(NEVER_SENT)]


def _without_prefix(names):
    """Names without the words with which all of them begin."""
    words = [name.split("-") for name in names]
    most = min(map(len, words)) - 1 if len(words) > 1 else 0
    shared = next((count for count in range(most) if len({each[count] for each in words}) > 1), most)
    return ["-".join(each[shared:]) for each in words]


def future(runs, effects, label="as it was", fault=None, at=None, origin="base", note=""):
    """One future of a film: runs by the names of their designs; `effects` are the names of the film's effects.

    fault: the fault that was added at the moment `at` (seconds), as it stands in a scenario; origin: the ``id`` of
    the future it was added to.
    """
    return {
        "id": "base" if fault is None else f"{origin}, {_fault_id(fault)}@{at:.6f}",
        "origin": None if fault is None else origin,
        "label": label,
        "note": note,
        "changed": [],
        "at": None if at is None else micro(at),
        "fault": fault,
        "lanes": [lane(name, run, effects) for name, run in runs.items()],
    }


def _fault_id(fault):
    return " ".join(f"{name}={value}" for name, value in fault.items() if name != "at")
