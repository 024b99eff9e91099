"""Finds devices, accounts, networks, recordings and files in several cases, by id or hash.

Each case yields its things in order, and these streams are merged: only one thing is held at a time, and nothing
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from echoforensics.case.case import Case
    from echoforensics.case.store import Store

_RECORDS = "count(DISTINCT record), printf('EF-%07d', min(number)) FROM row_details"


def _of_column(column: str) -> str:
    return f"SELECT {column}, {_RECORDS} WHERE {column} <> '' GROUP BY 1 ORDER BY 1"


def _of_fields(names: Sequence[str], form: str) -> str:
    """Values of a record's further fields. Lists that every device has (``echo:state:*``) are excluded."""
    found = ", ".join(f"json_extract(fields, '$.{name}')" for name in names)
    value = form.format(f"CAST(coalesce({found}, '') AS TEXT)")
    return f"SELECT {value}, {_RECORDS} WHERE data_type NOT LIKE 'echo:state:%' AND {value} <> '' GROUP BY 1 ORDER BY 1"


_RECORDINGS = "FROM row_details WHERE data_type LIKE 'recording:%'"
#: The query for each kind of thing: its id or hash, the number of records that name it, and the first such exhibit.
_ASKED = {
    "device": _of_column("device_serial"),
    "account": _of_column("account"),
    "person": _of_column("person"),
    "network": _of_fields(("ssid_text", "ssid", "essid"), "{}"),
    "hardware address": _of_fields(("macAddress", "mac_address"), "upper(replace(replace({}, ':', ''), '-', ''))"),
    "utterance": _of_column("utterance_id"),
    "recording": f"SELECT sha256, {_RECORDS} WHERE data_type LIKE 'recording:%' GROUP BY 1 ORDER BY 1",
    "file": f"SELECT sha256, 0, '' FROM artefacts WHERE sha256 NOT IN (SELECT sha256 {_RECORDINGS}) ORDER BY 1",  # noqa: S608
    "evidence item": "SELECT sha256, 0, '' FROM evidence WHERE sha256 IS NOT NULL ORDER BY 1",
}
#: The kinds of things to compare.
KINDS = tuple(_ASKED)


class InCase(NamedTuple):
    """A thing in one case.

    Attributes:
        case: name of the case.
        records: number of records that name it, or are about it; 0 for a file and an evidence item.
        exhibit: the first row of these records; empty for a file and an evidence item.
    """

    case: str
    records: int
    exhibit: str


@dataclass(frozen=True, slots=True)
class SharedThing:
    """A thing in several cases.

    Attributes:
        kind: one of :data:`KINDS`.
        value: its id, or its SHA-256.
        cases: the cases with it, in order.
    """

    kind: str
    value: str
    cases: tuple[InCase, ...]

    def as_json(self) -> dict[str, Any]:
        """The thing as JSON values."""
        return {**asdict(self), "cases": [each._asdict() for each in self.cases]}


def shared_things(cases: Sequence[tuple[str, Case]]) -> Iterator[SharedThing]:
    """Yield what several cases have in common, by kind and then by id or hash. Things are streamed.

    Args:
        cases: the cases, each with its name.
    """
    for kind, sql in _ASKED.items():
        every = merge(*(_things(case.store, number, sql) for number, (_, case) in enumerate(cases)))
        for value, found in groupby(every, key=itemgetter(0)):
            places = tuple(InCase(cases[number][0], records, exhibit) for _, number, records, exhibit in found)
            if len(places) > 1:
                yield SharedThing(kind, value, places)


def _things(store: Store, number: int, sql: str) -> Iterator[tuple[str, int, int, str]]:
    for value, records, exhibit in store.db.execute(sql):
        yield value, number, records, exhibit
