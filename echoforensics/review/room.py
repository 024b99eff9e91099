"""An open review room: its folder, its database, its audit, and its sealed cases."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chain_of_custody.chain import open_ledger
from echoforensics.case.custody.names import LEDGER
from echoforensics.case.custody.standing import why_unverified
from echoforensics.case.disk import case_disk
from echoforensics.case.lock import FolderLock
from echoforensics.errors import CaseError, UnverifiedCaseError, UsageError
from echoforensics.review.audit.audit_ledger import AuditLedger
from echoforensics.review.people.accounts import Accounts
from echoforensics.review.people.passwords import Passwords
from echoforensics.review.people.secret_box import SecretBox
from echoforensics.review.people.sessions import Sessions
from echoforensics.review.people.signing_in import SigningIn
from echoforensics.review.store.room_database import RoomDatabase, now_ms
from echoforensics.review.work.codes import codes_of_room
from echoforensics.review.work.desk import WorkDesk
from echoforensics.review.work.opinion_desk import OpinionDesk
from echoforensics.review.work.room_case import RoomCase
from echoforensics.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from chain_of_custody.signer import Signer
    from echoforensics.review.people.person import RoomMember
    from echoforensics.review.people.site import Site

DATABASE = "room.db"


@dataclass(frozen=True, slots=True)
class SealedCase:
    """A sealed case of a room.

    Attributes:
        id: derived from the first line of its ledger, and so independent of its path.
        path: its folder.
        name: name of the folder.
    """

    id: str
    path: Path
    name: str


class ReviewRoom:
    """A review room, opened by this process alone. Close it, or use it in a ``with`` statement.

    Attributes:
        path: its folder.
        cases: its cases, by id.
        site: where it is served.
        key: the key that signs its audit; None if the cases are unsigned.
        database, audit, secrets, accounts, sessions, signing_in, desk, opinions: its parts.
        started: milliseconds since 1970.
    """

    def __init__(
        self, path: Path, cases: Sequence[Path], site: Site, key: Signer | None, *,
        clock: Callable[[], int] = now_ms, passwords: Passwords | None = None,
    ) -> None:  # fmt: skip
        """Open a room, and create it if it is missing.

        Args:
            path: the folder. It must not be inside a case.
            cases: folders of sealed cases.
            site: where it is served.
            key: the key that signs its audit.
            clock: returns the time, in milliseconds since 1970.
            passwords: hashes passwords.

        Raises:
            UnverifiedCaseError: a case has changed since it was sealed.
            CaseError: a folder is not a case, the room's files were changed, or another process has it open.
            UsageError: the room is inside a case, or its codes are invalid.
        """
        self.path, self.site, self.key = path, site, key
        self.cases = _sealed_cases(cases)
        for case in self.cases.values():
            if path.absolute().is_relative_to(case.path.absolute()):
                raise UsageError(f"{path}: lies within the case {case.path}, which is sealed; give --room elsewhere")
        with ExitStack() as opened:
            self._lock(opened)
            codes = codes_of_room(path)
            self.database = RoomDatabase(path / DATABASE, clock)
            opened.callback(self.database.close)
            self.audit = opened.enter_context(closing(AuditLedger(path, self.database, key)))
            hashes = passwords or Passwords()
            self.secrets = SecretBox(path, self.database)
            self.accounts = Accounts(self.database, site, hashes, self.secrets)
            self.sessions = Sessions(self.database)
            self.signing_in = SigningIn(self.database, site, hashes, self.sessions, self.secrets)
            self.desk = WorkDesk(path, self.database, _opened_cases(self.cases, opened), codes, self.accounts.all)
            opened.callback(self.desk.sounds.close)
            self.opinions = OpinionDesk(self.desk)
            self.started = clock()
            with self.database.transaction() as change:
                change.record("-", "server started", site.origin, version=__version__, cases=sorted(self.cases))
            opened.callback(self._record_end)
            self._opened = opened.pop_all()

    def __enter__(self) -> ReviewRoom:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the room, with the audit flushed to disk. Raises CaseDiskError."""
        self._opened.close()

    def record(self, person: RoomMember | None, what: str, about: str = "", **details: object) -> None:
        """Record an event that changes nothing else. It is in the ledger when this returns.

        Raises:
            TypeError, ValueError: from :meth:`~echoforensics.review.store.room_database.Change.record`.
            CaseDiskError: the disk is full.
        """
        with self.database.transaction() as change:
            change.record(person.name if person else "-", what, about, **details)

    def _lock(self, opened: ExitStack) -> None:
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise CaseError(f"{self.path}: cannot be made: {error.strerror}") from error
        if any((self.path / name).exists() for name in (LEDGER, "case.db")):
            raise CaseError(f"{self.path}: is a case folder; a review room is a folder of its own")
        try:
            opened.enter_context(closing(FolderLock(self.path)))
        except CaseError as error:
            raise CaseError(
                f"{self.path}: another server has this review room open. Use that one, or stop it first"
            ) from error
        except OSError as error:
            raise CaseError(f"{self.path}: cannot be opened: {error.strerror}") from error

    def _record_end(self) -> None:
        with self.database.transaction() as change:
            change.record("-", "server stopped", self.site.origin)


def _opened_cases(cases: Mapping[str, SealedCase], opened: ExitStack) -> list[RoomCase]:
    """Open the cases of a room for reading, until a stack is closed. Raises CaseError."""
    return [opened.enter_context(closing(RoomCase(case.path, case.id))) for case in cases.values()]


def _sealed_cases(paths: Sequence[Path]) -> Mapping[str, SealedCase]:
    found: dict[str, SealedCase] = {}
    for path in paths:
        if why := why_unverified(path):
            raise UnverifiedCaseError(
                f"{path}: {why}. `echoforensics verify` says more; only a case that is as it was sealed is reviewed"
            )
        with case_disk(path), open_ledger(path / LEDGER) as ledger:
            first = hashlib.sha256(ledger.readline().rstrip(b"\n")).hexdigest()
        case = SealedCase(first[:16], path, path.absolute().name)
        if case.id in found:
            raise UsageError(f"{path}: is the same case as {found[case.id].path}; give each once")
        found[case.id] = case
    return found
