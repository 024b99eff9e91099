"""The contents of a case as SQL tables: their columns, and their rows as Arrow batches."""

from __future__ import annotations

import re
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from echoforensics.case.results import arrow_batch, arrow_schema
from echoforensics.case.row_query import rows as rows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from echoforensics.case.case import Case

#: Number of rows held at once.
_BATCH = 10_000

_TEXT, _TEXTS, _WHOLE, _REAL = pa.string(), pa.list_(pa.string()), pa.int64(), pa.float64()
_TIME = pa.timestamp("us", tz="UTC")

#: The columns of all tables except ``rows``, whose columns are those of a row.
_COLUMNS: dict[str, dict[str, pa.DataType]] = {
    "interactions": {
        "number": _TEXT, "datetime": _TIME, "uncertainty_us": _WHOLE, "device_serials": _TEXTS, "account": _TEXT,
        "persons": _TEXTS, "transcript": _TEXT, "answer": _TEXT, "statuses": _TEXTS, "sources": _TEXTS,
        "recordings": _TEXTS, "signs_unintended": _TEXTS, "left_open": _TEXTS, "sentence": _TEXT, "start_basis": _TEXT,
    },
    "members": {
        "interaction": _TEXT, "exhibit": _TEXT, "record": _TEXT, "data_type": _TEXT, "source": _TEXT, "says": _TEXT,
        "strength": _TEXT, "reason": _TEXT, "places": _WHOLE,
    },
    "recordings": {
        "sha256": _TEXT, "exhibit": _TEXT, "datetime": _TIME, "state": _TEXT, "message": _TEXT, "places": _TEXTS,
        "transcripts": _TEXTS,
    },
    "devices": {"serial": _TEXT, "type": _TEXT, "names": _TEXTS, "records": _WHOLE, "first": _TEXT, "last": _TEXT},
    "accounts": {"name": _TEXT, "records": _WHOLE, "first": _TEXT, "last": _TEXT},
    "persons": {"name": _TEXT, "records": _WHOLE, "first": _TEXT, "last": _TEXT},
    "evidence": {"name": _TEXT, "kind": _TEXT, "location": _TEXT, "size": _WHOLE, "sha256": _TEXT},
    "issues": {"evidence": _TEXT, "path": _TEXT, "parser": _TEXT, "locator": _TEXT, "what": _TEXT},
    "gaps": {
        "number": _TEXT, "datetime": _TIME, "datetime_end": _TIME, "data_type": _TEXT, "count": _WHOLE,
        "message": _TEXT, "explanations": _TEXTS,
    },
}  # fmt: skip

#: Queries for the tables themselves.
_ASKS_FOR_TABLES = re.compile(r"\bshow\s+(all\s+)?tables\b|\binformation_schema\b|\bduckdb_(tables|views|columns)\b")

#: The tables, by name.
TABLES = ("rows", *_COLUMNS)


def table_schema(name: str) -> pa.Schema:
    """The columns of a table, with their types."""
    return arrow_schema() if name == "rows" else pa.schema(list(_COLUMNS[name].items()))


def table_batches(case: Case, name: str) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a case's table, in batches. They are streamed.

    A case of an earlier version has no interactions, members and gaps: these tables are empty.
    """
    schema = table_schema(name)
    if name == "rows":
        found = rows_of(case.store)
        while some := list(islice(found, _BATCH)):
            yield arrow_batch(some, schema)
        return
    if case.store.lacks_interactions and name in ("interactions", "members", "gaps"):
        return
    values = _ROWS[name](case)
    while some_values := list(islice(values, _BATCH)):
        yield pa.RecordBatch.from_pylist(some_values, schema=schema)


def _interactions(case: Case) -> Iterator[dict[str, Any]]:
    for one in case.interactions():
        yield {
            "number": one.number, "datetime": one.start, "uncertainty_us": one.uncertainty,
            "device_serials": [device.serial for device in one.devices if device.serial], "account": one.account,
            "persons": one.persons, "transcript": one.transcript,
            "answer": one.answers[0].text if one.answers else None,
            "statuses": [status.status for status in one.statuses], "sources": one.sources,
            "recordings": one.recordings, "signs_unintended": one.unintended.signs if one.unintended else (),
            "left_open": one.left_open, "sentence": one.sentence, "start_basis": one.start_basis,
        }  # fmt: skip


def _members(case: Case) -> Iterator[dict[str, Any]]:
    for one in case.interactions():
        for member in one.members:
            yield {
                "interaction": one.number, "exhibit": member.exhibit, "record": member.record,
                "data_type": member.data_type, "source": member.source, "says": member.says,
                "strength": member.strength, "reason": member.reason, "places": member.places,
            }  # fmt: skip


def _recordings(case: Case) -> Iterator[dict[str, Any]]:
    for one in case.recordings():
        row = one.rows[0]
        yield {
            "sha256": one.sha256, "exhibit": row["exhibit"], "datetime": row["timestamp"], "state": row["state"],
            "message": row["message"], "places": one.references, "transcripts": [text for _, text in one.texts],
        }  # fmt: skip


def _gaps(case: Case) -> Iterator[dict[str, Any]]:
    for gap in case.gaps():
        yield {**gap.as_json(), "datetime": gap.start, "datetime_end": gap.end}


def _evidence(case: Case) -> Iterator[dict[str, Any]]:
    for item in case.evidence():
        yield {
            "name": item.name, "kind": item.kind, "location": str(item.location), "size": item.size,
            "sha256": item.sha256,
        }  # fmt: skip


def _named(found: Iterable[Any]) -> Iterator[dict[str, Any]]:
    return (each._asdict() for each in found)


_ROWS: dict[str, Callable[[Case], Iterator[dict[str, Any]]]] = {
    "interactions": _interactions,
    "members": _members,
    "recordings": _recordings,
    "devices": lambda case: _named(case.devices()),
    "accounts": lambda case: _named(case.accounts()),
    "persons": lambda case: _named(case.persons()),
    "evidence": _evidence,
    "issues": lambda case: _named(case.issues()),
    "gaps": _gaps,
}


def named_tables(sql: str) -> tuple[str, ...]:
    """Return the tables named in a query; every table if it asks which there are. Other tables are not read."""
    text = sql.casefold()
    return TABLES if _ASKS_FOR_TABLES.search(text) else tuple(name for name in TABLES if name in text)


def columns_of_tables() -> Iterator[tuple[str, str]]:
    """Yield every table with its columns, for people: the name, and the columns in one text."""
    for name in TABLES:
        yield name, ", ".join(chain(("case",), table_schema(name).names))
