"""A scene is a picture as data: marks in the units of its axes, its words, its alt text. It is made once, in Python.

:mod:`.scene` and :mod:`.marks` say what it has in it, :mod:`.axes` how its axes are divided. Two renderers draw it
with the same words, colours and order: :mod:`.paper` with matplotlib, for notebooks, print and PDF; ``scene.js`` in
a browser, for what moves. Each picture's module (``evsim.view.flow`` and so on) has a function ``scene``.
"""
