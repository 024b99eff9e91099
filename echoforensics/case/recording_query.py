"""The recordings of a case."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from echoforensics.case.added_records.addition import HUMAN_TRANSCRIPT
from echoforensics.case.row_query import rows_of_place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from echoforensics.case.exhibits.row import Row
    from echoforensics.case.store import Store


@dataclass(frozen=True, slots=True)
class FoundRecording:
    """A distinct recording: identical bytes at several places count as one.

    Attributes:
        sha256: SHA-256 of its file, for :meth:`echoforensics.case.case.Case.read`.
        rows: its own rows, one per time.
        fields: the metadata of its container.
        references: every path of the same bytes, as ``ITEM: PATH``.
        texts: the account's texts for the same utterance: (exhibit, text).
        basis: the basis of the join to its utterance; empty if there is none.
        human: the last transcripts by people in review rooms: (exhibit, text, author).
    """

    sha256: str
    rows: tuple[Row, ...]
    fields: Mapping[str, Any]
    references: tuple[str, ...]
    texts: tuple[tuple[str, str], ...]
    basis: str
    human: tuple[tuple[str, str, str], ...] = ()

    @property
    def heard(self) -> str:
        """SHA-256 of the audio to play: the recording, or its redacted copy; empty if it is withheld.

        Copies exist only in a case that is handed over: :mod:`echoforensics.case.redactions.redacted_case`.
        """
        if self.is_withheld:
            return ""
        return str(self.fields["redacted_copy"]["sha256"]) if self.is_redacted else self.sha256

    @property
    def is_redacted(self) -> bool:
        """Whether a redacted copy replaces it."""
        return "redacted_copy" in self.fields

    @property
    def is_withheld(self) -> bool:
        """Whether it is withheld because it is the same sound as a redacted recording."""
        return "withheld" in self.fields


def recordings(store: Store) -> Iterator[FoundRecording]:
    """Yield every distinct recording, by time, those without a time last."""
    db = store.db
    references: dict[str, list[str]] = defaultdict(list)
    for sha256, path in db.execute(
        "SELECT e.sha256, v.name || ': ' || e.path FROM entries e JOIN evidence v ON v.id = e.evidence_id"
        " WHERE e.artefact AND e.sha256 IN (SELECT sha256 FROM row_details WHERE data_type LIKE 'recording:%')"
        " ORDER BY v.id, e.path"
    ):
        references[sha256].append(path)
    texts: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for sha256, exhibit, words in db.execute(
        "SELECT recording, exhibit, transcript FROM (SELECT recording, exhibit, min(number) AS first, transcript"
        " FROM row_details WHERE recording IS NOT NULL AND transcript <> '' GROUP BY recording, record_number)"
        " ORDER BY recording, first"
    ):
        texts[sha256].append((exhibit, words))
    human = _written_down(store)
    found = db.execute(
        """
        SELECT w.sha256, w.place_id, coalesce(j.basis, ''), w.fields
        FROM row_details w LEFT JOIN joins j ON j.place_id = w.place_id AND j.what = 'utterance_id'
        WHERE w.data_type LIKE 'recording:%'
        GROUP BY w.sha256, w.place_id ORDER BY min(w.timestamp) IS NULL, min(w.timestamp), min(w.number)
        """
    ).fetchall()
    for sha256, place, basis, fields in found:
        yield FoundRecording(
            sha256,
            tuple(rows_of_place(store, place)),
            json.loads(fields),
            tuple(references[sha256]),
            tuple(texts[sha256]),
            basis,
            tuple(human[sha256].values()),
        )


def _written_down(store: Store) -> dict[str, dict[tuple[str, int], tuple[str, str, str]]]:
    """People's transcripts by recording: the last one for each room and turn."""
    found: dict[str, dict[tuple[str, int], tuple[str, str, str]]] = defaultdict(dict)
    for sha256, exhibit, content in store.db.execute(
        "SELECT recording, exhibit, fields FROM row_details WHERE data_type = ? AND recording IS NOT NULL"
        " ORDER BY number",
        (HUMAN_TRANSCRIPT,),
    ):
        fields = json.loads(content)
        if text := fields.get("text"):
            place = str(fields.get("room")), int(fields.get("turn") or 0)
            found[sha256][place] = (exhibit, str(text), str(fields.get("author") or ""))
    return found
