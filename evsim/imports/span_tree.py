"""The spans of a trace as a tree: what was handled, what each handling asked for, and what that led to.

A handling is a span that was asked for from outside (server, consumer), or one above which there is none. Calls and
publishes are the client and producer spans below it; the rest of its time is its own work.
"""

import numpy as np

from evsim.imports.handling_fit import HandlingFit, Item
from evsim.imports.sketch import slug

__all__ = ["RANK", "SpanTree", "at_once"]

RANK = 3  # of what a trace says of a box, among all that tells of it
DEEPEST = 200  # spans of one service below each other


class SpanTree:
    """All spans, with the handlings among them and what each handling asked for."""

    def __init__(self, spans):
        self.by_id = {span.id: span for span in spans}
        if len(self.by_id) < len(spans):
            spans = list(self.by_id.values())
        self.spans = spans
        self.orphans = sum(bool(span.parent) and span.parent not in self.by_id for span in spans)
        self.known = {span.service for span in spans if span.handles}
        self.handlings = {}  # id of a span -> HandlingFit
        self.callee = {}  # id of an item's span -> Handlings that it led to
        self.entries = []  # (span that came from outside, the handling it led to)
        self._find()

    def above(self, span):
        return self.by_id.get(span.parent)

    def is_handling(self, span):
        above = self.above(span)
        return (
            span.handles
            or (not span.leaves and (above is None or above.service != span.service))
            or (above is None and span.service in self.known)
        )

    def _find(self):
        for span in self.spans:
            if self.is_handling(span):
                self.handlings[span.id] = HandlingFit(span)
        for span in self.spans:
            if span.leaves and span.id not in self.handlings:
                self._item(span)
        for handling in self.handlings.values():
            self._reached(handling)

    def _home(self, span):
        """(the handling that a span belongs to, the outermost call or publish around it)."""
        outer = span if span.leaves else None
        for _ in range(DEEPEST):
            if span.id in self.handlings:
                return self.handlings[span.id], outer
            above = self.above(span)
            if above is None or above.service != span.service:
                return None, outer
            span = above
            if span.leaves and span.id not in self.handlings:
                outer = span
        return None, outer

    def _item(self, span):
        handling, outer = self._home(span)
        if handling is not None and outer is span:
            kind = "publish" if span.publishes else "call"
            target = slug(span.channel) if span.publishes else slug(span.peer)
            handling.items.append(Item(kind, target, span.start, span.end, span))

    def _reached(self, handling):
        span = handling.span
        above = self.above(span)
        if span.consumes and (above is None or not above.publishes):
            linked = (self.by_id.get(each) for each in span.links)
            above = next((each for each in linked if each is not None and each.publishes), above)
        if above is None:
            self.entries.append((span, handling))
            return
        home, outer = self._home(above)
        if outer is not None:
            self.callee.setdefault(outer.id, []).append(handling)
            handling.asked = outer
            if home is None:
                self.entries.append((outer, handling))
        elif home is not None and home.span.service != span.service and not span.consumes:
            item = Item("call", slug(span.service), span.start, span.end, span)
            home.items.append(item)
            self.callee.setdefault(span.id, []).append(handling)


def at_once(spans):
    """The most spans that are open at one time."""
    moments = sorted([(span.start, 1) for span in spans] + [(span.end, -1) for span in spans])
    return int(np.cumsum([change for _, change in moments]).max(initial=0))
