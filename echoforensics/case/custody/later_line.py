"""Adds a line to the ledger of a sealed case and leaves its database unchanged."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from chain_of_custody.ledger import Ledger, LedgerError
from echoforensics.case.custody.head_file import write_head
from echoforensics.case.custody.names import LEDGER
from echoforensics.case.lock import FolderLock
from echoforensics.case.text import storable_detail
from echoforensics.errors import CaseError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from chain_of_custody.ledger import LedgerEntry
    from chain_of_custody.signer import Signer


def add_line(
    case: Path, key: Signer | None, actor: str, action: str, detail: dict[str, Any] | Callable[[Ledger], dict[str, Any]]
) -> LedgerEntry:
    """Add a line to the ledger of a case.

    Args:
        case: the case folder.
        key: the key of the ledger; None if it is unsigned.
        actor: name of the person.
        action: the action, as the ledger names it.
        detail: further content of the line; or a function that makes it from the ledger as it is before the line.

    Raises:
        CaseError: the case is not writable, its ledger is broken, or it has another key.
    """
    with _opened(case, key, actor) as ledger:
        content = detail(ledger) if callable(detail) else detail
        entry = ledger.append(action, storable_detail(content))
        write_head(case, ledger.length, ledger.head)
    return entry


def refuse_other_key(case: Path, key: Signer | None, actor: str) -> None:
    """Refuse a case that :func:`add_line` could not add to, before anything else is written.

    Args:
        case: the case folder.
        key: the key that will sign the line; None for an unsigned ledger.
        actor: name of the person.

    Raises:
        CaseError: the case is not writable, its ledger is broken, or it has another key.
    """
    with _opened(case, key, actor):
        pass


@contextmanager
def _opened(case: Path, key: Signer | None, actor: str) -> Iterator[Ledger]:
    try:
        with closing(FolderLock(case)):
            yield Ledger.open(case / LEDGER, key, actor)
    except LedgerError as error:
        raise CaseError(str(error)) from error
    except OSError as error:
        raise CaseError(f"{case}: cannot be written: {error.strerror or error}") from error
