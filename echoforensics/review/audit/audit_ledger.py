"""``audit.jsonl``: the events of the room, one signed line each, in the format of a case's ledger.

The events come from ``room.db``, where each is written in the transaction of its change. If a server is killed
between the two writes, the ledger lacks events; the next server appends them first. No event is appended twice: each
line has its event's number.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from chain_of_custody.ledger import Action, Ledger, LedgerError, read, verify
from echoforensics.case.custody.head_file import read_head, write_head
from echoforensics.case.disk import case_disk
from echoforensics.errors import CaseError
from echoforensics.review.audit.checked_head import read_checked, write_checked
from echoforensics.review.audit.comparing import HEAD, LEDGER, compare
from echoforensics.review.audit.replay import contradictions
from echoforensics.review.store.event_table import (
    AuditEvent,
    all_events,
    events_after,
    last_number,
    latest_events,
    ledger_mark,
    set_ledger_mark,
)

if TYPE_CHECKING:
    from pathlib import Path

    from chain_of_custody.signer import Signer
    from echoforensics.review.store.room_database import RoomDatabase

#: The actor of events without a person.
SERVER = "review room"
#: Maximum number of events signed and appended at once.
_BATCH = 200
#: Minimum seconds between writes of the file with the head. It may lag behind the ledger.
_HEAD_EVERY = 1.0
#: Lines between two records of checked signatures; another one is written when the ledger is closed.
_CHECKED_EVERY = 2000


class AuditLedger:
    """The room's ledger, to which events are appended. It is thread-safe."""

    def __init__(self, folder: Path, database: RoomDatabase, key: Signer | None) -> None:
        """Open the ledger, check it, and append missing events.

        Raises:
            CaseError: it is not what the room wrote, or is signed with another key.
            CaseDiskError: it cannot be written.
        """
        self._database = database
        self._folder = folder
        self._path = folder / LEDGER
        self._key = key
        self._appending = threading.Lock()
        self._head_written = 0.0
        self._intact = True
        self._touched = False
        self._checked = 0
        with case_disk(folder):
            try:
                known = read_head(folder, HEAD)
                checked = read_checked(folder, key) if key is not None else None
                self._ledger = Ledger.open(self._path, key, SERVER, signed_up_to=checked)
            except (LedgerError, ValueError) as error:
                raise CaseError(f"{self._path}: cannot be added to: {error}") from error
            self._last = self._compared()
        if known and known[0] > self._ledger.length:
            raise CaseError(_cut(self._path, f"it has {self._ledger.length} lines, and {HEAD} knows of {known[0]}"))
        self._written = _identity(self._path)
        database.after_commit(self.append_pending)
        self.append_pending()

    @property
    def length(self) -> int:
        """The number of lines of the ledger."""
        return self._ledger.length

    @property
    def head(self) -> str:
        """Hexadecimal SHA-256 of its last line."""
        return self._ledger.head

    def events(self, *, before: int = 0, who: str = "", what: str = "", limit: int = 100) -> list[AuditEvent]:
        """The newest events first: those before one of a number, of a person, or of a kind."""
        with self._database.reading() as db:
            return latest_events(db, before=before, who=who, what=what, limit=limit)

    def is_intact(self) -> bool:
        """Whether the ledger on disk is what was written. It is read again only if its file was touched.

        Raises:
            CaseDiskError: it cannot be read.
        """
        with self._appending, case_disk(self._folder):
            if self._touched or _identity(self._path) != self._written:
                self._written, self._touched = _identity(self._path), False
                self._intact = verify(self._path, known=(self._ledger.length, self._ledger.head)).ok
            return self._intact

    def append_pending(self) -> None:
        """Append every committed event that the ledger lacks. They are on disk when this returns.

        A thread that waits for another's call finds its events appended by it: many are written at the cost of one.

        Raises:
            CaseDiskError: the disk is full. The events stay in the database, and the next call appends them.
            CaseError: the ledger was changed while the room was open.
        """
        with self._appending, case_disk(self._folder):
            while True:
                with self._database.reading() as db:
                    events = events_after(db, self._last, _BATCH)
                if not events:
                    return
                # The next write would hide that somebody else touched the file before.
                self._touched = self._touched or _identity(self._path) != self._written
                try:
                    self._ledger.append_all([_action(event) for event in events])
                except LedgerError as error:
                    self._intact = False
                    raise CaseError(str(error)) from error
                self._last = events[-1].number
                self._written = _identity(self._path)
                if time.monotonic() - self._head_written > _HEAD_EVERY:
                    self._keep_end()

    def close(self) -> None:
        """Append remaining events, and store the ledger's head and the number of its last event.

        Raises:
            CaseDiskError: there is no room.
        """
        self.append_pending()
        with self._appending, case_disk(self._folder):
            self._keep_end(every=1)

    def _keep_end(self, every: int = _CHECKED_EVERY) -> None:
        """Store the ledger's head beside it, and the number of its last event in the database: two marks of its end."""
        with self._database.transaction() as change:
            set_ledger_mark(change, self._last)
        write_head(self._folder, self._ledger.length, self._ledger.head, HEAD)
        self._head_written = time.monotonic()
        # If somebody touched the file, it may have lines whose signatures nobody checked.
        untouched = not self._touched and _identity(self._path) == self._written
        if self._key is not None and untouched and self._ledger.length - self._checked >= every:
            write_checked(self._folder, self._key, self._ledger.length, self._ledger.head)
            self._checked = self._ledger.length

    def _compared(self) -> int:
        """Compare the ledger with the database, and return the number of its last event. Raises CaseError."""
        with self._database.reading() as db:
            found = compare(read(self._path), all_events(db))
            mark, recorded = ledger_mark(db), last_number(db)
            contradicted = next(contradictions(db), "")
        if found.last > recorded:
            raise CaseError(
                f"{self._database.path}: is older than the ledger: its last event is {recorded}, and {self._path} ends"
                f" with {found.last}. Put a copy of both that belong together in their place"
            )
        if found.last < mark:
            raise CaseError(_cut(self._path, f"it ends with event {found.last}, and event {mark} was in it"))
        if found.problems:
            raise CaseError(f"{self._folder}: {found.problems[0]}. `echoforensics verify {self._folder}` says more")
        if contradicted:
            raise CaseError(
                f"{self._database.path}: was changed outside of the room: {contradicted}. Put the last copy of the room"
                f" in its place; `echoforensics verify {self._folder}` says more"
            )
        return found.last


def _identity(path: Path) -> tuple[int, ...]:
    """Values that change if somebody touches a file. Raises OSError."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _cut(path: Path, why: str) -> str:
    return f"{path}: lines were cut off its end: {why}. Put the last copy of the room in its place"


def _action(event: AuditEvent) -> Action:
    detail: dict[str, Any] = {"number": event.number, "at": event.at, "about": event.about, "details": event.details}
    return Action(event.what, detail, event.who)
