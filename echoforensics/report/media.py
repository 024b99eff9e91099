"""The recordings of a case, copied into the bundle, and what is known of each."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from echoforensics.errors import CaseError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from echoforensics.case.case import Case

_ENDINGS = {
    "WAV": "wav", "Ogg": "ogg", "MP3": "mp3", "FLAC": "flac", "AAC (ADTS)": "aac", "M4A": "m4a", "AMR": "amr",
}  # fmt: skip
#: Codings for which neither Chromium 156 nor Firefox 153 has a decoder, as :mod:`parsers.audio` names them.
_SILENT = (
    "AMR-NB", "AMR-WB", "Apple Lossless", "Microsoft ADPCM", "IMA ADPCM", "GSM 6.10", "Speex", "AC-3", "E-AC-3",
)  # fmt: skip
_SILENT_ENDINGS = (" Layer I", " Layer II")
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Recording:
    """A distinct recording.

    Attributes:
        sha256: of its file.
        name: of its file in the bundle, inside ``media/``.
        playable: whether a browser can be expected to play it.
        rows: its own rows, one a time.
        fields: what its container says.
        references: every path at which the same bytes lie.
        texts: what the account recorded for the same utterance: (exhibit, text).
        basis: by what it is tied to its utterance; empty where it is not.
    """

    sha256: str
    name: str
    playable: bool
    rows: list[dict[str, Any]]
    fields: dict[str, Any]
    references: list[str]
    texts: list[tuple[str, str]]
    basis: str


def recordings(case: Case) -> Iterator[Recording]:
    """Every distinct recording, by time, those without a time last."""
    db = case.store.db
    references = _lists(
        case,
        "SELECT e.sha256, v.name || ': ' || e.path FROM entries e JOIN evidence v ON v.id = e.evidence_id"
        " WHERE e.artefact AND e.sha256 IN (SELECT sha256 FROM rows WHERE data_type LIKE 'recording:%')"
        " ORDER BY v.id, e.path",
    )
    texts = _lists(
        case,
        "SELECT recording, exhibit, transcript FROM (SELECT recording, min(exhibit) AS exhibit, transcript FROM rows"
        " WHERE recording IS NOT NULL AND transcript <> '' GROUP BY record_id) ORDER BY recording, exhibit",
    )
    bases = dict(db.execute("SELECT record_id, basis FROM joins WHERE what = 'utterance_id'"))
    found = db.execute(
        "SELECT sha256, record_id, min(timestamp) FROM rows WHERE data_type LIKE 'recording:%'"
        " GROUP BY sha256, record_id ORDER BY min(timestamp) IS NULL, min(timestamp), min(exhibit)"
    ).fetchall()
    for sha256, record, _ in found:
        cursor = db.execute("SELECT * FROM rows WHERE record_id = ? ORDER BY exhibit", (record,))
        names = [column[0] for column in cursor.description]
        fields = db.execute("SELECT fields FROM records WHERE id = ?", (record,)).fetchone()[0]
        yield _recording(
            sha256,
            [dict(zip(names, values, strict=True)) for values in cursor],
            json.loads(fields),
            [path for (path,) in references[sha256]],
            [(exhibit, words) for exhibit, words in texts[sha256]],
            bases.get(record, ""),
        )


def _lists(case: Case, query: str) -> dict[str, list[tuple[str, ...]]]:
    """What a query gives, gathered by its first column."""
    found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for key, *values in case.store.db.execute(query):
        found[key].append(tuple(values))
    return found


def _recording(
    sha256: str,
    rows: list[dict[str, Any]],
    fields: dict[str, Any],
    references: list[str],
    texts: list[tuple[str, str]],
    basis: str,
) -> Recording:
    ending = _ENDINGS.get(str(fields.get("container")), "bin")
    codec = str(fields.get("codec"))
    playable = ending != "bin" and codec not in _SILENT and not codec.endswith(_SILENT_ENDINGS)
    return Recording(sha256, f"{sha256}.{ending}", playable, rows, fields, references, texts, basis)


def copy_media(case: Case, found: list[Recording], folder: Path) -> None:
    """Copy recordings out of the vault.

    Raises:
        CaseError: one is not what was extracted.
        OSError: one is missing, or cannot be written.
    """
    folder.mkdir()
    for recording in found:
        whole = hashlib.sha256()
        with case.vault.open(recording.sha256) as source, (folder / recording.name).open("wb") as target:
            while piece := source.read(_BLOCK):
                whole.update(piece)
                target.write(piece)
        if whole.hexdigest() != recording.sha256:
            raise CaseError(
                f"{case.vault.path(recording.sha256)}: has changed since it was extracted; run `echoforensics verify`"
            )
