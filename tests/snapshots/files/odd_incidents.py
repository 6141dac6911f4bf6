"""What evsim says of incidents that are replayed where a row, a time or a figure is odd or lies on a limit."""

from unittest.mock import patch

from evsim.imports import incident_table
from tests.imports.test_replay import SMALL
from tests.snapshots.files.made_files import replayed, rows_of
from tests.snapshots.telling import told

__all__ = ["ODD_INCIDENTS"]

COLUMNS = "time,what,target,value,for"
FAILS = SMALL | {"services": {"desk": {"handle": [{"fail": 1}]}}}
FAULTY = SMALL | {"faults": [{"outage": "desk", "at": "1s", "for": "1s"}]}
TWO = SMALL | {
    "workloads": SMALL["workloads"] | {"post": {"target": "mail", "arrivals": {"constant": "2/s"}}},
    "services": SMALL["services"] | {"mail": {"handle": [{"work": "1ms"}]}},
}
STEP = {"profile": [[0, "0/s"], ["5s", "0/s"], ["5s", "8/s"]]}
LATE = SMALL | {"workloads": {"page": {"target": "desk", "arrivals": STEP}}}
CHANGES = SMALL | {"faults": [{"change": "services.desk.instances", "to": 2, "at": "1s"}]}
FASTER = SMALL | {"faults": [{"change": "workloads.page.arrivals.constant", "to": "2/s", "at": "1s"}]}
LINKS = "page - desk", "page-desk", "page - - desk"
SEEN = "time,requests\n0,1\n10s,1\n"


def _happens(*rows, header=COLUMNS, observed=SEEN, of=SMALL):
    return replayed(observed, rows_of(header, *rows), of=of)


def _sees(*rows, header="time,requests", of=SMALL):
    return replayed(rows_of(header, *rows), of=of)


def _with_few_rows(most, *rows):
    with patch.object(incident_table, "MOST", most):
        return _sees(*rows)


ODD = {
    "observed": lambda: [
        _sees("0,1", ",2"), _sees("0,1", "0,1"), _sees("0,1", "1,1", "1s,2"),
        _sees("0s,10,1,1,20ms,", "5s,0,,,,", "10s,50,0,99%,,30ms",
              header="time,requests,errors,availability,response_mean,response_p50"),
        _sees("0,9,1ms,1", "2,0,,0", "5,3,2ms,50%", header="time,requests,response_mean,availability", of=LATE),
        _sees("0,1ms,1", "5,2ms,1", header="time,response_mean,availability", of=FAILS),
        _sees("0,8.999999999", "1,10.000000001", "2,9.9999999989", "3,10.0000000011"),
        _sees("  ", "0,1", "#not this", "9,1", header=" Time , REQUESTS "),
        _with_few_rows(2, "0,1", "1,1"), _with_few_rows(2, "0,1", "1,1", "2,1")],
    "happened": lambda: [
        _happens("5s,Scale, desk ,7,", "5s,scale,desk,3,", "2s,scale,,1000,", "2s,load,,x0.5,", "2s,LOAD,page,1/s,",
                 "2s,crash,desk,,1s"),
        _happens("5s,scale,desk,1000,"), _happens("5s,scale,desk,1001,"), _happens("5s,scale,desk,,"),
        _happens("1s,leader Failure,desk,,"), _happens("5s,load,,,"), _happens("5s,scale,,2,", of=TWO),
        _happens("5s,load,,x2,", of=TWO),
        _happens("0,load,post,x2,", "0,scale,mail,3,", "0,scale,mail,2,", of=TWO), _happens(",outage,desk,,1s"),
        _happens("5s,,desk,,1s"), _happens("5s,outage,,,1s"), _happens("5s,outage, - ,,1s"),
        _happens("3s,outage,desk,,1s", "5s,crash,desk,,1s", of=FAULTY), _happens("1500ms,outage,desk,,1s", of=FAULTY),
        _happens("5s,outage,desk,,1s", "6s,outage,dsk,,1s", of=FAULTY), _happens("30s,outage,desk,,1s", of=FAULTY),
        _happens("5s,scale,desk,4,", of=CHANGES), _happens("5s,load,page,x2,", "6s,outage,desk,,1s", of=FASTER),
        *(_happens(f"5s,latency,{link},,1s,5ms", header=f"{COLUMNS},add") for link in LINKS),
        *(_happens(f"5s,slowdown,desk,,1s,{more}", header=f"{COLUMNS},factor") for more in ("", "2,9")),
        _happens("5s,outage", header="time,what"), _happens("5s,outage", header="time,wat"),
        _happens("2026-03-02T09:00:05Z,outage,desk,,1s", "9s,scale,desk,2,",
                 observed="time,requests\n2026-03-02T09:00:00Z,1\n2026-03-02T09:00:10Z,1\n")],
}  # fmt: skip
ODD_INCIDENTS = {"odd incidents": lambda: told(ODD)}
