"""Rows: one for each time a record holds, numbered as exhibits.

Numbers follow the order in which evidence was taken in, then path, then place within the file. They depend
on nothing else, so the same evidence gives the same numbers again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from echoforensics.timeline.timestamps import no_time, record_name, timestamps, to_timestamp
from parsers.times import iso
from parsers.utterance import UtteranceId

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.store import Store

PREFIX = "EF-"

_INSERT = """
INSERT INTO rows (exhibit, record_id, record, timestamp, datetime, timestamp_desc, message, data_type,
    recorded_time, clock, device_serial, device_type, account, person, utterance_id, transcript, recording,
    evidence, path, locator, sha256, parser, parser_version, corroborated_by)
VALUES (:exhibit, :record_id, :record, :timestamp, :datetime, :timestamp_desc, :message, :data_type,
    :recorded_time, :clock, :device_serial, :device_type, :account, :person, :utterance_id, :transcript, :recording,
    :evidence, :path, :locator, :sha256, :parser, :parser_version, '[]')
"""

_RECORDS = """
SELECT r.id AS record_id, r.ordinal, o.number AS occurrence, r.data_type, r.message, r.locator,
    r.locator AS own_locator, r.device_serial, r.device_type, r.account, r.person, r.transcript, r.fields,
    coalesce(r.utterance_id, ju.value) AS utterance_id, ju.basis AS basis,
    CASE WHEN r.data_type LIKE 'recording:%' THEN e.sha256 ELSE jr.value END AS recording,
    jm.value AS joined_timestamp, v.name AS evidence, e.path, e.sha256, r.parser, r.parser_version
FROM records r
JOIN entries e ON e.id = r.entry_id JOIN evidence v ON v.id = e.evidence_id
JOIN temp.occurrences o ON o.entry_id = e.id
LEFT JOIN joins ju ON ju.record_id = r.id AND ju.what = 'utterance_id'
LEFT JOIN joins jr ON jr.record_id = r.id AND jr.what = 'recording'
LEFT JOIN joins jm ON jm.record_id = r.id AND jm.what = 'timestamp'
ORDER BY v.id, e.path, e.address, r.ordinal, r.id
"""


def number_rows(store: Store) -> None:
    """Make the rows of a case anew. Runs inside the caller's transaction, after the joins are made."""
    store.db.execute("DELETE FROM rows")
    store.db.execute("DELETE FROM search")
    _count_occurrences(store)
    number = 0
    recordings: set[str] = set()
    cursor = store.db.execute(_RECORDS)
    names = [column[0] for column in cursor.description]
    for values in cursor:
        record = dict(zip(names, values, strict=True))
        record["record"] = record_name(
            record["sha256"], record["parser"], record["own_locator"], record["ordinal"], record["occurrence"]
        )
        if record["data_type"].startswith("recording:"):
            if record["sha256"] in recordings:
                continue  # the same bytes again: another reference, not another recording
            recordings.add(record["sha256"])
            _describe_recording(store, record)
        for time in _timestamps(store, record):
            number += 1
            row = {**record, **time, "exhibit": f"{PREFIX}{number:07}"}
            store.db.execute(_INSERT, row)
            store.db.execute(
                "INSERT INTO search (exhibit, message, transcript, fields) VALUES (?, ?, ?, ?)",
                (row["exhibit"], row["message"], row["transcript"], row["fields"]),
            )
    _corroborate(store)


def _count_occurrences(store: Store) -> None:
    """A temporary table that numbers entries of the same content, in the order of evidence and path."""
    store.db.execute("DROP TABLE IF EXISTS temp.occurrences")
    store.db.execute(
        "CREATE TEMP TABLE occurrences AS SELECT id AS entry_id, row_number() OVER"
        " (PARTITION BY sha256 ORDER BY evidence_id, path, address) AS number FROM entries"
        " WHERE id IN (SELECT entry_id FROM records)"
    )
    store.db.execute("CREATE UNIQUE INDEX temp.occurrences_by_entry ON occurrences (entry_id)")


def _timestamps(store: Store, record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The times of a record: its own, else one joined to it, else one row without a time."""
    own = [
        to_timestamp(description, recorded, clock, timestamp, locator or record["locator"])
        for description, recorded, clock, timestamp, locator in store.db.execute(
            "SELECT description, recorded, clock, timestamp, locator FROM timestamps"
            " WHERE record_id = ? ORDER BY ordinal",
            (record["record_id"],),
        )
    ]
    found = timestamps(record, own)
    if not found and record["joined_timestamp"]:
        joined = json.loads(record["joined_timestamp"])
        said = (joined["description"], joined["recorded"], joined["clock"], joined["timestamp"])
        found.append(to_timestamp(*said, record["locator"]))
    yield from found or [no_time(record)]


def _describe_recording(store: Store, record: dict[str, Any]) -> None:
    """Say in a recording's message where else its bytes lie, and by what it is tied to an utterance."""
    places = store.db.execute(
        "SELECT count(*) FROM entries WHERE artefact AND sha256 = ?", (record["sha256"],)
    ).fetchone()[0]
    if places > 1:
        record["message"] += f" The same bytes lie at {places} places in the evidence."
    if record["basis"] and (utterance := UtteranceId.parse(record["utterance_id"])):
        when = (iso(utterance.timestamp) or "")[:19].replace("T", " ")
        record["message"] += f" It is tied to the utterance of {when} UTC: it {record['basis']}."
        record["device_serial"] = record["device_serial"] or utterance.serial
        record["device_type"] = record["device_type"] or utterance.source


def _corroborate(store: Store) -> None:
    """Name, for each row of an utterance, the exhibits of the other side: the device's log or the account.

    Only the device's own records and the account's are independent of each other; a card and an activity
    come from one service, and say the same thing twice. Lists made by whoever collected the evidence attest
    nothing of their own.
    """
    store.db.execute(
        """
        CREATE TEMP TABLE sides AS
        SELECT min(w.exhibit) AS exhibit, w.record_id AS record, s.uuid AS key,
            CASE WHEN w.data_type LIKE 'echo:%' THEN 'device' ELSE 'account' END AS side
        FROM rows w JOIN temp.spoken s ON s.record_id = w.record_id
        WHERE (w.data_type LIKE 'echo:%' OR w.data_type LIKE 'alexa:%')
            AND w.data_type NOT IN ('alexa:cloud:listed_url', 'alexa:app:acquired_file')
        GROUP BY w.record_id, s.uuid
        """
    )
    store.db.execute("CREATE INDEX temp.sides_by_record ON sides (record)")
    store.db.execute("CREATE INDEX temp.sides_by_key ON sides (key, side)")
    store.db.execute(
        """
        UPDATE rows SET corroborated_by = (
            SELECT json_group_array(exhibit) FROM (
                SELECT DISTINCT o.exhibit FROM temp.sides s
                JOIN temp.sides o ON o.key = s.key AND o.side <> s.side
                WHERE s.record = rows.record_id ORDER BY o.exhibit))
        WHERE record_id IN (SELECT record FROM temp.sides)
        """
    )
    store.db.execute("DROP TABLE temp.sides")
