"""What evsim says of logs and tables whose numbers lie on a limit of what is read from them, or are odd."""

import numpy as np

from evsim.imports import measured
from evsim.imports.sketch import slug
from tests.snapshots.files.made_files import log, made, rows_of, with_limit
from tests.snapshots.telling import told

__all__ = ["FILES_ON_THE_LIMIT"]

COUNTS = "HashOwner,HashApp,HashFunction,Trigger,1,2,3,4"
GROUPS = "GROUP TOPIC PARTITION CURRENT-OFFSET LOG-END-OFFSET LAG CONSUMER-ID HOST CLIENT-ID"


def _days(*days, rest="200 5"):
    """A line of an access log for each of some days of a year."""
    return "".join(f'1.2.3.4 - - [{day}:09:00:00 +0000] "GET / HTTP/1.1" {rest}\n' for day in days)


def _agent(length):
    """A line of an access log that has so many characters in all."""
    line = log('200 5 "-" ""').rstrip("\n")
    return f'{line[:-1]}{"a" * (length - len(line))}"\n'


def _table(header, *rows, of=24):
    """A table that is known by its first rows, with some more."""
    return rows_of(header, *(f"{number},5" for number in range(of)), *rows)


def _even(*gaps):
    return measured.arrivals_of(np.cumsum([0.0, *gaps]))


def _times(*nanoseconds):
    return str(measured.time_setting(nanoseconds))


def _groups(*rows, header=GROUPS):
    return made(g__txt=rows_of(header, *rows))


