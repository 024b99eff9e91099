"""The matter shown at the head of a report: request, scope, authority. The ledger holds it, not a sealed table."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from chain_of_custody.ledger import Ledger, LedgerError
from echoforensics.case.custody.head_file import write_head
from echoforensics.case.custody.names import DESCRIBED, LEDGER
from echoforensics.case.lock import FolderLock
from echoforensics.case.text import storable_detail
from echoforensics.errors import CaseError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chain_of_custody.ledger import LedgerEntry
    from chain_of_custody.signer import Signer
    from echoforensics.case.case import Case

#: The fields, by name.
MATTER_FIELDS = ("request", "scope", "authority", "subject", "qualifications")
#: Maximum length of each text in characters: a ledger line has a limit.
LONGEST = 10_000


def described_matter(actions: Iterable[LedgerEntry]) -> dict[str, str]:
    """Return the last recorded text of each field. Fields that were never set, or were cleared, are left out."""
    found: dict[str, str] = {}
    for entry in actions:
        if entry.action == DESCRIBED:
            found |= {name: str(entry.detail[name]) for name in MATTER_FIELDS if name in entry.detail}
    return {name: value for name, value in found.items() if value}


def describe_matter(case: Case, key: Signer | None, actor: str, given: Mapping[str, str]) -> None:
    """Record in the ledger of a sealed case the matter for the report's head. The database is not touched.

    Args:
        case: the case.
        key: the key that the case is signed with; None for an unsigned case.
        actor: name of the person.
        given: texts by name of :data:`MATTER_FIELDS`; an empty text clears the field.

    Raises:
        UsageError: nothing is given, or a text is too long.
        CaseError: the case has changed since it was sealed, is not writable, or has another key.
    """
    if not given:
        raise UsageError(f"give at least one of: {', '.join(f'--{name}' for name in MATTER_FIELDS)}")
    for name, value in given.items():
        if len(value) > LONGEST:
            raise UsageError(f"--{name}: is longer than {LONGEST} characters")
    if case.unverified:
        raise CaseError(case.unverified)
    try:
        with closing(FolderLock(case.path)):
            ledger = Ledger.open(case.path / LEDGER, key, actor)
            ledger.append(DESCRIBED, storable_detail(dict(given)))
            write_head(case.path, ledger.length, ledger.head)
    except LedgerError as error:
        raise CaseError(str(error)) from error
    except OSError as error:
        raise CaseError(f"{case.path}: cannot be written: {error.strerror or error}") from error
