"""Removes artefacts and their records from the tables of a case. Every other exhibit keeps its number."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from echoforensics.case.added_records.addition import REMOVED
from echoforensics.case.record_forms.form_table import remove_unused_forms, rewrite_record
from echoforensics.case.record_forms.record_form import SHARED
from echoforensics.case.record_table import index_records

if TYPE_CHECKING:
    from collections.abc import Iterable

    from echoforensics.case.store import Store

_NOT_A_TIME = 1


class RemovedContent(NamedTuple):
    """What was removed: artefacts (SHA-256 and size), exhibits, and the number of records and issues."""

    artefacts: dict[str, int]
    exhibits: list[str]
    records: int
    issues: int


def remove_content(store: Store, artefacts: Iterable[str], reason: str) -> RemovedContent:
    """Remove artefacts by their SHA-256, at all their places, with the content of all their records.

    A record keeps its id, its locator and its exhibit numbers, with a message that says that it was removed. What
    other records got from it by joining is removed there. Paths of files stay. Call this before interactions and gaps
    are made again.

    Args:
        store: the database of a copy of the case; removed data is overwritten in it.
        artefacts: SHA-256 of each.
        reason: one sentence, for the message.
    """
    db = store.db
    db.execute("PRAGMA secure_delete=ON")
    with store.transaction():
        _select(store, artefacts)
        sizes = dict(db.execute("SELECT sha256, size FROM artefacts WHERE sha256 IN temp.removed ORDER BY sha256"))
        _forget_joins(store)
        exhibits = _blank_exhibits(store)
        records = _blank_records(store, reason)
        issues = db.execute(
            "DELETE FROM issues WHERE (evidence_id, path) IN"
            " (SELECT evidence_id, path FROM entries WHERE sha256 IN temp.removed)"
        ).rowcount
        db.execute(
            "UPDATE entries SET artefact = 0, note = 'removed from the case: ' || ? WHERE sha256 IN temp.removed",
            (reason,),
        )
        db.execute("DELETE FROM artefacts WHERE sha256 IN temp.removed")
        db.execute("INSERT INTO search(search) VALUES ('delete-all')")
        index_records(store)
    for table in ("removed", "gone", "gone_places", "gone_streams", "gone_times"):
        db.execute(f"DROP TABLE temp.{table}")
    return RemovedContent(sizes, exhibits, records, issues)


def overwrite_unused(store: Store) -> None:
    """Rewrite the database, so that no removed data is left in unused pages."""
    store.db.execute("VACUUM")


def _select(store: Store, artefacts: Iterable[str]) -> None:
    db = store.db
    db.execute("CREATE TEMP TABLE removed (sha256 TEXT PRIMARY KEY)")
    db.executemany("INSERT OR IGNORE INTO temp.removed VALUES (?)", ((sha256,) for sha256 in artefacts))
    db.execute(
        "CREATE TEMP TABLE gone AS SELECT DISTINCT p.record AS number FROM places p"
        " JOIN entries e ON e.id IN (p.entry_id, p.read_from) WHERE e.sha256 IN temp.removed"
    )
    db.execute("CREATE TEMP TABLE gone_places AS SELECT id FROM places WHERE record IN (SELECT number FROM temp.gone)")
    db.execute(
        "CREATE TEMP TABLE gone_streams AS SELECT DISTINCT utterance_id AS name FROM records"
        " WHERE number IN (SELECT number FROM temp.gone) AND utterance_id IS NOT NULL"
    )
    db.execute(
        "CREATE TEMP TABLE gone_times AS SELECT DISTINCT recorded FROM timestamps"
        " WHERE record IN (SELECT number FROM temp.gone) AND recorded <> ''"
    )


def _forget_joins(store: Store) -> None:
    """Remove what was joined to these records, and what others got from them by joining."""
    db = store.db
    db.execute(
        "UPDATE exhibits SET utterance_id = NULL, device_serial = NULL, device_type = NULL, added = NULL"
        " WHERE place_id NOT IN (SELECT id FROM temp.gone_places)"
        " AND utterance_id IN (SELECT name FROM temp.gone_streams)"
    )
    db.execute("UPDATE exhibits SET recording = NULL WHERE recording IN temp.removed")
    db.execute(
        f"UPDATE exhibits SET timestamp = NULL, recorded_time = NULL, time_kind = {_NOT_A_TIME}"  # noqa: S608 (our names)
        " WHERE place_id NOT IN (SELECT id FROM temp.gone_places) AND time IS NULL"
        " AND recorded_time IN (SELECT recorded FROM temp.gone_times)"
    )
    db.execute(
        "DELETE FROM spoken WHERE place_id IN (SELECT id FROM temp.gone_places) OR place_id IN (SELECT place_id FROM"
        " joins WHERE what = 'utterance_id' AND value IN (SELECT name FROM temp.gone_streams))"
    )
    db.execute(
        "DELETE FROM joins WHERE place_id IN (SELECT id FROM temp.gone_places)"
        " OR what = 'utterance_id' AND value IN (SELECT name FROM temp.gone_streams)"
        " OR what = 'recording' AND value IN temp.removed"
        " OR what = 'timestamp' AND json_extract(value, '$.recorded') IN (SELECT recorded FROM temp.gone_times)"
    )
    db.execute("DELETE FROM record_keys WHERE place_id IN (SELECT id FROM temp.gone_places)")


def _blank_exhibits(store: Store) -> list[str]:
    db = store.db
    gone = "record IN (SELECT number FROM temp.gone)"
    names = [
        f"EF-{number:07}"
        for (number,) in db.execute(f"SELECT number FROM exhibits WHERE {gone} ORDER BY number")  # noqa: S608 (our names)
    ]
    db.execute(
        f"UPDATE exhibits SET time = NULL, time_kind = {_NOT_A_TIME}, timestamp = NULL, recorded_time = NULL,"  # noqa: S608
        " utterance_id = NULL, recording = NULL, device_serial = NULL, device_type = NULL, added = NULL,"
        f" corroborated_by = NULL WHERE {gone}"
    )
    return names


def _blank_records(store: Store, reason: str) -> int:
    """Reduce each record to its id and its place. Returns the number of records."""
    db = store.db
    db.execute("DELETE FROM timestamps WHERE record IN (SELECT number FROM temp.gone)")
    db.execute(
        "INSERT OR IGNORE INTO kinds (parser, parser_version, data_type) SELECT DISTINCT parser, parser_version, ?"
        " FROM kinds WHERE id IN (SELECT kind FROM records WHERE number IN (SELECT number FROM temp.gone))",
        (REMOVED,),
    )
    count = db.execute(
        "UPDATE record_values SET kind = (SELECT n.id FROM kinds k JOIN kinds n ON n.parser = k.parser"
        " AND n.parser_version = k.parser_version AND n.data_type = ? WHERE k.id = record_values.kind)"
        " WHERE number IN (SELECT number FROM temp.gone)",
        (REMOVED,),
    ).rowcount
    message = f"Removed from this case: {reason}"
    for (number,) in db.execute("SELECT number FROM temp.gone").fetchall():
        rewrite_record(store, number, message, [None] * len(SHARED), "{}")
    remove_unused_forms(store)
    db.execute(
        "UPDATE exhibits SET kind = (SELECT kind FROM records WHERE number = exhibits.record)"
        " WHERE record IN (SELECT number FROM temp.gone)"
    )
    return count
