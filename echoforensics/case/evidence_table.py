"""The table ``evidence``: the evidence items, and how to open them again."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from echoforensics.case.text import storable
from echoforensics.evidence.folder_listing import FIRST

if TYPE_CHECKING:
    from echoforensics.case.store import Store


class EvidenceState(StrEnum):
    """How far the extraction of an evidence item has come."""

    BEING_READ = "being read"
    TAKEN_IN = "taken in"
    EXTRACTED = "extracted"
    HASHED_AGAIN = "hashed again"


@dataclass(frozen=True, slots=True)
class Opening:
    """How a source was opened, and can be opened again.

    Attributes:
        offsets: byte offsets of volumes, given by hand.
        volumes: of an image: its volumes by prefix, as :meth:`echoforensics.evidence.volumes.disk.Disk.layout`
            gives them.
        location: its path as hexadecimal bytes, only if the path is not UTF-8, which the table cannot store.
        form: of an archive: its format, as returned by :func:`echoforensics.evidence.walk.form_of`.
    """

    offsets: tuple[int, ...] = ()
    volumes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    form: str = ""
    location: str = ""

    def as_json(self) -> str:
        """The opening in the table's format."""
        kept: dict[str, Any] = {"offsets": list(self.offsets)}
        kept |= {"volumes": self.volumes} if self.volumes else {}
        kept |= {"form": self.form} if self.form else {}
        kept |= {"location": self.location} if self.location else {}
        return json.dumps(kept)

    @classmethod
    def of_json(cls, text: str) -> Opening:
        """Read an opening from the table."""
        kept = json.loads(text)
        return cls(tuple(kept["offsets"]), kept.get("volumes", {}), kept.get("form", ""), kept.get("location", ""))


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """An evidence item: one source.

    Attributes:
        id: its number.
        name: its name in the case; unique there.
        location: its absolute path when it was taken in.
        kind: see :class:`echoforensics.evidence.source.EvidenceSource`.
        size: bytes; 0 until the item was read.
        sha256: of the whole; None during the first reading.
        hashes: all hashes, as in the ledger.
        described: its volumes and file systems, one line each.
        opening: how to open it again.
        state: how far its extraction has come.
    """

    id: int
    name: str
    location: Path
    kind: str
    size: int
    sha256: str | None
    hashes: Mapping[str, Any]
    described: tuple[str, ...]
    opening: Opening
    state: EvidenceState

    @property
    def listing(self) -> str:
        """For a folder: the format of the listing that was hashed."""
        return str(self.hashes.get("listing", FIRST))


def evidence_items(store: Store) -> list[EvidenceItem]:
    """Every evidence item, in the order in which it was taken in."""
    cursor = store.db.execute(
        "SELECT id, name, location, kind, size, sha256, hashes, described, opening, state FROM evidence ORDER BY id"
    )
    return [
        EvidenceItem(
            number, name, _path_of(location, Opening.of_json(opening)), kind,
            size, sha256, json.loads(hashes), tuple(json.loads(described)),
            Opening.of_json(opening), EvidenceState(state),
        )
        for number, name, location, kind, size, sha256, hashes, described, opening, state in cursor
    ]  # fmt: skip


def add_evidence(store: Store, name: str, location: Path, kind: str, described: list[str], opening: Opening) -> int:
    """Add an evidence item before its first reading; returns its number."""
    if location_bytes := bytes_of_path(location):
        opening = replace(opening, location=location_bytes)
    cursor = store.db.execute(
        "INSERT INTO evidence (name, location, kind, size, hashes, described, opening, state)"
        " VALUES (?, ?, ?, 0, '{}', ?, ?, ?)",
        (name, storable(str(location)), kind, json.dumps(described), opening.as_json(), EvidenceState.BEING_READ),
    )
    return int(cursor.lastrowid or 0)


def bytes_of_path(path: Path) -> str:
    """The bytes of a path in hexadecimal; empty if the path is valid text."""
    return "" if storable(str(path)) == str(path) else os.fsencode(path).hex()


def _path_of(location: str, opening: Opening) -> Path:
    return Path(os.fsdecode(bytes.fromhex(opening.location))) if opening.location else Path(location)


def set_hashes(store: Store, number: int, size: int, sha256: str, hashes: Mapping[str, object]) -> None:
    """Store the hashes of an evidence item, which is then taken in."""
    store.db.execute(
        "UPDATE evidence SET size = ?, sha256 = ?, hashes = ?, state = ? WHERE id = ?",
        (size, sha256, json.dumps(hashes, sort_keys=True), EvidenceState.TAKEN_IN, number),
    )


def set_opening(store: Store, number: int, opening: Opening) -> None:
    """Update how an evidence item is opened, with what its reading revealed."""
    store.db.execute("UPDATE evidence SET opening = ? WHERE id = ?", (opening.as_json(), number))


def set_state(store: Store, number: int, state: EvidenceState) -> None:
    """Store how far the extraction of an evidence item has come."""
    store.db.execute("UPDATE evidence SET state = ? WHERE id = ?", (state, number))


def forget_evidence(store: Store, number: int) -> list[str]:
    """Delete an evidence item that was not taken in, with its entries and issues.

    Returns:
        SHA-256 of each artefact that no longer has an entry.
    """
    db = store.db
    with store.transaction():
        db.execute("DELETE FROM entries WHERE evidence_id = ?", (number,))
        db.execute("DELETE FROM issues WHERE evidence_id = ?", (number,))
        db.execute("DELETE FROM evidence WHERE id = ? AND sha256 IS NULL", (number,))
        found = db.execute(
            "SELECT sha256 FROM artefacts WHERE sha256 NOT IN (SELECT sha256 FROM entries WHERE artefact)"
        ).fetchall()
        db.executemany("DELETE FROM artefacts WHERE sha256 = ?", found)
    return [sha256 for (sha256,) in found]
