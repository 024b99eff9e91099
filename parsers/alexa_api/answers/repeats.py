"""History records that occur more than once: a page can repeat the last records of the previous page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from parsers.alexa_api.kinds.history import DATA_TYPE
from parsers.record import Issue, Record

#: The field with the locator of the first record that has the same key.
FIRST = "first_stands_at"
#: The most keys that are remembered per file.
MAX_KEYS = 1_000_000
_REPEATED = " A record with the same key stands before in this file."


def repeats_marked(found: Iterator[Record | Issue]) -> Iterator[Record | Issue]:
    """Mark each history record that repeats an earlier key. No record is dropped."""
    #: Keyed by hash, because a file may hold very many keys.
    places: dict[int, str] = {}
    for item in found:
        keys = _keys(item) if isinstance(item, Record) and item.data_type == DATA_TYPE else ()
        if not keys or not isinstance(item, Record):
            yield item
        elif first := places.get(hash(keys)):
            yield replace(item, message=item.message + _REPEATED, fields={**item.fields, FIRST: first})
        else:
            if len(places) < MAX_KEYS:
                places[hash(keys)] = item.locator
            yield item


def _keys(record: Record) -> tuple[str, ...]:
    return tuple(key for key in record.keys if key.startswith("activity:"))
