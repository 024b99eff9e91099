"""The tables ``entries`` and ``artefacts``: every file, link or other entry of the evidence, and the kept content."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from json.encoder import encode_basestring_ascii
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from echoforensics.case.store import Store


#: Prefix in ``read_by``, followed by the container's format: the container was opened, and its contents are entries
#: of their own.
OPENED = "container:"
_TIMES = json.JSONEncoder(ensure_ascii=False)


@dataclass(slots=True)
class NewEntry:
    """A new entry. It is not changed after creation; creating a frozen one takes four times as long.

    Attributes:
        evidence_id: number of the evidence item it is in.
        path: its path, as text that can be stored.
        addresses: one address a container, outermost first.
        kind, state: see :class:`echoforensics.evidence.entry.Entry`.
        note: the reason for the state, the target of a link, or why there is no content.
        times: the container's own times for it, as recorded.
        size: bytes read.
        sha256: of the bytes read; None if none were read.
        artefact: whether its content is in ``artefacts/``.
        mode: POSIX permission bits; None if unknown.
        read_by: names of the parsers that claim it; ``container:zip`` if it was opened as a zip.
        remark: suffix for the messages of its records.
        parsed: whether the parsers have nothing left to read.
    """

    evidence_id: int
    path: str
    addresses: tuple[str, ...]
    kind: str
    state: str
    note: str
    times: Mapping[str, str]
    size: int
    sha256: str | None
    artefact: bool
    mode: int | None
    read_by: tuple[str, ...]
    remark: str
    parsed: bool


class EntryToParse(NamedTuple):
    """An entry that its parsers have yet to read."""

    id: int
    path: str
    size: int
    sha256: str
    mode: int | None
    read_by: tuple[str, ...]
    remark: str


class EntrySummary(NamedTuple):
    """An entry: path, state, bytes read, its readers, and the SHA-256 of the bytes read, if any."""

    path: str
    state: str
    size: int
    read_by: tuple[str, ...]
    sha256: str | None


class KeptFile(NamedTuple):
    """An entry whose content was extracted."""

    entry: int
    sha256: str
    size: int


class UnclaimedFile(NamedTuple):
    """A file that was read but that no parser claims."""

    evidence_id: int
    path: str
    size: int


class FoundFile(NamedTuple):
    """A file of the evidence: its path, its SHA-256 (None if it was not read), and its addresses."""

    path: str
    sha256: str | None
    addresses: tuple[str, ...]


class UnreadFiles(NamedTuple):
    """How many files gave nothing to read: deleted ones, encrypted ones, and others."""

    deleted: int
    encrypted: int
    other: int


def address_text(addresses: tuple[str, ...]) -> str:
    """Addresses in the table's format, a JSON list."""
    # What `json.dumps` writes, in a fraction of its time.
    return f"[{', '.join(map(encode_basestring_ascii, addresses))}]"


def add_entry(store: Store, entry: NewEntry) -> int:
    """Add an entry, with its artefact if it has one; returns its number."""
    db = store.db
    if entry.artefact:
        db.execute("INSERT OR IGNORE INTO artefacts VALUES (?, ?)", (entry.sha256, entry.size))
    cursor = db.execute(
        "INSERT INTO entries (evidence_id, path, address, kind, state, note, times, size, sha256, artefact, mode,"
        " read_by, remark, parsed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            entry.evidence_id, entry.path, address_text(entry.addresses), entry.kind, entry.state, entry.note,
            _TIMES.encode(dict(entry.times)), entry.size, entry.sha256, entry.artefact, entry.mode,
            json.dumps(entry.read_by), entry.remark, entry.parsed,
        ),
    )  # fmt: skip
    return int(cursor.lastrowid or 0)


def entries_to_parse(store: Store, evidence: int, most: int, after: int = 0) -> list[EntryToParse]:
    """Return the next entries, after a given number, that their parsers have yet to read; at most ``most``."""
    found = store.db.execute(
        "SELECT id, path, size, sha256, mode, read_by, remark FROM entries"
        " WHERE evidence_id = ? AND NOT parsed AND id > ? ORDER BY id LIMIT ?",
        (evidence, after, most),
    )
    return [
        EntryToParse(number, path, size, sha256, mode, tuple(json.loads(read_by)), remark)
        for number, path, size, sha256, mode, read_by, remark in found
    ]


def size_to_parse(store: Store, evidence: int) -> tuple[int, int]:
    """Number of entries of an item that their parsers have yet to read, and their size in bytes."""
    found = store.db.execute(
        "SELECT count(*), coalesce(sum(size), 0) FROM entries WHERE evidence_id = ? AND NOT parsed", (evidence,)
    )
    count, size = found.fetchone()
    return int(count), int(size)


def last_entry(store: Store) -> int:
    """Number of the last added entry; 0 if there is none."""
    found: int = store.db.execute("SELECT coalesce(max(id), 0) FROM entries").fetchone()[0]
    return found


