"""The recordings of a case, copied into the bundle, and what is known of each."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from echoforensics.case.case import Case

_ENDINGS = {
    "WAV": "wav", "Ogg": "ogg", "MP3": "mp3", "FLAC": "flac", "AAC (ADTS)": "aac", "M4A": "m4a", "AMR": "amr",
}  # fmt: skip
#: Browsers have no decoder for these.
_SILENT = ("AMR",)


@dataclass(frozen=True, slots=True)
class Recording:
    """A distinct recording.

    Attributes:
        sha256: of its file.
        name: of its file in the bundle, inside ``media/``.
        playable: whether browsers play it.
        exhibits: the numbers of its own rows.
        rows: of its own rows, the first.
        fields: what its container says.
        references: every path at which the same bytes lie.
        texts: what the account recorded for the same utterance: (exhibit, text).
        basis: by what it is tied to its utterance; empty where it is not.
    """

    sha256: str
    name: str
    playable: bool
    exhibits: list[str]
    row: dict[str, Any]
    fields: dict[str, Any]
    references: list[str]
    texts: list[tuple[str, str]]
    basis: str


def recordings(case: Case) -> Iterator[Recording]:
    """Every distinct recording, by time, those without a time last."""
    db = case.store.db
    found = db.execute(
        "SELECT sha256, record_id, min(timestamp) FROM rows WHERE data_type LIKE 'recording:%'"
        " GROUP BY sha256, record_id ORDER BY min(timestamp) IS NULL, min(timestamp), min(exhibit)"
    ).fetchall()
    for sha256, record, _ in found:
        yield _recording(case, sha256, record)


def _recording(case: Case, sha256: str, record: str) -> Recording:
    db = case.store.db
    cursor = db.execute("SELECT * FROM rows WHERE record_id = ? ORDER BY exhibit", (record,))
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, values, strict=True)) for values in cursor]
    fields = json.loads(db.execute("SELECT fields FROM records WHERE id = ?", (record,)).fetchone()[0])
    references = db.execute(
        "SELECT v.name || ': ' || e.path FROM entries e JOIN evidence v ON v.id = e.evidence_id"
        " WHERE e.artefact AND e.sha256 = ? ORDER BY v.id, e.path",
        (sha256,),
    ).fetchall()
    texts = db.execute(
        "SELECT min(exhibit), transcript FROM rows WHERE recording = ? AND transcript IS NOT NULL AND transcript <> ''"
        " GROUP BY record_id ORDER BY 1",
        (sha256,),
    ).fetchall()
    basis = db.execute("SELECT basis FROM joins WHERE record_id = ? AND what = 'utterance_id'", (record,)).fetchone()
    container = str(fields.get("container", ""))
    return Recording(
        sha256=sha256,
        name=f"{sha256}.{_ENDINGS.get(container, 'bin')}",
        playable=container not in _SILENT and container in _ENDINGS,
        exhibits=[row["exhibit"] for row in rows],
        row=rows[0],
        fields=fields,
        references=[reference for (reference,) in references],
        texts=[(exhibit, text) for exhibit, text in texts],
        basis=basis[0] if basis else "",
    )


def copy_media(case: Case, found: list[Recording], folder: Path) -> None:
    """Copy recordings out of the vault. Raises OSError where one is missing."""
    folder.mkdir()
    for recording in found:
        shutil.copyfile(case.vault.path(recording.sha256), folder / recording.name)
