"""What a report's head says of the matter: request, scope, authority. It is in the ledger, and in no sealed table."""

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

#: What can be said, by name.
MATTER_FIELDS = ("request", "scope", "authority", "subject", "qualifications")
#: At most this many characters of each are kept at most: a ledger's line has a bound.
LONGEST = 10_000


def described_matter(actions: Iterable[LedgerEntry]) -> dict[str, str]:
    """What the ledger last says of each; what was never said, or was taken back, is left out."""
    found: dict[str, str] = {}
    for entry in actions:
        if entry.action == DESCRIBED:
            found |= {name: str(entry.detail[name]) for name in MATTER_FIELDS if name in entry.detail}
    return {name: value for name, value in found.items() if value}


def describe_matter(case: Case, key: Signer | None, actor: str, given: Mapping[str, str]) -> None:
    """Record in the ledger of a sealed case what the report's head is to say. The database is not touched.

    Args:
        case: the case.
        key: the one that the case is signed with; None for an unsigned case.
        actor: who says so.
        given: by name, of :data:`MATTER_FIELDS`; an empty text takes back what was said before.

    Raises:
        UsageError: nothing is given, or a text is too long.
        CaseError: the case is not as it was sealed, cannot be written, or has another key.
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
