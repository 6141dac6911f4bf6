"""A table of figures: a mapping for programs, a frame for people."""

__all__ = ["FigureTable"]


class FigureTable(dict):
    """What is measured (a service, a channel and a subscriber ...) -> its figures, each a dict of plain numbers.

    ``frame`` is the same as a pandas frame, a row each, which is also what a notebook shows.
    """

    def __init__(self, figures, *names):
        super().__init__(figures)
        self._names = names

    @property
    def frame(self):
        import pandas

        index = list(self)
        if index and len(self._names) > 1:
            index = pandas.MultiIndex.from_tuples(index, names=self._names)
        frame = pandas.DataFrame(list(self.values()), index=index if len(self) else None)
        return frame if len(self._names) > 1 else frame.rename_axis(self._names[0])

    def __repr__(self):
        return repr(self.frame)

    def _repr_html_(self):
        return self.frame._repr_html_()
