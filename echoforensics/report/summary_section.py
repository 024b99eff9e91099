"""The case in numbers and plain words, and nothing that the numbers do not say."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from echoforensics.case.counts import counts_of_case, data_types, fields_of_type, period
from echoforensics.report.markup import code, counted, escape, evidence, facts, number, section, table, utc

if TYPE_CHECKING:
    from echoforensics.case.case import Case
    from echoforensics.report.media import Recording

#: Whose records a family of data types is.
_FAMILIES = (
    ("alexa:cloud:", "the Alexa account"), ("alexa:app:", "the phone app or the browser"), ("echo:", "the device"),
    ("recording:", "a recording of sound"),
)  # fmt: skip
#: The older form of the account's history gives a status, the newer one a type of utterance: (data type, field).
_STATUSES = (("alexa:cloud:activity", "status"), ("alexa:cloud:history", "utteranceType"))
_MOST_NAMES = 100
_REST = 'The others are in <a href="timeline.csv">timeline.csv</a>.'


def summary_section(case: Case, found: list[Recording]) -> str:
    """Counts, the period, the devices and the accounts."""
    there = counts_of_case(case.store)
    known = period(case.store)
    devices = len({device.serial for device in case.devices()})
    between = f"{escape(utc(known.first))} to {escape(utc(known.last))}" if known.first else "no time in UTC is known"
    return section(
        "summary",
        "Summary",
        f"<p>{counted(there.evidence, 'item')} of evidence gave {counted(there.records, 'record')}, shown as"
        f" {counted(there.rows, 'row')} of the timeline: one row for each time that a record holds, at each place where"
        " it is. A record that is in several copies of a file counts once. The counts are of what the tool can read;"
        " they do not say what else happened.</p>",
        facts(
            [
                ("Evidence items", number(there.evidence)),
                ("Distinct recordings", _recordings(found)),
                ("Rows in the timeline", number(there.rows)),
                ("Earliest and latest time", between),
                ("Rows about a plan or an expiry", f"{number(known.planned)}, not in the line before"),
                ("Rows without a known UTC", f"{number(known.unknown)}, shown as recorded"),
                ("Rows that hold no time", number(known.timeless)),
                ("Devices named", number(devices)),
                ("Accounts named", number(len(case.accounts()))),
                ("What could not be read", f'{counted(there.issues, "issue")} (<a href="#issues">see there</a>)'),
            ]
        ),
        *_tables(case),
    )


def _recordings(found: list[Recording]) -> str:
    lengths = [recording.found.fields.get("duration_us") for recording in found]
    known = [length for length in lengths if isinstance(length, int)]
    unknown = f"; of {number(len(lengths) - len(known))} the duration is unknown" if len(known) < len(lengths) else ""
    whole = f", together {sum(known) / 1_000_000:.1f} s" if known else ""
    return f"{number(len(found))}{whole}{unknown}"


def _tables(case: Case) -> list[str]:
    return [
        "<h3>Utterances in the account's history, by the status or type that the service recorded</h3>",
        table(
            ("Recorded under", "Value", "Records"),
            ((code(name), status, number(count)) for (name, status), count in _statuses(case)),
            most=_MOST_NAMES,
        ),
        "<h3>Devices that records name</h3>",
        table(
            ("Serial number", "Type", "Named", "Records", "Earliest", "Latest"),
            (
                (evidence(a), evidence(b), evidence(", ".join(named)), number(n), _time(x), _time(y))
                for a, b, n, x, y, named in case.devices()
            ),
            _REST,
            _MOST_NAMES,
        ),
        "<h3>Accounts that records name</h3>",
        table(
            ("Account", "Records", "Earliest", "Latest"),
            ((evidence(a), number(n), _time(x), _time(y)) for a, n, x, y in case.accounts()),
            _REST,
            _MOST_NAMES,
        ),
        "<h3>What the records are</h3>",
        table(
            ("Data type", "Whose record", "Records", "Rows"),
            ((code(a), _family(a), number(n), number(m)) for a, n, m in data_types(case.store)),
            _REST,
            _MOST_NAMES,
        ),
    ]


def _statuses(case: Case) -> list[tuple[tuple[str, str], int]]:
    """How often each status occurs in the account's history: (field, status as HTML), records; most frequent first."""
    counts: Counter[tuple[str, str]] = Counter()
    for data_type, name in _STATUSES:
        for fields in fields_of_type(case.store, data_type):
            counts[name, _status(json.loads(fields).get(name))] += 1
    return sorted(counts.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))


def _status(status: object) -> str:
    if status is None:
        return "none recorded"
    return evidence(status if isinstance(status, str) else json.dumps(status))


def _time(time: str | None) -> str:
    return f'<span class="short">{escape(utc(time))}</span>'


def _family(data_type: str) -> str:
    return next((words for prefix, words in _FAMILIES if data_type.startswith(prefix)), "")
