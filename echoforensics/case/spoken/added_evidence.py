"""Checks whether evidence added since the seal can affect interactions and gaps."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from echoforensics.case.added_records.addition_table import has_additions

if TYPE_CHECKING:
    from collections.abc import Collection

    from echoforensics.case.store import Store


class AllConcernedError(Exception):
    """What was added may concern interactions that cannot be found from it: all are to be made again."""


class Extent(NamedTuple):
    """The last record, place, entry and exhibit of a case, each by its number; 0 if there is none."""

    record: int
    place: int
    entry: int
    exhibit: int

    @classmethod
    def of(cls, store: Store) -> Extent:
        """The current extent of a case."""
        found = store.db.execute(
            "SELECT coalesce((SELECT max(number) FROM records), 0), coalesce((SELECT max(id) FROM places), 0),"
            " coalesce((SELECT max(id) FROM entries), 0), coalesce((SELECT max(number) FROM exhibits), 0)"
        ).fetchone()
        return cls(*found)


def added_items(store: Store, before: Extent) -> set[str]:
    """The names of the evidence items that were added to a case."""
    found = store.db.execute(
        "SELECT name FROM evidence WHERE id IN (SELECT evidence_id FROM entries WHERE id > ?)", (before.entry,)
    )
    return {name for (name,) in found}


def has_more_places(store: Store, before: Extent, types: Collection[str]) -> bool:
    """Whether a record of some data types that was there before has another place."""
    found = store.db.execute(
        "SELECT 1 FROM places p CROSS JOIN records r ON r.number = p.record WHERE p.id > ? AND +p.record <= ?"
        " AND r.kind IN (SELECT id FROM kinds WHERE data_type IN (SELECT value FROM json_each(?))) LIMIT 1",
        (before.place, before.record, json.dumps(list(types))),
    )
    return found.fetchone() is not None


def may_bear_on_interactions(
    store: Store,
    before: Extent,
    types: Collection[str],
    key_kinds: Collection[str],
    following: Collection[str],
    following_keys: Collection[str],
) -> bool:
    """Whether records added to a case may belong to an interaction or a gap, or affect one. Only these are scanned.

    Args:
        store: the case's store.
        before: the earlier extent of the case.
        types: data types of records that interactions or gaps are made from.
        key_kinds: kinds of keys whose holders may belong to an interaction.
        following: data types of records that belong to an interaction only if another record has their key.
        following_keys: kinds of such keys.
    """
    db = store.db
    if has_additions(db):
        return True
    # A known record with one more place has more witnesses, and may be in another evidence item. The plus sign makes
    # SQLite scan the new places, not all the known records.
    if db.execute(
        "SELECT 1 FROM places WHERE id > ? AND +record <= ? LIMIT 1", (before.place, before.record)
    ).fetchone():
        return True
    kinds = "SELECT id FROM kinds WHERE data_type LIKE 'recording:%' OR data_type IN (SELECT value FROM json_each(?))"
    if db.execute(
        f"SELECT 1 FROM records WHERE number > ? AND (utterance_id IS NOT NULL OR kind IN ({kinds})) LIMIT 1",  # noqa: S608
        (before.record, json.dumps(list(types))),
    ).fetchone():
        return True
    chunk = "*_[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]_[0-9]*"
    if db.execute("SELECT 1 FROM entries WHERE id > ? AND path GLOB ? LIMIT 1", (before.entry, chunk)).fetchone():
        return True
    return _keys_bear(store, before, (key_kinds, following_keys), following)


def _keys_bear(
    store: Store, before: Extent, kinds: tuple[Collection[str], Collection[str]], following: Collection[str]
) -> bool:
    """Whether a key of the added records may tie records together."""
    db = store.db
    numbers = "SELECT id FROM kinds WHERE data_type IN (SELECT value FROM json_each(?))"
    listed = json.dumps(list(following))
    key_kinds, following_keys = (tuple(f"{kind}:" for kind in some) for some in kinds)
    found = db.execute(
        f"SELECT DISTINCT q.key, r.kind IN ({numbers}) FROM places p CROSS JOIN record_keys q ON q.place_id = p.id"  # noqa: S608
        " CROSS JOIN records r ON r.number = p.record WHERE p.id > ?",
        (listed, before.place),
    )
    named = (
        "SELECT 1 FROM record_keys q CROSS JOIN places p ON p.id = q.place_id CROSS JOIN records r"  # noqa: S608
        f" ON r.number = p.record WHERE q.key = ? AND r.kind NOT IN ({numbers}) LIMIT 1"
    )
    for key, follows in found:
        if key.startswith(key_kinds):
            return True
        if key.startswith(following_keys) and (not follows or db.execute(named, (key, listed)).fetchone()):
            return True
    return False
