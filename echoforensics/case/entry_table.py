"""The tables ``entries`` and ``artefacts``: each file, link or other thing in the evidence, and what was kept."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from echoforensics.case.store import Store


#: Beside the names of parsers in ``read_by``, with what the container is: it was opened, and what is in it are entries
#: of their own.
OPENED = "container:"


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry that is to be added.

    Attributes:
        evidence_id: number of the evidence item it is in.
        path: its path, as text that can be stored.
        addresses: one address a container, outermost first.
        kind, state: see :class:`echoforensics.evidence.entry.Entry`.
        note: why the state is believed, where a link leads, or why there is no content.
        times: the container's own times for it, as recorded.
        size: bytes read.
        sha256: of the bytes read; None if nothing was.
        artefact: whether its content is in ``artefacts/``.
        mode: POSIX permission bits; None if none are stated.
        read_by: names of the parsers that claim it; ``container:zip`` where it was opened.
        remark: what the messages of its records end in.
        parsed: whether there is nothing left for parsers to read.
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
    """An entry whose parsers have yet to read it."""

    id: int
    path: str
    size: int
    sha256: str
    mode: int | None
    read_by: tuple[str, ...]
    remark: str


class EntrySummary(NamedTuple):
    """An entry: path, state, bytes read, who reads it, and the SHA-256 of what was read, if anything was."""

    path: str
    state: str
    size: int
    read_by: tuple[str, ...]
    sha256: str | None


class KeptFile(NamedTuple):
    """An entry whose content is in the case."""

    entry: int
    sha256: str
    size: int


class UnclaimedFile(NamedTuple):
    """A file that was read and that no parser claims."""

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
    """Addresses as the table keeps them."""
    return json.dumps(list(addresses))


def add_entry(store: Store, entry: NewEntry) -> int:
    """Add an entry, with its artefact where it has one; returns its number."""
    db = store.db
    if entry.artefact:
        db.execute("INSERT OR IGNORE INTO artefacts VALUES (?, ?)", (entry.sha256, entry.size))
    cursor = db.execute(
        "INSERT INTO entries (evidence_id, path, address, kind, state, note, times, size, sha256, artefact, mode,"
        " read_by, remark, parsed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            entry.evidence_id, entry.path, address_text(entry.addresses), entry.kind, entry.state, entry.note,
            json.dumps(dict(entry.times), ensure_ascii=False), entry.size, entry.sha256, entry.artefact, entry.mode,
            json.dumps(entry.read_by), entry.remark, entry.parsed,
        ),
    )  # fmt: skip
    return int(cursor.lastrowid or 0)


def entries_to_parse(store: Store, evidence: int, most: int, after: int = 0) -> list[EntryToParse]:
    """The next entries, behind that of a number, whose parsers have yet to read them, at most so many."""
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
    """How many entries of an item have yet to be read by their parsers, and how many bytes they have."""
    found = store.db.execute(
        "SELECT count(*), coalesce(sum(size), 0) FROM entries WHERE evidence_id = ? AND NOT parsed", (evidence,)
    )
    count, size = found.fetchone()
    return int(count), int(size)


def last_entry(store: Store) -> int:
    """The number of the entry that was added last; 0 if there is none."""
    found: int = store.db.execute("SELECT coalesce(max(id), 0) FROM entries").fetchone()[0]
    return found


def mark_damaged(store: Store, after: int, remark: str) -> None:
    """Give every entry added after another one the state ``damaged``, and a remark that its messages end in."""
    store.db.execute(
        "UPDATE entries SET state = 'damaged', remark = remark || ? WHERE id > ? AND state <> 'damaged'",
        (remark, after),
    )


def set_parsed(store: Store, entry: int) -> None:
    """Note that an entry's parsers have read it."""
    store.db.execute("UPDATE entries SET parsed = 1 WHERE id = ?", (entry,))


def entry_summary(store: Store, number: int) -> EntrySummary:
    """An entry by its number, which must be one."""
    path, state, size, read_by, sha256 = store.db.execute(
        "SELECT path, state, size, read_by, sha256 FROM entries WHERE id = ?", (number,)
    ).fetchone()
    return EntrySummary(path, state, size, tuple(json.loads(read_by)), sha256)


def readers_at(store: Store, evidence: int, path: str, addresses: tuple[str, ...]) -> tuple[str, ...]:
    """Who reads the entry of a path and addresses; nobody where there is none."""
    found = store.db.execute(
        "SELECT read_by FROM entries WHERE evidence_id = ? AND path = ? AND address = ?",
        (evidence, path, address_text(addresses)),
    ).fetchone()
    return tuple(json.loads(found[0])) if found else ()


def index_content(store: Store) -> None:
    """Prepare :func:`path_of_content`."""
    store.db.execute("CREATE INDEX IF NOT EXISTS entries_by_content ON entries (evidence_id, sha256)")


def path_of_content(store: Store, evidence: int, sha256: str) -> str | None:
    """The path of the first entry with these bytes; None if there is none."""
    found = store.db.execute(
        "SELECT path FROM entries WHERE evidence_id = ? AND sha256 = ? ORDER BY id LIMIT 1", (evidence, sha256)
    ).fetchone()
    return found[0] if found else None


def kept_file(store: Store, evidence: int, path: str) -> KeptFile | None:
    """The entry of a path whose content is in the case; of several (a deleted file of that name) the allocated one."""
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
    """Everywhere in the evidence where an artefact lies, as ``ITEM: PATH``."""
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
    """Number of the evidence item and path of each entry whose path holds a text."""
    return store.db.execute("SELECT evidence_id, path FROM entries WHERE instr(path, ?)", (text,))


def unclaimed_files(store: Store) -> Iterator[UnclaimedFile]:
    """Files that were read and that no parser claims. What was carved once more is another entry's bytes."""
    found = store.db.execute(
        "SELECT evidence_id, path, size FROM entries WHERE NOT artefact AND sha256 IS NOT NULL AND state <> 'carved'"
    )
    return map(UnclaimedFile._make, found)


def files_found(store: Store, evidence: int, state: str) -> Iterator[FoundFile]:
    """The files of an evidence item that are in a state, by path.

    Args:
        store: the case's.
        evidence: the item's number.
        state: one of :class:`~echoforensics.evidence.entry.EntryState`.
    """
    found = store.db.execute(
        "SELECT path, sha256, address FROM entries WHERE evidence_id = ? AND state = ? AND kind = 'file' ORDER BY path",
        (evidence, state),
    )
    return (FoundFile(path, sha256, tuple(json.loads(address))) for path, sha256, address in found)
