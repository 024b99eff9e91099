"""The records of a case with their rows, by id. Two cases of the same evidence share these ids."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from echoforensics.case.store import Store

#: Columns with a record's content apart from its times. They are the same in all of its rows.
STATED = (
    "message", "data_type", "device_serial", "device_type", "account", "person", "transcript", "sha256", "parser",
    "state", "utterance_id", "recording",
)  # fmt: skip
_TIME = ("timestamp_desc", "recorded_time", "timestamp", "clock", "locator")


class RecordTime(NamedTuple):
    """A row's time: its description, the recorded value, microseconds since 1970 UTC, its clock, and its locator."""

    description: str
    recorded: str | None
    timestamp: int | None
    clock: str
    locator: str


@dataclass(frozen=True, slots=True)
class RecordRows:
    """A record with its rows.

    Attributes:
        record: its id.
        exhibits: the numbers of its rows, in order.
        times: the time of each of them.
        stated: its other content by name, including ``fields``.
        parser_version: of the parser that made it.
        path: of the file that its rows show.
    """

    record: str
    exhibits: tuple[str, ...]
    times: tuple[RecordTime, ...]
    stated: Mapping[str, Any]
    parser_version: str
    path: str


def record_rows(store: Store) -> Iterator[RecordRows]:
    """Yield every record, by id. Records are streamed."""
    names = ("record", "exhibit", *_TIME, *STATED, "fields", "parser_version", "path")
    found = store.db.execute(f"SELECT {', '.join(names)} FROM row_details ORDER BY record, number")  # noqa: S608
    start, stated = 2 + len(_TIME), 2 + len(_TIME) + len(STATED)
    for record, group in groupby(found, key=itemgetter(0)):
        rows = list(group)
        first = rows[0]
        yield RecordRows(
            record,
            tuple(row[1] for row in rows),
            tuple(RecordTime(*row[2:start]) for row in rows),
            {**dict(zip(STATED, first[start:stated], strict=True)), "fields": json.loads(first[stated])},
            first[stated + 1],
            first[stated + 2],
        )
