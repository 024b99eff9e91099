"""Records of the history that stand more than once: pages can repeat the last records of the page before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from parsers.alexa_api.kinds.history import DATA_TYPE
from parsers.record import Issue, Record

#: The field that says where the first record with the same key is.
FIRST = "first_stands_at"
#: Keys of one file that are remembered, at most.
MAX_KEYS = 1_000_000
_REPEATED = " A record with the same key stands before in this file."


def repeats_marked(found: Iterator[Record | Issue]) -> Iterator[Record | Issue]:
    """The same, where a record of the history that repeats the key of one before says so. None is dropped."""
    #: By the hash of the keys: a file may hold very many.
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
