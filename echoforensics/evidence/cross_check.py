"""Reads every allocated file again with an independent library, and reports each difference.

ext2, ext3 and ext4 are read again with libfsext, FAT and exFAT with libfsfat. Deleted files are not compared: what to
believe about them is a judgement on which the readers differ by design.

A difference shows that one of the readers is wrong, but not which. libfsfat 20260826 mistakes a FAT12 volume of just
under 4,085 clusters for FAT16 and then loses its files' content, which shows up as such a difference.
"""

from __future__ import annotations

import hashlib
import io
import sqlite3
import stat
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pyfsext
import pyfsfat

from echoforensics.evidence.entry import READ_ERRORS, Entry, EntryKind, EntryState, EvidenceIssue
from echoforensics.evidence.limits import MAX_ENTRIES, MAX_FOLDER_DEPTH
from echoforensics.evidence.streams import BLOCK, RandomAccessStream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.evidence.file_systems.file_system import FileSystem
    from echoforensics.evidence.volume import Volume

_EXT = ("ext2", "ext3", "ext4")
_FAT = ("FAT12", "FAT16", "FAT32", "exFAT")
#: What the second readers raise; libfsext raises ValueError on some reads of damaged files.
_SECOND_ERRORS = (OSError, ValueError)
#: Where the first reader puts files without a name; the second reader has no such place.
_NAMELESS = "$OrphanFiles/"
_FOLDER_ATTRIBUTE = 0x10
_SMALL_BUFFER = 64 * 1024
#: The libraries' messages list every function on the call path; only this many characters are kept.
_MAX_ERROR = 240

_TABLES = """
CREATE TABLE first (path TEXT, value TEXT);
CREATE TABLE second (path TEXT, value TEXT);
"""
#: A damaged folder may contain the same path twice; the values are then compared in order.
_DIFFERENCES = """
WITH a AS (SELECT path, value, row_number() OVER (PARTITION BY path ORDER BY value) AS n FROM first),
     b AS (SELECT path, value, row_number() OVER (PARTITION BY path ORDER BY value) AS n FROM second)
SELECT a.path, a.value, b.value FROM a LEFT JOIN b USING (path, n) WHERE b.value IS NOT a.value
UNION ALL
SELECT b.path, NULL, b.value FROM b LEFT JOIN a USING (path, n) WHERE a.value IS NULL
ORDER BY 1, 2, 3
"""


def second_reader(file_system: FileSystem) -> str | None:
    """Return the name and version of the second reader's library. None if there is none."""
    if file_system.name in _EXT:
        return f"libfsext {pyfsext.get_version()}"
    if file_system.name in _FAT:
        return f"libfsfat {pyfsfat.get_version()}"
    return None


def cross_check(volume: Volume, file_system: FileSystem) -> Iterator[EvidenceIssue]:
    """Read a volume's allocated files with a second reader, and compare names, sizes and SHA-256.

    Both lists are kept in a temporary database on disk, so memory does not grow with the number of files. Yields
    nothing if there is no second reader (see :func:`second_reader`).

    Args:
        volume: the volume that holds the file system.
        file_system: as the first reader opened it.
    """
    library = second_reader(file_system)
    if library is None:
        return
    try:
        second = _open(volume, file_system)
    except _SECOND_ERRORS as error:
        yield EvidenceIssue("", f"not cross-checked: {library} cannot open the file system: {_first_line(error)}")
        return
    with closing(sqlite3.connect("")) as db:
        db.executescript(_TABLES)
        db.executemany("INSERT INTO first VALUES (?, ?)", _first(file_system))
        walk = _SecondWalk(second, volume.length, library, is_ext=file_system.name in _EXT)
        db.executemany("INSERT INTO second VALUES (?, ?)", walk.rows())
        yield from walk.issues
        for path, value, other in db.execute(_DIFFERENCES):
            ours = value or "no such name"
            theirs = other or "no such name"
            yield EvidenceIssue(path, f"the readers differ: {ours} by the first reader, {theirs} by {library}")


def _open(volume: Volume, file_system: FileSystem) -> Any:
    opened = pyfsext.volume() if file_system.name in _EXT else pyfsfat.volume()
    stream = io.BufferedReader(RandomAccessStream(volume.length, volume.read), _SMALL_BUFFER)
    opened.open_file_object(stream)
    return opened