MINUTES = f"{COUNTS},{','.join(map(str, range(5, 1501)))}"
LIMITS = {
    "logs": lambda: [
        made(x__log=log("200 5") + _agent(20_000) + _agent(20_001)),
        made(x__log=log("200 5") + "  \n \nodd\n"
             + log("200 5").replace("02/Mar/2026:09:00:00", "2026-03-02T09:00:00Z")),
        made(x__log=_days("02/Mar/2026", "03/Mar/2026", "29/Feb/2028")),
        made(x__log=_days("01/Jan/1971", "31/Dec/2026")),
        made(x__log=log(*["200 5 10"] * 9)), made(x__log=log(*["200 5 11"] * 9)), made(x__log=log(*["200 5 9"] * 9)),
        made(x__log=log(*["200 5 2500"] * 5, *["200 5 0.25"] * 5)),
        made(x__log=log(*["200 5 2500"] * 6, *["200 5 0.25"] * 5)),
        made(x__log=log("200 5 12 2500", "200 5 7 2700") + log("200 5 1 2600", zone=".250 +0530")
             + log("200 5 1 2600", zone=" -0330")),
        made(x__log=log(*["200 5 0.1"] * 9, "200 5"), y__log=log(*["503 5 0.2"] * 2)),
        made(x__log=log(*["200 5 0.1"] * 8, *["200 5"] * 2)),
        with_limit(4, x__log=log(*["200 5 0.5"] * 3, start="08:{:02}:00") + log(*["200 5 0.2"] * 5)),
        with_limit(4, x__log=log(*["200 5"] * 4, start="09:00:{:02}")
                    + log(*["200 5 5"] * 5, start="09:{:02}:00"))],
    "tables": lambda: [
        made(t__csv=rows_of("id,Time,Took_S,Status", "7,1,0.5,499", "   ", "8,2,0.25,500", "9,3,0.25,599", "9",
                            "6,4,1,600", "6,4,1,x")),
        made(t__csv=rows_of("time", "5")), made(t__csv=rows_of("time", "5", "5", "5")),
        made(t__csv=_table("time,what", "noon,5", "25,5", "26,5", "night,5")),
        made(t__csv=rows_of("time,count", "5,3", "5,x", "5,2")),
        made(t__csv=rows_of("time,count", "5,2.5", "6,2", "7,2")),
        made(t__csv=rows_of("time", "0", "86400", "259200")),
        made(t__csv=rows_of("time,response_time_seconds", "0,1e12", "1,-5", "2,1000", "3,999999999999")),
        made(t__csv=rows_of("time,work_s", *(f"{n},1000" for n in range(9)))),
        *(made(t__csv=rows_of("time", f"{10**digits}", f"{10**digits - 10**9}")) for digits in (11, 14, 17)),
        made(t__csv=rows_of("time", f"{10**11 - 1}", f"{10**11 - 9}")),
        made(a__log=log(*["500 5 0.1"] * 3), t__csv=rows_of("time", "1", "2", "4")),
        made(a__csv=rows_of("time,took_ms", "0,7", "1,7"), b__log=log(*["500 5 0.1"] * 3)),
        with_limit(4, t__csv=rows_of("time", *map(str, (0, 9, 10, 11, 12, 20)))),
        with_limit(4, t__csv=rows_of("time", "0", "9", "10", "11"))],
    "minutes": lambda: [
        made(m__csv=rows_of(COUNTS, *(f"o,a,f{n},http,{n},1,2,3" for n in range(8)), "  ")),
        made(m__csv=rows_of(COUNTS, "o,a,f,http,1,90000,9000,20000")),
        made(m__csv=rows_of(COUNTS, "o,a,f,http,1,90000,10000,20000")),
        made(m__csv=rows_of(COUNTS, "o,a,f,http,0,0,1000000001,0")), made(m__csv=rows_of(COUNTS, "torn", "o,a")),
        made(m__csv=rows_of(COUNTS, "o,a,f,http,0,0,1000000000,0")), made(m__csv=rows_of(COUNTS, "o,a,f,,0,0,0,1")),
        made(m__csv=rows_of(MINUTES, f"o,a,f,http,{','.join('10' for _ in range(1500))}")),
        with_limit(9, m__csv=rows_of(COUNTS, "o,a,f,http,1,2,3,3", "o,a,g,timer,0,0,0,0"))],
    "measured": lambda: "\n".join([
        *map(measured.rate_words, (0.0, 1e-9, 1.2e-8, 0.00012345678, 0.000999, 1e-3, 9999.4, 1e4, 12345.6)),
        *map(measured.rounded_time, (0.0, 1.2345e-10, 1.00005e-3, 2.5, 86399.9)),
        *(str(_even(*gaps)) for gaps in ([1.0] * 18, [1.0] * 19, [9.0, 11.0] * 10, [9.0, 11.5] * 10, [0.0, 0.0], [])),
        *(str(measured.arrivals_of_counts(counts, 60)) for counts in (
            [8, 0, 4], [9, 0, 3], [5], [0.5, 0.25], [0, 0, 90], [3] * 10, [40, 0] * 5, [40, 0, 0] * 4)),
        *(_times(*each) for each in ([1], [0.9], [5e6], [5e6, 5e6], [1e6, 3e6], range(10**6, 10**6 + 49 * 10**5, 10**5),
                                     range(10**6, 10**6 + 50 * 10**5, 10**5))),
        *map(slug, ("a" * 40, "a" * 41, "a" * 17 + "-" + "b" * 30, "b" * 30 + "-" + "c" * 15, "c-" * 30)),
        *(_times(*np.repeat(range(10**6, 10**6 + kinds * 10**5, 10**5), 100 // kinds)) for kinds in (2, 3)),
        *(_times(*range(10**6, 10**6 + kinds * 10**5, 10**5), *[10**6] * (50 - kinds)) for kinds in (40, 41))]),
    "groups": lambda: [
        _groups("mail facts 9999 0 9", "mail facts 10000 0 9", "mail other 3 0"),
        _groups("mail facts 0 0 9 7", "sms facts 0 0 9 3", header=GROUPS.partition(" CONSUMER")[0]),
        _groups("mail facts 0 0 9 100000 - - -"), _groups("mail facts 0 0 9 100001 - - -"),
        made(g__txt=rows_of("noted by hand", GROUPS, "a facts 0 0 1 1234567890123 c-1 h i", "TOPIC facts",
                            "facts PARTITION")),
        _groups(*(f"mail facts 0 0 9 1 c-{n} h i" for n in range(1001)), "facts-lag facts 0 0 9 1 d h i")],
}  # fmt: skip
FILES_ON_THE_LIMIT = {"files on the limit": lambda: told(LIMITS)}
