"""Counts of a case's contents, and the devices, accounts and persons that its rows name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from echoforensics.case.added_records.addition_table import KINDS as ADDED_KINDS
from echoforensics.case.exhibits.device_filter import device_names
from parsers.times import PLANNED_TIMES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from echoforensics.case.store import Store

#: plaso's description for a record without a time.
_NO_TIME = "Not a time"
_PLANNED = "timestamp_desc IN (" + ", ".join(f"'{name}'" for name in sorted(PLANNED_TIMES)) + ")"
#: Selects the records ``r`` of the rows in parameter ``:rows``, or all records
#: if the parameter is NULL.
_GIVEN = "SELECT value FROM json_each(:rows)"
_OF_ROWS = f"(:rows IS NULL OR r.number IN (SELECT record FROM exhibits WHERE number IN ({_GIVEN})))"  # noqa: S608
_FIRST, _LAST = (f"{end}(CASE WHEN NOT {_PLANNED} THEN datetime END)" for end in ("min", "max"))


class Counts(NamedTuple):
    """Counts for one evidence item or the whole case."""

    entries: int
    artefacts: int
    issues: int


class CaseCounts(NamedTuple):
    """Counts for the whole case. A record at several places counts once."""

    evidence: int
    entries: int
    carved: int
    artefacts: int
    records: int
    rows: int
    recordings: int
    issues: int


class Period(NamedTuple):
    """The rows by what is known of their times.

    Attributes:
        first, last: earliest and latest time, ISO 8601 in UTC; None if none is known. Times of plans and expiries
            (:data:`parsers.times.PLANNED_TIMES`) are excluded.
        rows: number of rows.
        unknown: number of rows whose time in UTC is not known.
        timeless: number of rows without a time.
        planned: number of rows with a UTC time of a plan or an expiry.
    """

    first: str | None
    last: str | None
    rows: int
    unknown: int
    timeless: int
    planned: int


class DataType(NamedTuple):
    """A data type with its counts of records and rows."""

    name: str
    records: int
    rows: int


class Device(NamedTuple):
    """A device that rows name.

    Attributes:
        serial, type: its serial number and type.
        records: number of records that name it.
        first, last: earliest and latest time of these rows, as of a :class:`Period`.
        names: its names in the records.
    """

    serial: str
    type: str | None
    records: int
    first: str | None
    last: str | None
    names: tuple[str, ...]


class Account(NamedTuple):
    """An account that rows name, with the times of these rows, as of a :class:`Period`."""

    name: str
    records: int
    first: str | None
    last: str | None


class NamedPerson(NamedTuple):
    """A person that rows name, with the times of these rows, as of a :class:`Period`."""

    name: str
    records: int
    first: str | None
    last: str | None


def counts_of_item(store: Store, evidence: int) -> Counts:
    """The counts of one evidence item."""
    db = store.db
    entries, artefacts = db.execute(
        "SELECT count(*), count(DISTINCT CASE WHEN artefact THEN sha256 END) FROM entries WHERE evidence_id = ?",
        (evidence,),
    ).fetchone()
    issues = db.execute("SELECT count(*) FROM issues WHERE evidence_id = ?", (evidence,)).fetchone()[0]
    return Counts(entries, artefacts, issues)


def counts_of_case(store: Store) -> CaseCounts:
    """The counts of the whole case."""
    # Exhibits are scanned only where there are recordings.
    found = store.db.execute(
        """
        SELECT (SELECT count(*) FROM evidence), count(*), coalesce(sum(state = 'carved'), 0),
            count(DISTINCT CASE WHEN artefact THEN sha256 END),
            (SELECT count(*) FROM records), (SELECT count(*) FROM exhibits),
            CASE WHEN EXISTS (SELECT 1 FROM kinds WHERE data_type LIKE 'recording:%') THEN
                (SELECT count(DISTINCT e.sha256) FROM exhibits w JOIN places p ON p.id = w.place_id
                    JOIN entries e ON e.id = p.entry_id
                    WHERE w.kind IN (SELECT id FROM kinds WHERE data_type LIKE 'recording:%')) ELSE 0 END,
            (SELECT count(*) FROM issues)
        FROM entries
        """
    ).fetchone()
    return CaseCounts(*found)


def period(store: Store) -> Period:
    """The rows by what is known of their times."""
    found = store.db.execute(
        f"SELECT {_FIRST}, {_LAST}, count(*), coalesce(sum(datetime IS NULL AND timestamp_desc <> '{_NO_TIME}'), 0),"  # noqa: S608
        f" coalesce(sum(datetime IS NULL AND timestamp_desc = '{_NO_TIME}'), 0),"
        f" coalesce(sum({_PLANNED} AND datetime IS NOT NULL), 0) FROM rows"
    ).fetchone()
    return Period(*found)


def data_types(store: Store, exhibits: Collection[str] | None = None) -> list[DataType]:
    """Return every data type, by name. Args: as for :func:`parsers`."""
    found = store.db.execute(
        "SELECT k.data_type, count(DISTINCT w.record), count(*) FROM exhibits w JOIN kinds k ON k.id = w.kind"  # noqa: S608
        f" WHERE :rows IS NULL OR w.number IN ({_GIVEN}) GROUP BY 1 ORDER BY 1",
        {"rows": _numbers(exhibits)},
    )
    return [DataType(*kind) for kind in found]


def devices(store: Store) -> list[Device]:
    """Every device that rows name, by serial number and type."""
    names = device_names(store)
    found = store.db.execute(
        f"SELECT device_serial, device_type, count(DISTINCT record), {_FIRST}, {_LAST} FROM rows"  # noqa: S608
        " WHERE device_serial IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"
    )
    return [
        Device(serial, kind, records, first, last, names.get(serial, ()))
        for serial, kind, records, first, last in found
    ]


def accounts(store: Store) -> list[Account]:
    """Every account that rows name, by name."""
    found = store.db.execute(
        f"SELECT account, count(DISTINCT record), {_FIRST}, {_LAST} FROM rows WHERE account IS NOT NULL"  # noqa: S608
        " GROUP BY 1 ORDER BY 1"
    )
    return [Account(*account) for account in found]


def persons(store: Store) -> list[NamedPerson]:
    """Every person that rows name, by name."""
    found = store.db.execute(
        f"SELECT person, count(DISTINCT record), {_FIRST}, {_LAST} FROM rows WHERE person IS NOT NULL"  # noqa: S608
        " GROUP BY 1 ORDER BY 1"
    )
    return [NamedPerson(*person) for person in found]


def parsers(store: Store, exhibits: Collection[str] | None = None) -> dict[tuple[str, str], int]:
    """Number of records by parser name and version. Records added to the sealed case are excluded.

    Args:
        store: of the case.
        exhibits: count only the records of these rows; None for all records. The same below.
    """
    found = store.db.execute(
        "SELECT k.parser, k.parser_version, count(*) FROM records r JOIN kinds k ON k.id = r.kind"  # noqa: S608
        f" WHERE r.kind NOT IN ({ADDED_KINDS.format(db='')}) AND {_OF_ROWS} GROUP BY 1, 2 ORDER BY 1, 2",
        {"rows": _numbers(exhibits)},
    )
    return {(name, version): count for name, version, count in found}


def recovered_rows(store: Store, exhibits: Collection[str] | None = None) -> int:
    """Number of records recovered from unused space of a database."""
    found = store.db.execute(
        "SELECT count(*) FROM records r"  # noqa: S608
        f" WHERE json_extract(r.fields, '$.provenance') LIKE 'recovered from%' AND {_OF_ROWS}",
        {"rows": _numbers(exhibits)},
    )
    count: int = found.fetchone()[0]
    return count


def carved_files(store: Store, exhibits: Collection[str] | None = None) -> int:
    """Number of carved files; where rows are given, only of files these rows come from."""
    if exhibits is None:
        return counts_of_case(store).carved
    found = store.db.execute(
        f"SELECT count(DISTINCT e.id) FROM exhibits w JOIN places p ON p.id = w.place_id"  # noqa: S608
        f" JOIN entries e ON e.id = p.entry_id WHERE e.state = 'carved' AND w.number IN ({_GIVEN})",
        {"rows": _numbers(exhibits)},
    )
    count: int = found.fetchone()[0]
    return count


def clocks(store: Store, exhibits: Collection[str] | None = None) -> dict[str, int]:
    """Number of rows with a time, by clock."""
    found = store.db.execute(
        "SELECT clock, count(*) FROM rows WHERE recorded_time IS NOT NULL AND"  # noqa: S608
        f" (:rows IS NULL OR CAST(substr(exhibit, 4) AS INTEGER) IN ({_GIVEN})) GROUP BY 1",
        {"rows": _numbers(exhibits)},
    )
    return dict(found)


def _numbers(exhibits: Collection[str] | None) -> str | None:
    """Exhibits as a JSON list of their numbers, for :data:`_GIVEN`."""
    return None if exhibits is None else json.dumps([int(name.removeprefix("EF-")) for name in exhibits])


def fields_of_type(store: Store, data_type: str) -> Iterator[str]:
    """Yield the ``fields`` of each record of a data type, as JSON."""
    found = store.db.execute(
        "SELECT fields FROM records WHERE kind IN (SELECT id FROM kinds WHERE data_type = ?)", (data_type,)
    )
    return (fields for (fields,) in found)
