"""The player: a run that moves, forwards and backwards (picture *two counters, one clock*).

:mod:`.film` makes the JSON that a run becomes; ``js/`` shows it. The modules in ``js/`` run in a browser without a
build step and without a network; :mod:`.bundle` joins them into one.

``js/film.js``       reads a film: columns become typed arrays
``js/lane.js``       the index of one design
``js/state.js``      what is on the screen of a design at a moment: a function of the time
``js/stage-marks.js``  the marks of such a moment, which ``js/stage.js`` paints
``js/events.js``     what happens, in order, and the moments to step through; ``js/words.js`` says it
``js/odd.js``        customers for whom what they were told and what is true differ
``js/selection.js``  what is looked at: {time, customer, design, future}, shared with all panels
``js/player.js``     the page; ``js/panels.js`` names the panels beside the stage

**A panel** is a module ``js/panel-NAME.js`` that exports ``mount(element, film, selection, player)`` and is named
in ``js/panels.js``. `element` is empty and its own; `film` is what ``readFilm`` gives; `selection` is described in
``js/selection.js``. ``player.lanes(future)`` gives the indices (``js/lane.js``) of a future's lanes, made once, and
``player.events(future)`` their events. It returns a function that takes the panel away. Times are microseconds.

**Another future.** Who shows a player gives it ``branch({fault, at, future})``, a function that returns a promise
of a future (as :func:`evsim.view.player.film.future` makes it), or of a rejection with a sentence for the reader.
`fault` is one of the film's ``breaks[...].fault``, `at` the moment in microseconds, `future` the ``id`` of the future
that is left. Without such a function only the moments that stand in ``breaks[...].moments`` can be chosen, and their
futures are in the film; a page's function finds them among those ``stored`` (``js/stored.js``). In a notebook the
request travels to Python as the message ``{"type": "branch", "ticket": n, "fault": ..., "at": microseconds,
"future": id}``; :mod:`.branching` repeats the runs, and the answer is ``{"type": "future", "ticket": n, "future":
{...}}`` or ``{"type": "refused", "ticket": n, "words": "..."}``.
"""
