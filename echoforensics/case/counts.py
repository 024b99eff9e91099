"""A case in numbers: what of each there is, and which devices and accounts its rows name."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.store import Store


class Counts(NamedTuple):
    """How many there are, of one evidence item or of the whole case."""

    entries: int
    artefacts: int
    issues: int


class CaseCounts(NamedTuple):
    """How many there are in the whole case. A record at several places counts once."""

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
        first, last: earliest and latest time, ISO 8601 in UTC; None where none is known.
        rows: how many rows there are.
        unknown: how many hold a time that is not known in UTC.
        timeless: how many hold no time.
    """

    first: str | None
    last: str | None
    rows: int
    unknown: int
    timeless: int


class DataType(NamedTuple):
    """A data type, with its records and rows."""

    name: str
    records: int
    rows: int


class Device(NamedTuple):
    """A device that rows name, by serial number and type, with the times of these rows: ISO 8601 in UTC."""

    serial: str
    type: str | None
    records: int
    first: str | None
    last: str | None


class Account(NamedTuple):
    """An account that rows name, with the times of these rows: ISO 8601 in UTC."""

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
    found = store.db.execute(
        """
        SELECT (SELECT count(*) FROM evidence), count(*), coalesce(sum(state = 'carved'), 0),
            count(DISTINCT CASE WHEN artefact THEN sha256 END),
            (SELECT count(*) FROM records), (SELECT count(*) FROM exhibits),
            (SELECT count(DISTINCT e.sha256) FROM exhibits w JOIN places p ON p.id = w.place_id
                JOIN entries e ON e.id = p.entry_id
                WHERE w.kind IN (SELECT id FROM kinds WHERE data_type LIKE 'recording:%')),
            (SELECT count(*) FROM issues)
        FROM entries
        """
    ).fetchone()
    return CaseCounts(*found)


def period(store: Store, no_time: str) -> Period:
    """The rows by what is known of their times. ``no_time`` is what describes those that hold none."""
    found = store.db.execute(
        "SELECT min(datetime), max(datetime), count(*), coalesce(sum(datetime IS NULL AND timestamp_desc <> ?), 0),"
        " coalesce(sum(datetime IS NULL AND timestamp_desc = ?), 0) FROM rows",
        (no_time, no_time),
    ).fetchone()
    return Period(*found)


def data_types(store: Store) -> list[DataType]:
    """Every data type, by name."""
    found = store.db.execute(
        "SELECT k.data_type, count(DISTINCT w.record), count(*) FROM exhibits w JOIN kinds k ON k.id = w.kind"
        " GROUP BY 1 ORDER BY 1"
    )
    return [DataType(*kind) for kind in found]


def devices(store: Store) -> list[Device]:
    """Every device that rows name, by serial number and type."""
    found = store.db.execute(
        "SELECT device_serial, device_type, count(DISTINCT record), min(datetime), max(datetime) FROM rows"
        " WHERE device_serial IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"
    )
    return [Device(*device) for device in found]


def accounts(store: Store) -> list[Account]:
    """Every account that rows name, by name."""
    found = store.db.execute(
        "SELECT account, count(DISTINCT record), min(datetime), max(datetime) FROM rows"
        " WHERE account IS NOT NULL GROUP BY 1 ORDER BY 1"
    )
    return [Account(*account) for account in found]


def parsers(store: Store) -> dict[tuple[str, str], int]:
    """How many records each parser gave, by name and version."""
    found = store.db.execute(
        "SELECT k.parser, k.parser_version, count(*) FROM records r JOIN kinds k ON k.id = r.kind"
        " GROUP BY 1, 2 ORDER BY 1, 2"
    )
    return {(name, version): count for name, version, count in found}


def recovered_rows(store: Store) -> int:
    """How many records are of rows that were recovered from room of a database that is no longer in use."""
    query = "SELECT count(*) FROM records WHERE json_extract(fields, '$.provenance') LIKE 'recovered from%'"
    count: int = store.db.execute(query).fetchone()[0]
    return count


def clocks(store: Store) -> dict[str, int]:
    """How many rows with a time each clock gave."""
    return dict(store.db.execute("SELECT clock, count(*) FROM rows WHERE recorded_time IS NOT NULL GROUP BY 1"))


def fields_of_type(store: Store, data_type: str) -> Iterator[str]:
    """The other fields of each record of a data type, as JSON."""
    found = store.db.execute(
        "SELECT fields FROM records WHERE kind IN (SELECT id FROM kinds WHERE data_type = ?)", (data_type,)
    )
    return (fields for (fields,) in found)
