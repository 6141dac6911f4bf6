"""Access logs of web servers: common and combined (Apache, nginx), with how long each request took where it is there.

Sources: Apache HTTP Server, module mod_log_config; nginx, module ngx_http_log_module.
"""

import re
from datetime import UTC, datetime

import numpy as np

from evsim.counting import listed
from evsim.figures import write_as
from evsim.imports.measured import GUESSED_WORK, arrivals_of, busiest, time_setting
from evsim.imports.sketch import GUESSED
from evsim.scenario.textfile import wrong
from evsim.scenario.units import write_time

__all__ = ["read"]

LINE = re.compile(
    r'(?:\S+:\d+ )?(?P<host>\S+) \S+ [^\[\]"]{1,200} \[(?P<time>[^\]"]{20,40})\] '
    r'"(?P<request>(?:[^"\\]|\\.)*)" (?P<status>\d{3}|-) (?:\d+|-)(?P<rest>.*)'
)
MOMENT = re.compile(r"(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d):(\d\d):(\d\d)(\.\d+)? ?([+-]\d{4})?")
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
TOOK = re.compile(r'(?:^|[\s=":])(\d+(?:\.\d+)?)(ms|us|s)?(?=[\s",;]|$)')
UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "": 1.0}
COARSE = 1e-5  # seconds: if half of the requests take less, whole numbers are seconds (Apache: %T)
LONGEST = 20_000  # characters of a line
MOST_SAY = 0.9  # of the lines, for a time to be taken for that of a request


def read(text, name, sketch):
    moments, took, whole_numbers, errors, unread, first_unread = [], [], 0, 0, 0, None
    known: dict = {}
    for number, line in enumerate(text.splitlines(), 1):
        match = LINE.match(line) if len(line) <= LONGEST else None
        moment = match and _moment(match["time"], known)
        if match is None or moment is None:
            if line.strip():
                unread, first_unread = unread + 1, first_unread or number
            continue
        moments.append(moment)
        errors += match["status"].startswith("5")
        seconds, in_microseconds = _took(match["rest"])
        took.append(seconds)
        whole_numbers += in_microseconds
    if not moments:
        raise wrong(name, "holds no line of an access log that can be read", line=first_unread)
    sketch.count(unread, "line", f"of {name} could not be read, the first is line {first_unread}")
    order = np.argsort(moments, kind="stable")
    sorted_moments = np.array(moments)[order]
    first, last, whole = busiest(sorted_moments)
    if not whole:
        sketch.note(f"the busiest {last - first:,} of {len(moments):,} requests are taken: a longer run holds no more")
    arrivals, words, length = arrivals_of(sorted_moments[first:last])
    known_times = [took[number] for number in order[first:last] if took[number] is not None]
    if sketch.loose:
        steps, note = sketch.loose["steps"], None
    else:
        steps, note = _steps(known_times, last - first, whole_numbers > len(took) / 2, name)
        if errors:
            steps.append(({"fail": float(f"{errors / len(moments):.3g}")}, f"measured: {name}, answers 5xx"))
        steps.append(({"reply": "page"}, ""))
    sketch.loose = {
        "arrivals": (arrivals, f"measured: {name}", f"{words}, {name}" if words else ""), "steps": steps,
        "words": "the whole of what is behind the log, as one box", "notes": [note] if note else [],
        "answers": _answers(known_times, errors, len(moments), name),
    }  # fmt: skip
    sketch.duration = min(length, 86_400.0)


def _answers(times, errors, count, name):
    """What the log says of the answers, where other files say what is behind it: a run should come to that."""
    parts = []
    if len(times) >= MOST_SAY * count:
        middle, far = (write_time(float(f"{each:.3g}")) for each in np.quantile(times, [0.5, 0.99]))
        parts.append(f"half of the requests took up to {middle}, 99 of 100 up to {far}")
    if errors:
        parts.append(f"{write_as('share', errors / count)} were answered 5xx")
    return f"in {name} {listed(parts)}: what the page should come to" if parts else None


def _steps(times, count, whole_numbers, name):
    """(steps, what to say of them)."""
    coarse = whole_numbers and times and np.median(times) < COARSE
    if len(times) < MOST_SAY * count or coarse:
        how = "in fractions of a second " if coarse else ""
        note = (
            f"{name} does not say {how}how long a request took (nginx: $request_time, Apache: %D), so this is guessed"
        )
        return [({"work": GUESSED_WORK}, GUESSED)], note
    work, words = time_setting(np.array(times) * 1e9)
    note = f"how long a request took, in {name}, has in it what it waited, which a run adds once more"
    if whole_numbers:
        note += "; whole numbers are taken for microseconds (Apache: %D)"
    return [({"work": work}, f"measured: {name}, {words}")], note


def _moment(text, known):
    """Seconds since 1970; the fields of a moment up to its minute are worked out once."""
    match = MOMENT.fullmatch(text)
    if match is None or match[2] not in MONTHS:
        return None
    minute = text[:17], match[8]
    if minute not in known:
        day, month, year, hour, minutes = (
            int(match[1]),
            MONTHS.index(match[2]) // 4 + 1,
            int(match[3]),
            int(match[4]),
            int(match[5]),
        )
        zone = match[8] or "+0000"
        try:
            moment = datetime(year, month, day, hour, minutes, tzinfo=UTC).timestamp()
        except ValueError:
            return None
        known[minute] = moment - (1 if zone[0] == "+" else -1) * (int(zone[1:3]) * 3600 + int(zone[3:]) * 60)
    return known[minute] + int(match[6]) + float(match[7] or 0)


def _took(rest):
    """(seconds that a request took, whether it was a whole number), by the numbers after what is quoted.

    The first one with a unit, or else with a point: whole numbers before it are lengths (as in ingress-nginx), or count
    requests (Traefik). Where all are whole the last one is microseconds.
    """
    found = TOOK.findall(QUOTED.sub(" ", rest)) or TOOK.findall(rest.rpartition('" ')[2])
    for written, unit in [each for each in found if each[1]] or [each for each in found if "." in each[0]]:
        return float(written[:30]) * UNITS[unit], False
    return (int(found[-1][0][:15]) / 1e6, True) if found else (None, False)
