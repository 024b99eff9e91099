"""A line on an export in the ledger of a sealed case; the database is not touched."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from chain_of_custody.ledger import Ledger, LedgerError
from echoforensics.case.custody.head_file import write_head
from echoforensics.case.custody.names import EXPORTED, LEDGER
from echoforensics.case.lock import FolderLock
from echoforensics.case.text import storable_detail
from echoforensics.errors import CaseError

if TYPE_CHECKING:
    from chain_of_custody.keys import SigningKey
    from echoforensics.case.case import Case


def add_export_line(case: Case, key: SigningKey, detail: dict[str, Any]) -> None:
    """Put into the ledger that something was written out of a case, in the name of who acted last.

    Raises:
        CaseError: the case is not as it was sealed, cannot be written, is of an earlier version, or has another key.
    """
    if case.unverified:
        raise CaseError(case.unverified)
    actor = [entry.actor for entry in case.actions()][-1]
    try:
        with closing(FolderLock(case.path)):
            ledger = Ledger.open(case.path / LEDGER, key, actor)
            ledger.append(EXPORTED, storable_detail(detail))
            write_head(case.path, ledger.length, ledger.head)
    except LedgerError as error:
        raise CaseError(str(error)) from error
    except OSError as error:
        raise CaseError(f"{case.path}: cannot be written: {error.strerror or error}") from error