def mark_damaged(store: Store, after: int, remark: str) -> None:
    """Set the state ``damaged`` for every entry after a given one, with a suffix for the messages of its records."""
    store.db.execute(
        "UPDATE entries SET state = 'damaged', remark = remark || ? WHERE id > ? AND state <> 'damaged'",
        (remark, after),
    )


def set_parsed(store: Store, entries: Iterable[int]) -> None:
    """Note that parsers have read entries."""
    store.db.executemany("UPDATE entries SET parsed = 1 WHERE id = ?", [(entry,) for entry in entries])


def entry_summary(store: Store, number: int) -> EntrySummary:
    """Return an entry by its number, which must exist."""
    path, state, size, read_by, sha256 = store.db.execute(
        "SELECT path, state, size, read_by, sha256 FROM entries WHERE id = ?", (number,)
    ).fetchone()
    return EntrySummary(path, state, size, tuple(json.loads(read_by)), sha256)


def readers_at(store: Store, evidence: int, path: str, addresses: tuple[str, ...]) -> tuple[str, ...]:
    """Return the readers of the entry with a path and addresses; empty if there is no such entry."""
    found = store.db.execute(
        "SELECT read_by FROM entries WHERE evidence_id = ? AND path = ? AND address = ?",
        (evidence, path, address_text(addresses)),
    ).fetchone()
    return tuple(json.loads(found[0])) if found else ()


def index_content(store: Store) -> None:
    """Create the index for :func:`path_of_content`."""
    store.db.execute("CREATE INDEX IF NOT EXISTS entries_by_content ON entries (evidence_id, sha256)")


def path_of_content(store: Store, evidence: int, sha256: str) -> str | None:
    """Return the path of the first entry with these bytes; None if there is none."""
    found = store.db.execute(
        "SELECT path FROM entries WHERE evidence_id = ? AND sha256 = ? ORDER BY id LIMIT 1", (evidence, sha256)
    ).fetchone()
    return found[0] if found else None


def kept_file(store: Store, evidence: int, path: str) -> KeptFile | None:
    """Return the extracted entry of a path. An allocated file wins over a deleted one of the same name."""
    found = store.db.execute(
        "SELECT id, sha256, size FROM entries WHERE evidence_id = ? AND path = ? AND artefact"
        " ORDER BY state, id LIMIT 1",
        (evidence, path),
    ).fetchone()
    return KeptFile(*found) if found else None


def artefact_hashes(store: Store) -> list[str]:
    """SHA-256 of every artefact, sorted."""
    return [sha256 for (sha256,) in store.db.execute("SELECT sha256 FROM artefacts ORDER BY sha256")]


def paths_of_artefact(store: Store, sha256: str) -> list[str]:
    """Every path of an artefact in the evidence, as ``ITEM: PATH``."""
    found = store.db.execute(
        "SELECT v.name || ': ' || e.path FROM entries e JOIN evidence v ON v.id = e.evidence_id"
        " WHERE e.artefact AND e.sha256 = ? ORDER BY v.id, e.path",
        (sha256,),
    )
    return [path for (path,) in found]


def unread_files(store: Store) -> UnreadFiles:
    """How many files gave nothing to read."""
    found = store.db.execute(
        "SELECT sum(state = 'deleted'), sum(state <> 'deleted' AND note LIKE 'encrypted%'),"
        " sum(state <> 'deleted' AND note NOT LIKE 'encrypted%') FROM entries WHERE kind = 'file' AND sha256 IS NULL"
    ).fetchone()
    return UnreadFiles(*(count or 0 for count in found))


def paths_with(store: Store, text: str) -> Iterator[tuple[int, str]]:
    """Yield item number and path of each entry whose path contains a text."""
    return store.db.execute("SELECT evidence_id, path FROM entries WHERE instr(path, ?)", (text,))


def unclaimed_files(store: Store) -> Iterator[UnclaimedFile]:
    """Yield files that were read but that no parser claims. Bytes carved a second time belong to another entry."""
    found = store.db.execute(
        "SELECT evidence_id, path, size FROM entries WHERE NOT artefact AND sha256 IS NOT NULL AND state <> 'carved'"
    )
    return map(UnclaimedFile._make, found)


def files_found(store: Store, evidence: int, state: str) -> Iterator[FoundFile]:
    """Yield the files of an evidence item in a given state, by path.

    Args:
        store: the case's store.
        evidence: the item's number.
        state: a value of :class:`~echoforensics.evidence.entry.EntryState`.
    """
    found = store.db.execute(
        "SELECT path, sha256, address FROM entries WHERE evidence_id = ? AND state = ? AND kind = 'file' ORDER BY path",
        (evidence, state),
    )
    return (FoundFile(path, sha256, tuple(json.loads(address))) for path, sha256, address in found)
