"""Joining: which records speak of the same utterance, and which recording belongs to them.

Every join is kept with its basis, one sentence, so that a reader can check it. Where the evidence allows
two answers, nothing is joined.
"""

from __future__ import annotations

import json
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from parsers.utterance import UtteranceId

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.store import Store

#: Keys by which the request for an API answer is found.
_REQUEST_KEYS = ("saved-as:", "content-sha1:")


def correlate(store: Store) -> None:
    """Make the joins of a case anew. Runs inside the caller's transaction.

    Leaves a temporary table ``spoken``: every record's stream and segment, its own or joined.
    """
    store.db.execute("DELETE FROM joins")
    _join_utterances(store)
    _list_utterances(store)
    _join_recordings(store)
    _join_requests(store)


def _join_utterances(store: Store) -> None:
    """Give records that name no utterance the one of a record with which they share a key.

    Recordings of the same bytes are taken together: what one of them shares, the others share.
    """
    found = store.db.execute(
        """
        SELECT r.id, o.utterance_id, k.key, e2.path, o.locator
        FROM records r JOIN entries e ON e.id = r.entry_id
        JOIN record_keys k ON k.record_id IN (
            SELECT r.id UNION ALL
            SELECT t.id FROM entries s JOIN records t ON t.entry_id = s.id
            WHERE r.data_type LIKE 'recording:%' AND s.artefact AND s.sha256 = e.sha256
              AND t.data_type LIKE 'recording:%')
        JOIN record_keys k2 ON k2.key = k.key
        JOIN records o ON o.id = k2.record_id AND o.utterance_id IS NOT NULL
        JOIN entries e2 ON e2.id = o.entry_id
        WHERE r.utterance_id IS NULL AND k.key NOT LIKE 'content-sha1:%'
          AND (k.key NOT LIKE 'saved-as:%' OR r.data_type LIKE 'recording:%')
        ORDER BY r.id, e2.path, o.locator, k.key
        """
    )
    for record, group in groupby(found.fetchall(), key=itemgetter(0)):
        candidates = list(group)
        parsed = [UtteranceId.parse(candidate[1]) for candidate in candidates]
        if len({utterance.uuid if utterance else None for utterance in parsed}) != 1 or parsed[0] is None:
            continue
        texts = {candidate[1] for candidate in candidates}
        text = texts.pop() if len(texts) == 1 else _without_segment(parsed[0])
        _, _, key, path, locator = candidates[0]
        basis = f"shares the {_named(key)} with {_place(path, locator)}"
        store.db.execute("INSERT INTO joins VALUES (?, 'utterance_id', ?, ?)", (record, text, basis))


def _list_utterances(store: Store) -> None:
    """Make the temporary table."""
    store.db.execute("DROP TABLE IF EXISTS temp.spoken")
    store.db.execute(
        "CREATE TEMP TABLE spoken (record_id TEXT, uuid TEXT, segment INTEGER, data_type TEXT, sha256 TEXT)"
    )
    rows = store.db.execute(
        """
        SELECT r.id, coalesce(r.utterance_id, j.value), r.data_type, e.sha256
        FROM records r JOIN entries e ON e.id = r.entry_id
        LEFT JOIN joins j ON j.record_id = r.id AND j.what = 'utterance_id'
        WHERE coalesce(r.utterance_id, j.value) IS NOT NULL
        """
    )
    store.db.executemany("INSERT INTO temp.spoken VALUES (?, ?, ?, ?, ?)", _streams(rows))
    store.db.execute("CREATE INDEX temp.spoken_by_uuid ON spoken (uuid)")


def _streams(rows: Iterator[tuple[str, str, str, str]]) -> Iterator[tuple[str, str, int | None, str, str]]:
    for record, text, data_type, sha256 in rows:
        if utterance := UtteranceId.parse(text):
            yield record, utterance.uuid, utterance.segment, data_type, sha256


