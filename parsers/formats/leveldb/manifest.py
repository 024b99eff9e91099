"""MANIFEST files, which list the files of a database.

A MANIFEST has the form of a log. Each record edits the list of files. ``CURRENT`` holds the name of the MANIFEST in
use.

References:
    google/leveldb, db/version_edit.cc, db/filename.cc, doc/impl.md
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from parsers.formats.leveldb.log_file import LogRecord, log_records
from parsers.formats.leveldb.varint import LevelDbError, read_sized, read_varint
from parsers.locator import at_bytes
from parsers.record import Issue

CURRENT = "CURRENT"
MANIFEST_NAME = re.compile(r"MANIFEST-\d{6,20}", re.ASCII)
DATA_NAME = re.compile(r"(\d{6,20})\.(log|ldb|sst)", re.ASCII)
_CURRENT_CONTENT = re.compile(rb"(MANIFEST-\d{6,20})\r?\n?", re.ASCII)
_COMPARATOR, _LOG, _NEXT, _LAST, _POINTER, _REMOVED, _ADDED, _EARLIER_LOG = 1, 2, 3, 4, 5, 6, 7, 9
#: Limit on the files named in one MANIFEST; the rest is not read.
MAX_FILES = 20_000
#: File numbers tried above that of the log in use, as a later log may not be listed yet.
_LOGS_AHEAD = 64


def current_manifest(content: bytes) -> str | None:
    """The name in a ``CURRENT`` file; None if it holds none."""
    found = _CURRENT_CONTENT.fullmatch(content)
    return found[1].decode("ascii") if found else None


@dataclass(slots=True)
class Manifest:
    """The list of files, after the last edit.

    Attributes:
        comparator: name of the key order.
        log, earlier_log: numbers of the logs in use; 0 for none.
        tables: numbers of the tables in use.
        removed: numbers of tables that were in use before.
        next_file: the number for the next new file.
        issues: what could not be read.
    """

    comparator: str = ""
    log: int = 0
    earlier_log: int = 0
    tables: set[int] = field(default_factory=set)
    removed: set[int] = field(default_factory=set)
    next_file: int = 0
    issues: list[Issue] = field(default_factory=list)

    @classmethod
    def parse(cls, stream: BinaryIO) -> Manifest:
        """Parse a MANIFEST from its start."""
        made = cls()
        for found in log_records(stream):
            if isinstance(found, Issue):
                made.issues.append(found)
                continue
            try:
                made._edit(found.content)
            except LevelDbError as error:
                made.issues.append(_unread(found, error))
        return made

    def is_used(self, name: str) -> bool:
        """Whether the database uses a log or table of this name."""
        found = DATA_NAME.fullmatch(name)
        if not found:
            return False
        number = int(found[1])
        if found[2] == "log":
            return number >= self.log or (number == self.earlier_log and number != 0)
        return number in self.tables

    def names(self) -> Iterator[str]:
        """The possible names of the database's files, in use or not, each once."""
        logs = {self.log, self.earlier_log} - {0}
        logs.update(range(max(1, self.log), self.log + _LOGS_AHEAD))
        for number in sorted(self.tables | self.removed):
            yield f"{number:06}.ldb"
            yield f"{number:06}.sst"
        for number in sorted(logs):
            yield f"{number:06}.log"

    def covers(self, name: str) -> bool:
        """Whether :meth:`names` includes a name."""
        found = DATA_NAME.fullmatch(name)
        if not found or name != f"{int(found[1]):06}.{found[2]}":
            return False
        number = int(found[1])
        if found[2] == "log":
            ahead = max(1, self.log) <= number < self.log + _LOGS_AHEAD
            return ahead or (number == self.earlier_log and number != 0)
        return number in self.tables or number in self.removed

    def _edit(self, content: bytes) -> None:
        at = 0
        while at < len(content):
            tag, at = read_varint(content, at)
            if tag == _COMPARATOR:
                name, at = read_sized(content, at)
                self.comparator = name[:100].decode("utf-8", "backslashreplace")
            elif tag in (_LOG, _EARLIER_LOG, _NEXT, _LAST):
                number, at = read_varint(content, at)
                self._number(tag, number)
            elif tag == _POINTER:
                _, at = read_sized(content, read_varint(content, at)[1])
            elif tag == _REMOVED:
                number, at = read_varint(content, read_varint(content, at)[1])
                self.tables.discard(number)
                self._note(self.removed, number)
            elif tag == _ADDED:
                number, at = read_varint(content, read_varint(content, at)[1])
                _, at = read_varint(content, at)
                _, at = read_sized(content, at)
                _, at = read_sized(content, at)
                self.removed.discard(number)
                self._note(self.tables, number)
            else:
                raise LevelDbError(f"an edit of the kind {tag}, which is not known")

    def _number(self, tag: int, number: int) -> None:
        if tag == _LOG:
            self.log = number
        elif tag == _EARLIER_LOG:
            self.earlier_log = number
        elif tag == _NEXT:
            self.next_file = number

    def _note(self, numbers: set[int], number: int) -> None:
        if len(self.tables) + len(self.removed) >= MAX_FILES:
            raise LevelDbError(f"more than {MAX_FILES} files")
        numbers.add(number)


def _unread(record: LogRecord, error: LevelDbError) -> Issue:
    where = at_bytes(record.start, record.end - record.start)
    return Issue(f"A change of the list of the database's files cannot be read: {error}.", where, record.content[:64])
