"""The records of a case, with what their rows leave out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.store import Store


class RecordDetail(NamedTuple):
    """A record, with what its rows leave out.

    Attributes:
        record: its id.
        data_type, parser, parser_version, locator: as its rows have them.
        fields: its further fields.
        interaction: number of the interaction it belongs to; None if it belongs to none.
        reason, strength: why it belongs to the interaction, and how strongly; None if it belongs to none.
    """

    record: str
    data_type: str
    parser: str
    parser_version: str
    locator: str
    fields: dict[str, Any]
    interaction: str | None
    reason: str | None
    strength: str | None


def record_details(store: Store) -> Iterator[RecordDetail]:
    """Yield every record, in the order in which it was found. Records are streamed."""
    cursor = store.db.execute(
        """
        SELECT 'REC-' || lower(hex(r.id)), k.data_type, k.parser, k.parser_version, r.locator, r.fields,
            CASE WHEN i.interaction IS NOT NULL THEN printf('IN-%07d', i.interaction) END, j.reason, j.strength
        FROM records r CROSS JOIN kinds k ON k.id = r.kind LEFT JOIN interaction_members i ON i.record = r.number
        LEFT JOIN join_reasons j ON j.id = i.reason ORDER BY r.number
        """
    )
    for record, data_type, parser, version, locator, fields, *rest in cursor:
        yield RecordDetail(record, data_type, parser, version, locator, json.loads(fields), *rest)


def has_record(store: Store, record: str) -> bool:
    """Whether there is a record with an id, which begins with ``REC-``."""
    number = bytes.fromhex(record.removeprefix("REC-"))
    return store.db.execute("SELECT 1 FROM records WHERE id = ?", (number,)).fetchone() is not None