def _join_recordings(store: Store) -> None:
    """Give each record the recording of its utterance: of its segment, else of the whole stream."""
    pairs = store.db.execute(
        """
        SELECT s.record_id, s.segment, a.segment, a.sha256
        FROM temp.spoken s JOIN temp.spoken a ON a.uuid = s.uuid
        WHERE s.data_type NOT LIKE 'recording:%' AND a.data_type LIKE 'recording:%'
        ORDER BY s.record_id
        """
    ).fetchall()
    for record, group in groupby(pairs, key=itemgetter(0)):
        candidates = list(group)
        segment = candidates[0][1]
        same = {sha256 for _, _, other, sha256 in candidates if other == segment}
        whole = {sha256 for _, _, other, sha256 in candidates if other is None}
        for chosen, what in ((same, "the same utterance id"), (whole, "the id of the same stream")):
            if len(chosen) == 1:
                basis = f"the recording carries {what}"
                store.db.execute("INSERT INTO joins VALUES (?, 'recording', ?, ?)", (record, chosen.pop(), basis))
                break


def _join_requests(store: Store) -> None:
    """Give answers that hold no time the time at which the client asked for them, where a list keeps it."""
    # The requests first: an answer's records share one key, and must not be paired with each other.
    store.db.execute("DROP TABLE IF EXISTS temp.requests")
    store.db.execute(
        """
        CREATE TEMP TABLE requests AS
        SELECT k.key, m.description, m.recorded, m.clock, m.timestamp, m.note, e.path, o.locator
        FROM records o JOIN entries e ON e.id = o.entry_id
        JOIN record_keys k ON k.record_id = o.id AND (k.key LIKE 'saved-as:%' OR k.key LIKE 'content-sha1:%')
        JOIN timestamps m ON m.record_id = o.id AND m.clock <> 'examiner'
        WHERE o.data_type = 'alexa:app:acquired_file'
        """
    )
    store.db.execute("CREATE INDEX temp.requests_by_key ON requests (key)")
    found = store.db.execute(
        """
        SELECT k.record_id, q.* FROM temp.requests q JOIN record_keys k ON k.key = q.key
        JOIN records r ON r.id = k.record_id AND r.data_type <> 'alexa:app:acquired_file'
        WHERE NOT EXISTS (SELECT 1 FROM timestamps own WHERE own.record_id = k.record_id)
        ORDER BY k.record_id, q.path, q.locator, q.key
        """
    ).fetchall()
    store.db.execute("DROP TABLE temp.requests")
    for record, group in groupby(found, key=itemgetter(0)):
        candidates = list(group)
        for kind in _REQUEST_KEYS:
            chosen = [c for c in candidates if c[1].startswith(kind)]
            if len({c[3] for c in chosen}) == 1:
                _, key, description, recorded, clock, timestamp, note, path, locator = chosen[0]
                stamp = {
                    "description": description, "recorded": recorded, "clock": clock,
                    "timestamp": timestamp, "note": note,
                }  # fmt: skip
                basis = f"the answer shares the {_named(key)} with {_place(path, locator)}"
                store.db.execute(
                    "INSERT INTO joins VALUES (?, 'timestamp', ?, ?)",
                    (record, json.dumps(stamp, ensure_ascii=False, sort_keys=True), basis),
                )
                break


def _without_segment(utterance: UtteranceId) -> str:
    return utterance.text if utterance.segment is None else utterance.text.rpartition("/")[0]


def _named(key: str) -> str:
    """A key in words. Folders are left out, so that the words do not depend on where a source was mounted."""
    kind, _, value = key.partition(":")
    value = value.rpartition("@")[0] or value
    if kind == "numbered-audio":
        return f"number {value.rpartition('#')[2]}"
    return f"{kind.replace('-', ' ')} {value}"


def _place(path: str, locator: str) -> str:
    name = path.rpartition("/")[2]
    return f"{locator} of {name}" if locator else name
