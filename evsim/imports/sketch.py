"""What is known of a system so far: boxes, channels, who comes. Files are read into one sketch.

What a file does not say is guessed, and marked so; what several files say is taken from the one that knows better.
"""

import hashlib
import math
import re
from dataclasses import dataclass, field

from evsim.counting import count

__all__ = ["GUESSED", "HALF", "MOST", "Box", "Sketch", "slug"]

GUESSED = "guessed"
HALF = 0.5  # how busy a box is taken to be where nobody says how many workers it has
MOST = 100  # boxes, and channels
LONGEST_NAME = 40
ENDS = 18, 16  # characters of both ends of a longer name that are kept, with four that tell it from others
LONGEST_READ = 1000


def slug(text, otherwise="unnamed"):
    """A name that a scenario may use: small letters, digits, hyphens.

    >>> slug("Order Service/v2"), slug("9lives"), slug("...")
    ('order-service-v2', 'x9lives', 'unnamed')
    """
    name = re.sub(r"[^a-z0-9]+", "-", str(text)[:LONGEST_READ].lower()).strip("-")
    name = (name if name[:1].isalpha() else f"x{name}") if name else otherwise
    return name if len(name) <= LONGEST_NAME else _shortened(name)


def _shortened(name):
    """Long names often differ at their ends alone: lighting-measured, lighting-measured-reader."""
    begin, end = ENDS
    told_apart = hashlib.sha256(name.encode()).hexdigest()[: LONGEST_NAME - begin - end - 2]
    return f"{name[:begin].strip('-')}-{name[-end:].strip('-')}-{told_apart}"


@dataclass
class Box:
    """A service: its settings, each with its origin; ``rank`` says how well whoever wrote the handler knew it."""

    steps: list = field(default_factory=list)  # (step, origin)
    rank: int = 0
    instances: tuple | None = None  # (number, origin)
    workers: tuple | None = None
    subscribes: dict = field(default_factory=dict)  # channel -> settings
    words: str = ""
    stands_in: bool = False
    together: bool = False  # whether the workers are those of all instances
    believed: float = math.inf  # how busy they may be for their number to be believed


@dataclass
class Sketch:
    """Boxes, channels and workloads by name; ``notes``: what could not be read, and what to look at."""

    name: str = ""
    boxes: dict = field(default_factory=dict)
    channels: dict = field(default_factory=dict)  # name -> (settings, origin)
    workloads: dict = field(default_factory=dict)  # name -> (target, arrivals, origin, words)
    loose: dict | None = None  # arrivals of whoever comes, where no file says to which box
    network: tuple | None = None
    duration: tuple | None = None
    notes: list = field(default_factory=list)
    sources: list = field(default_factory=list)
    left_out: int = 0

    def box(self, name):
        """The box of that name, made if there is none; None beyond as many as a page may have."""
        if name not in self.boxes:
            if len(self.boxes) >= MOST:
                self.left_out += 1
                return Box()
            self.boxes[name] = Box()
        return self.boxes[name]

    def channel(self, name, settings, origin, overwrite=False):
        if name not in self.channels and len(self.channels) >= MOST:
            self.left_out += 1
        elif overwrite or name not in self.channels:
            self.channels[name] = settings, origin

    def handle(self, name, steps, rank):
        """The steps of a box, if nobody who knows better has said them."""
        box = self.box(name)
        if rank >= box.rank:
            box.steps, box.rank = list(steps), rank

    def note(self, text):
        if text not in self.notes:
            self.notes.append(text)

    def count(self, number, what, why, of_several=None):
        """Note why so many of something are not taken as they are; of several, where that is said in other words."""
        if number:
            self.note(f"{count(number, what)} {why if number == 1 or of_several is None else of_several}")
