"""Checks what a run may continue from an existing case: the same matter, and items that its ledger vouches for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from echoforensics.case.case import Case
from echoforensics.case.custody.history import MATTER
from echoforensics.case.custody.names import DATABASE, LEDGER
from echoforensics.case.custody.standing import ledger_history
from echoforensics.errors import CaseError

if TYPE_CHECKING:
    from pathlib import Path

    from echoforensics.case.evidence_table import EvidenceItem
    from echoforensics.extraction.options import Options


def known_items(case: Path) -> dict[Path, EvidenceItem]:
    """By location, the evidence items of a case that were parsed completely according to its ledger.

    Their contents are compared with the ledger when the case is opened for writing.

    Raises:
        CaseError: the folder is not a case, or its ledger cannot be read.
    """
    if not (case / DATABASE).exists() or not os.path.lexists(case / LEDGER):
        return {}
    finished = ledger_history(case / LEDGER).finished
    with Case.open(case) as opened:
        return {
            item.location: item
            for item in opened.evidence()
            if item.name in finished and finished[item.name].contents is not None
        }


def refuse_other_matter(case: Path, options: Options) -> None:
    """Refuse evidence of another matter than the case's.

    Raises:
        CaseError: examiner, agency or reference differ from before, and ``options`` do not allow joining them.
    """
    if options.join_case or not os.path.lexists(case / LEDGER):
        return
    before = ledger_history(case / LEDGER).matter
    for name in MATTER:
        value = getattr(options, name)
        if value and before[name] and value not in before[name]:
            had = ", ".join(map(repr, before[name]))
            raise CaseError(
                f"{case}: is a case with the {name} {had}, not {value!r}. Give another case folder; or, if the "
                f"evidence belongs to this case, add --join-case"
            )


def joined_matter(case: Case, options: Options) -> dict[str, str]:
    """Examiner, agency and reference as the case shows them: every value ever given, oldest first."""
    before = ledger_history(case.ledger_path).matter
    shown = {}
    for name in MATTER:
        value = getattr(options, name)
        values = [*before[name], *([value] if value and value not in before[name] else [])]
        shown[name] = "; ".join(values)
    return shown
