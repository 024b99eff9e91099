"""What every written section is made from."""

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
    """A case and how it is to be written about.

    Attributes:
        case: the case.
        actions: the ledger's entries, in order.
        ledger: what checking the ledger found.
        words: the language.
        zone: a zone in which times are also shown, or None.
        exhibits: those of the rows that the report holds; None if it holds the whole case.
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
            CaseError: there is no ledger, or nothing but its beginning is in it.
        """
        actions = tuple(case.actions())
        if not actions:
            raise CaseError(f"{case.path}: the extraction had only begun; repeat the extract command")
        return cls(case, actions, verify(case.ledger_path, known=known_head(case.path)), words, zone)

    @property
    def begun(self) -> LedgerEntry | None:
        """The line with which the first extraction began."""
        return next((entry for entry in self.actions if entry.action in BEGINNINGS), None)

    @property
    def sealed(self) -> LedgerEntry | None:
        """The last line that seals the case; None if the case is not complete."""
        last = next((entry for entry in reversed(self.actions) if entry.action in (SEALED, *BEGINNINGS)), None)
        return last if last is not None and last.action == SEALED else None

    @property
    def matter(self) -> Mapping[str, str]:
        """What was said of the matter: request, scope, authority and so on, as last recorded in the ledger."""
        return described_matter(self.actions)

    @property
    def key(self) -> Mapping[str, Any]:
        """What the ledger last says of the key that signs it: whether it is provisional, or whose it is."""
        return CaseHistory.of(self.actions).key

    def detail_of(self, action: str, evidence: str) -> Mapping[str, Any]:
        """What the ledger's last line of an action says of an evidence item; empty if it has none."""
        found: Mapping[str, Any] = {}
        for entry in self.actions:
            if entry.action == action and entry.detail.get("evidence") == evidence:
                found = entry.detail
        return found
