"""A case for handing over, without what was removed from its recordings."""

from __future__ import annotations

import errno
import shutil
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from echoforensics.case.added_records.added_files import added_files
from echoforensics.case.case import Case
from echoforensics.case.redactions.redacted_tables import RedactedTables, redact_tables
from echoforensics.case.redactions.redaction import redactions_of
from echoforensics.case.store import Store
from echoforensics.case.vault import Vault
from echoforensics.errors import CaseError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chain_of_custody.ledger import LedgerEntry

_WHY = "withheld: it holds what was redacted"


class WithheldError(PermissionError):
    """A file is withheld because it holds redacted content."""


class RedactedCase(Case):
    """A case without redacted content. It has the files of the case, except those with redacted content.

    Attributes:
        tables: what was removed from the tables.
    """

    def __init__(self, case: Case, store: Store, tables: RedactedTables) -> None:
        super().__init__(case.path, store)
        self.tables = tables
        copies = {one.copy for one in tables.redactions.values() if one.copy}
        withheld = {one.sha256 for one in tables.files}
        self.vault = _RedactedVault(case.vault, _room(case), copies, withheld)
        if case.unverified:
            self.mark_unverified(case.unverified)

    def actions(self) -> Iterator[LedgerEntry]:
        """The ledger's entries in order, without redacted phrases: a file name may hold one."""
        phrases = self.tables.phrases
        for entry in super().actions():
            yield replace(entry, detail=_without(entry.detail, phrases.replaced)) if phrases else entry

    def may_show(self, content: bytes) -> bool:
        """Whether bytes of a file may be shown: they contain no redacted phrase."""
        return not (self.tables.phrases and self.tables.phrases.are_in_bytes(content))


class _RedactedVault(Vault):
    """The files of a case without withheld ones, and with copies in place of redacted recordings."""

    def __init__(self, vault: Vault, added: Vault, copies: set[str], withheld: set[str]) -> None:
        super().__init__(vault.root)
        self._vault, self._added, self._copies, self._withheld = vault, added, copies, withheld

    def path(self, sha256: str) -> Path:
        """The path of a file. Raises OSError if it is withheld."""
        if sha256 in self._withheld:
            raise WithheldError(errno.EACCES, _WHY, sha256)
        return (self._added if sha256 in self._copies else self._vault).path(sha256)

    def open(self, sha256: str) -> BinaryIO:
        """Open a file for reading. Raises OSError if it is missing or withheld."""
        if sha256 in self._withheld:
            raise WithheldError(errno.EACCES, _WHY, sha256)
        return (self._added if sha256 in self._copies else self._vault).open(sha256)

    def files(self) -> list[Path]:
        """Every file that is not withheld, sorted."""
        return [path for path in super().files() if path.name not in self._withheld]


@contextmanager
def handed_over(case: Case, *, unredacted: bool = False) -> Iterator[Case]:
    """Yield a case for handing over: unchanged if nothing was redacted, else a :class:`RedactedCase`.

    Args:
        case: the case.
        unredacted: yield the unredacted case.

    Raises:
        CaseError: the disk for temporary files is full, or a redacted copy is missing.
    """
    if unredacted or isinstance(case, RedactedCase) or not redactions_of(case.store):
        yield case
        return
    try:
        folder = tempfile.mkdtemp(prefix="echoforensics-")
    except OSError as error:
        raise CaseError(f"a redacted case cannot be made in the folder for temporary files: {error}") from error
    try:
        path = Path(folder) / "case.db"
        try:
            with closing(sqlite3.connect(path)) as copy:
                case.store.db.backup(copy)
            with closing(Store(path, write=True, logged=False)) as store:
                tables = redact_tables(store)
        except (sqlite3.Error, OSError) as error:
            raise CaseError(f"{path}: a redacted case cannot be made: {error}") from error
        _refuse_missing(case, tables)
        with closing(Store(path)) as store:
            yield RedactedCase(case, store, tables)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def redacted(case: Case) -> RedactedTables | None:
    """Return what was removed from a case; None if it is not a redacted case."""
    return case.tables if isinstance(case, RedactedCase) else None


def _room(case: Case) -> Vault:
    """The vault of the copies, beside the extracted files. A bundle is written from a copy of the database."""
    return added_files(case.vault.root.parent)


def _refuse_missing(case: Case, tables: RedactedTables) -> None:
    room = _room(case)
    for one in tables.redactions.values():
        if one.copy and not room.path(one.copy).is_file():
            raise CaseError(
                f"{room.path(one.copy)}: the redacted copy of {one.about} is missing; run `echoforensics verify`"
            )


def _without(value: Any, replaced: Any) -> Any:
    """A detail with phrases replaced in its texts."""
    if isinstance(value, str):
        return replaced(value)
    if isinstance(value, dict):
        return {name: _without(each, replaced) for name, each in value.items()}
    return [_without(each, replaced) for each in value] if isinstance(value, list) else value
