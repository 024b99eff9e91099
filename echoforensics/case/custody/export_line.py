"""A line on an export in the ledger of a sealed case; the database is not touched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from echoforensics.case.custody.later_line import add_line
from echoforensics.case.custody.names import EXPORTED
from echoforensics.errors import CaseError

if TYPE_CHECKING:
    from chain_of_custody.signer import Signer
    from echoforensics.case.case import Case


def add_export_line(case: Case, key: Signer | None, detail: dict[str, Any]) -> None:
    """Put into the ledger that something was written out of a case, in the name of who acted last.

    Raises:
        CaseError: the case is not as it was sealed, cannot be written, is of an earlier version, or has another key.
    """
    if case.unverified:
        raise CaseError(case.unverified)
    actor = [entry.actor for entry in case.actions()][-1]
    add_line(case.path, key, actor, EXPORTED, detail)