def _first(file_system: FileSystem) -> Iterator[tuple[str, str]]:
    for entry in file_system.entries():
        if (
            isinstance(entry, EvidenceIssue)
            or entry.state is not EntryState.ALLOCATED
            or entry.path.startswith(_NAMELESS)
        ):
            continue
        yield entry.path, _first_value(entry)


def _first_value(entry: Entry) -> str:
    if entry.kind is not EntryKind.FILE:
        return str(entry.kind)
    if entry.opener is None:
        return f"{entry.size} bytes, not readable"
    digest, size = hashlib.sha256(), 0
    try:
        with entry.opener() as stream:
            while piece := stream.read(BLOCK):
                digest.update(piece)
                size += len(piece)
    except READ_ERRORS:
        return f"{entry.size} bytes, not readable"
    return f"{size} bytes, SHA-256 {digest.hexdigest()}"


class _SecondWalk:
    """The allocated names of a file system, as the second reader sees them."""

    def __init__(self, opened: Any, length: int, library: str, *, is_ext: bool) -> None:
        self._opened = opened
        self._length = length
        self._library = library
        self._is_ext = is_ext
        self.issues: list[EvidenceIssue] = []

    def rows(self) -> Iterator[tuple[str, str]]:
        """Yield path and value of each name that is not a folder."""
        try:
            pending: list[tuple[str, Any, int]] = [("", self._opened.get_root_directory(), 0)]
        except _SECOND_ERRORS as error:
            self._issue("", f"cannot read the root folder: {_first_line(error)}")
            return
        count, entered = 0, set[int]()
        while pending:
            path, folder, depth = pending.pop()
            for item, name in self._listing(path, folder):
                count += 1
                if count > MAX_ENTRIES:
                    self._issue(path, f"gave more than {MAX_ENTRIES} names; the rest was not compared")
                    return
                full = f"{path}/{name}" if path else name
                try:
                    is_folder, kind = self._kind(item)
                    number = item.inode_number if self._is_ext else item.identifier
                except _SECOND_ERRORS as error:
                    self._issue(full, f"cannot tell what it is: {_first_line(error)}")
                    continue
                if not is_folder:
                    yield full, self._value(item) if kind is EntryKind.FILE else str(kind)
                elif number not in entered and depth < MAX_FOLDER_DEPTH:
                    entered.add(number)
                    pending.append((full, item, depth + 1))

    def _listing(self, path: str, folder: Any) -> Iterator[tuple[Any, str]]:
        try:
            count = folder.get_number_of_sub_file_entries()
        except _SECOND_ERRORS as error:
            self._issue(path, f"cannot read the folder: {_first_line(error)}")
            return
        for index in range(count):
            try:
                item = folder.get_sub_file_entry(index)
                name = item.name
            except _SECOND_ERRORS as error:
                self._issue(path, f"cannot read name {index} of the folder: {_first_line(error)}")
                continue
            yield item, name or ""

    def _kind(self, item: Any) -> tuple[bool, EntryKind]:
        if not self._is_ext:
            return bool(item.file_attribute_flags & _FOLDER_ATTRIBUTE), EntryKind.FILE
        mode = item.file_mode
        kind = EntryKind.FILE if stat.S_ISREG(mode) else EntryKind.LINK if stat.S_ISLNK(mode) else EntryKind.OTHER
        return stat.S_ISDIR(mode), kind

    def _value(self, item: Any) -> str:
        size = 0
        try:
            size = item.size
            if size > self._length:
                return f"{size} bytes, more than the volume holds, not read"
            digest, done = hashlib.sha256(), 0
            item.seek(0)
            while done < size and (piece := item.read(min(BLOCK, size - done))):
                digest.update(piece)
                done += len(piece)
        except _SECOND_ERRORS:
            return f"{size} bytes, not readable"
        return f"{done} bytes, SHA-256 {digest.hexdigest()}"

    def _issue(self, path: str, what: str) -> None:
        self.issues.append(EvidenceIssue(path, f"{self._library} {what}"))


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:_MAX_ERROR] if str(error) else type(error).__name__
