"""Adds a line about an export to the ledger of a sealed case, without touching the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from echoforensics.case.custody.later_line import add_line
from echoforensics.case.custody.names import EXPORTED
from echoforensics.errors import CaseError

if TYPE_CHECKING:
    from chain_of_custody.signer import Signer
    from echoforensics.case.case import Case


def add_export_line(case: Case, key: Signer | None, detail: dict[str, Any]) -> None:
    """Record in the ledger that something was exported from a case, in the name of the last actor.

    Raises:
        CaseError: the case has changed since it was sealed, cannot be written, is of an earlier version, or has
        another key.
    """
    if case.unverified:
        raise CaseError(case.unverified)
    actor = [entry.actor for entry in case.actions()][-1]
    add_line(case.path, key, actor, EXPORTED, detail)
