"""The files of a case with redacted content, which are withheld."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from echoforensics.case.added_records.addition import ANNOTATION, MACHINE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from echoforensics.case.redactions.redaction import Redaction
    from echoforensics.case.store import Store

#: Reasons for withholding a file, by its content.
WHY_WITHHELD = {
    "sound": "it holds the sound that was removed",
    "same sound": "it is the same sound as a redacted recording, in other bytes",
    "text": "it holds a text that was withheld or redacted",
    "archive": "it holds a file that is withheld",
}
#: By SHA-256 of a file, the reason and the exhibits of the redactions.
_Found = dict[str, tuple[str, set[str]]]


@dataclass(frozen=True, slots=True)
class WithheldFile:
    """A file with redacted content, which is withheld.

    Attributes:
        sha256, size: SHA-256 and size of the file.
        path: its first path: ``ITEM: PATH``.
        places: number of its paths.
        why: its redacted content: ``sound``, ``same sound`` or ``text``.
        redactions: exhibits of the redactions' records.
    """

    sha256: str
    size: int
    path: str
    places: int
    why: str
    redactions: tuple[str, ...]


def withheld_files(
    store: Store, redactions: Mapping[str, Redaction], changed: Mapping[int, set[str]]
) -> tuple[WithheldFile, ...]:
    """Return the files with redacted content, by path. Their excerpts in issues are emptied.

    Args:
        store: the store of the copy of a case.
        redactions: redactions by SHA-256 of the recording.
        changed: numbers of records that lost text, each with the exhibits of the redactions.
    """
    db = store.db
    found: _Found = {
        one.original: ("sound" if one.copy else "same sound", {one.exhibit}) for one in redactions.values()
    }
    for number, exhibits in changed.items():
        for (sha256,) in db.execute(
            "SELECT DISTINCT e.sha256 FROM places p JOIN entries e ON e.id IN (p.entry_id, p.read_from)"
            " JOIN records r ON r.number = p.record JOIN kinds k ON k.id = r.kind"
            " WHERE p.record = ? AND NOT k.parser GLOB ? AND NOT k.parser GLOB ?",
            (number, f"{MACHINE}*", f"{ANNOTATION}*"),
        ).fetchall():
            if sha256:
                found.setdefault(sha256, ("text", set()))[1].update(exhibits)
    _add_containers(store, found)
    db.executemany(
        "UPDATE issues SET excerpt = x'' WHERE (evidence_id, path) IN"
        " (SELECT evidence_id, path FROM entries WHERE sha256 = ?)",
        [(sha256,) for sha256 in found],
    )
    return tuple(sorted((_file(store, sha256, *each) for sha256, each in found.items()), key=lambda one: one.path))


def _add_containers(store: Store, found: _Found) -> None:
    """Add archives in the evidence that contain one of the files."""
    addresses: dict[tuple[int, str], str] = {
        (item, address): sha256
        for item, address, sha256 in store.db.execute("SELECT evidence_id, address, sha256 FROM entries")
        if sha256
    }
    for (item, address), sha256 in addresses.items():
        parts = json.loads(address) if sha256 in found else []
        for length in range(1, len(parts)):
            outer = addresses.get((item, json.dumps(parts[:length])))
            if outer and outer not in found:
                found[outer] = "archive", set(found[sha256][1])


def _file(store: Store, sha256: str, why: str, exhibits: set[str]) -> WithheldFile:
    size, path, places = store.db.execute(
        "SELECT max(e.size), min(v.name || ': ' || e.path), count(*) FROM entries e"
        " JOIN evidence v ON v.id = e.evidence_id WHERE e.sha256 = ?",
        (sha256,),
    ).fetchone()
    return WithheldFile(sha256, size, path, places, why, tuple(sorted(exhibits)))
