"""The input of every written section."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chain_of_custody.ledger import verify
from echoforensics.case.custody.history import CaseHistory
from echoforensics.case.custody.matter import described_matter
from echoforensics.case.custody.names import BEGINNINGS, SEALED
from echoforensics.case.custody.standing import known_head
from echoforensics.errors import CaseError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any
    from zoneinfo import ZoneInfo

    from chain_of_custody.ledger import LedgerEntry, LedgerReport
    from echoforensics.case.case import Case
    from echoforensics.report.words.language import Language


@dataclass(frozen=True, slots=True)
class ReportContext:
    """A case and the settings for writing about it.

    Attributes:
        case: the case.
        actions: the ledger's entries, in order.
        ledger: the result of checking the ledger.
        words: the language.
        zone: an additional zone for displaying times, or None.
        exhibits: the exhibits of the report's rows; None if the report holds the whole case.
    """

    case: Case
    actions: tuple[LedgerEntry, ...]
    ledger: LedgerReport
    words: Language
    zone: ZoneInfo | None
    exhibits: frozenset[str] | None = None

    def includes(self, exhibit: str) -> bool:
        """Whether a row is in the report."""
        return self.exhibits is None or exhibit in self.exhibits

    @classmethod
    def of(cls, case: Case, words: Language, zone: ZoneInfo | None = None) -> ReportContext:
        """Read and check the ledger of a case.

        Raises:
            CaseError: there is no ledger, or the extraction had only begun.
        """
        actions = tuple(case.actions())
        if not actions:
            raise CaseError(f"{case.path}: the extraction had only begun; repeat the extract command")
        return cls(case, actions, verify(case.ledger_path, known=known_head(case.path)), words, zone)

    @property
    def begun(self) -> LedgerEntry | None:
        """The ledger entry with which the first extraction began."""
        return next((entry for entry in self.actions if entry.action in BEGINNINGS), None)

    @property
    def sealed(self) -> LedgerEntry | None:
        """The last entry that seals the case. None if the case is incomplete."""
        last = next((entry for entry in reversed(self.actions) if entry.action in (SEALED, *BEGINNINGS)), None)
        return last if last is not None and last.action == SEALED else None

    @property
    def matter(self) -> Mapping[str, str]:
        """The details of the matter (request, scope, authority and so on), as last recorded in the ledger."""
        return described_matter(self.actions)

    @property
    def key(self) -> Mapping[str, Any]:
        """The last ledger entry's details on the signing key: whether it is provisional, or who owns it."""
        return CaseHistory.of(self.actions).key

    def detail_of(self, action: str, evidence: str) -> Mapping[str, Any]:
        """Return the details of the last entry with an action for an evidence item; empty if there is none."""
        found: Mapping[str, Any] = {}
        for entry in self.actions:
            if entry.action == action and entry.detail.get("evidence") == evidence:
                found = entry.detail
        return found
