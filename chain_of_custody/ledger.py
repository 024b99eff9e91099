"""The ledger: records what was done to the evidence, in a file that reveals any change.

Each action is one line. Each line carries the hash of the previous line and a signature, so that without the key no
line can be edited, removed, moved or inserted. A ledger cannot reveal on its own that lines were cut off its end: to
detect that, keep :attr:`Ledger.length` and :attr:`Ledger.head` elsewhere and pass them to :func:`verify`.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from chain_of_custody.chain import Chain, LedgerReport, read, verify
from chain_of_custody.entry import LedgerEntry, LedgerError, build_line, parse_line, read_lines, time_text
from chain_of_custody.keys import sync_folder
from chain_of_custody.open_flags import careful
from chain_of_custody.signer import Signer

__all__ = ["CREATED", "Ledger", "LedgerEntry", "LedgerError", "LedgerReport", "read", "verify"]

#: The action of the first entry of every ledger.
CREATED = "ledger created"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Action:
    """One of several actions recorded together: see :meth:`Ledger.append_all`.

    Attributes:
        action: what was done.
        detail: everything else worth recording.
        actor: who did it; empty for the person who opened the ledger.
    """

    action: str
    detail: Mapping[str, object]
    actor: str = ""


class Ledger:
    """A ledger open for appending. Created by :meth:`open`.

    Several processes may append to one ledger: each locks the file to write, and first checks the lines that others
    have added.
    """

    def __init__(
        self, path: Path, key: Signer | None, actor: str, clock: Callable[[], datetime],
        signed_up_to: tuple[int, str] | None = None,
    ) -> None:  # fmt: skip
        self.path = path
        self._key = key
        self._actor = actor
        self._clock = clock
        self._chain = Chain(signed_up_to)
        self._recovered: dict[str, object] | None = None

    @classmethod
    def open(
        cls, path: Path, key: Signer | None, actor: str, *, clock: Callable[[], datetime] = _now,
        signed_up_to: tuple[int, str] | None = None,
    ) -> Ledger:  # fmt: skip
        """Open a ledger to append to it; create it with its first entry if it does not exist.

        Verifies an existing ledger first. The first entry's action is :data:`CREATED`, and its detail says whether the
        ledger is signed and holds the public key.

        Args:
            path: the file. Its folder must exist.
            key: signs every entry; None for an unsigned ledger.
            actor: who acts, as recorded in the entries.
            clock: returns the time with its zone.
            signed_up_to: see ``Chain``: in a long ledger, signatures checked before are not checked again.

        Raises:
            LedgerError: the ledger is broken, or was signed with another key (or, without a key, is signed).
            ValueError: no actor is given, or the name cannot be encoded as UTF-8.
            OSError: the file cannot be read or written.
        """
        ledger = cls(path, key, actor, clock, signed_up_to)
        if not actor:
            raise ValueError("a ledger needs to know who acts")
        actor.encode("utf-8")
        with ledger._locked(os.O_CREAT) as descriptor:
            ledger._catch_up(descriptor)
            if ledger.length == 0:
                pem = None if key is None else key.public.pem
                ledger._write(descriptor, [Action(CREATED, {"public_key": pem, "signed": key is not None})])
                sync_folder(path.parent)
        ledger._check_key()
        return ledger

    @property
    def length(self) -> int:
        """The number of lines when the ledger was last read or written here."""
        return self._chain.length

    @property
    def head(self) -> str:
        """Hexadecimal SHA-256 of the last of those lines, without its newline."""
        return self._chain.head

    def append(self, action: str, detail: Mapping[str, object]) -> LedgerEntry:
        """Record one action. The line is on the disk when this returns.

        If a killed writer left an unfinished line at the end of the file, it is cut off, and the new entry's detail
        says so: ``"recovered_tail": {"bytes": ..., "sha256": ...}``.

        Args:
            action: what was done.
            detail: see :func:`~chain_of_custody.envelope.canonical` for the permitted values.

        Raises:
            TypeError, ValueError: the entry has no canonical form, is too long, has no action, or its detail holds
                ``recovered_tail``. Nothing was written.
            LedgerError: the file was changed other than by appending, or what was written does not verify.
            OSError: writing fails. The ledger is unchanged, or has a torn end.
        """
        return self.append_all([Action(action, detail)])[0]

    def append_all(self, actions: Sequence[Action]) -> list[LedgerEntry]:
        """Record several actions, one line each, in order: all of them or none. See :meth:`append`.

        They are written to the disk together, at the cost of a single write.

        Raises:
            TypeError, ValueError, LedgerError, OSError: as for :meth:`append`.
        """
        for each in actions:
            if not each.action:
                raise ValueError("an entry needs an action")
            if "recovered_tail" in each.detail:
                raise ValueError("recovered_tail is for the ledger itself to write")
        with self._locked() as descriptor:
            self._catch_up(descriptor)
            return self._write(descriptor, actions) if actions else []

    @contextmanager
    def _locked(self, create: int = 0) -> Iterator[int]:
        """Open the file for reading and appending, and hold its lock."""
        from filelock import lock_descriptor

        descriptor = os.open(self.path, careful(os.O_RDWR | os.O_APPEND | create), 0o644)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise LedgerError(f"{self.path} is not a file")
            lock_descriptor(descriptor)
            yield descriptor
        finally:
            os.close(descriptor)

    def _catch_up(self, descriptor: int) -> None:
        """Verify the lines that were added since the last read."""
        chain = self._chain
        chain.torn = b""
        with os.fdopen(descriptor, "rb", closefd=False) as stream:
            stream.seek(chain.size - chain.last_size)
            last = stream.read(chain.last_size)
            if chain.length and hashlib.sha256(last[:-1]).hexdigest() != chain.head:
                raise LedgerError(f"{self.path} was changed while it was in use: line {chain.length} is another")
            for raw in read_lines(stream):
                chain.feed(raw)
                if chain.given_up:
                    break
        self._refuse_broken()

    def _write(self, descriptor: int, actions: Sequence[Action]) -> list[LedgerEntry]:
        chain = self._chain
        recovered = self._recovered
        if chain.torn:
            recovered = {"bytes": len(chain.torn), "sha256": hashlib.sha256(chain.torn).hexdigest()}
        lines = self._lines(actions, recovered)
        raw = b"".join(line + b"\n" for line in lines)
        if chain.torn:
            os.ftruncate(descriptor, chain.size)
            # Kept until an entry records it: there may be no room to write this one.
            self._recovered = recovered
        if os.write(descriptor, raw) != len(raw):
            os.ftruncate(descriptor, chain.size)
            raise OSError(errno.ENOSPC, "no room for a whole entry", str(self.path))
        os.fsync(descriptor)
        self._recovered, chain.torn = None, b""
        for line in lines:
            chain.feed(line + b"\n")
        self._refuse_broken()
        return [parse_line(line) for line in lines]

    def _lines(self, actions: Sequence[Action], recovered: Mapping[str, object] | None) -> list[bytes]:
        """Return the lines of the actions, each with the previous hash; the first records the recovered tail."""
        lines: list[bytes] = []
        head = self._chain.head
        for number, each in enumerate(actions):
            detail = dict(each.detail)
            if recovered is not None and not number:
                detail["recovered_tail"] = recovered
            entry = {
                "action": each.action,
                "actor": each.actor or self._actor,
                "detail": detail,
                "prev": head,
                "seq": self._chain.length + number,
                "time": time_text(self._clock()),
            }
            lines.append(build_line(entry, self._key))
            head = hashlib.sha256(lines[-1]).hexdigest()
        return lines

    def _check_key(self) -> None:
        public = self._chain.public
        if self._key is None and public is not None:
            raise LedgerError(f"{self.path} is signed; adding to it needs its key, {public.fingerprint}")
        if self._key is not None and public is None:
            raise LedgerError(f"{self.path} is an unsigned ledger; it cannot be added to with a key")
        if self._key is not None and public is not None and self._key.public != public:
            raise LedgerError(f"{self.path} is signed with another key, {public.fingerprint}; give that one")

    def _refuse_broken(self) -> None:
        failures = self._chain.failures
        if failures:
            more = f" (and {len(failures) - 1} more failures)" if len(failures) > 1 else ""
            raise LedgerError(f"{self.path} is broken. {failures[0]}{more}")
