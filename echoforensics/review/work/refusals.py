"""The error for a decision that somebody else saved first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.report.words.language import later
from echoforensics.review.room_errors import ChangedMeanwhileError

if TYPE_CHECKING:
    from echoforensics.review.store.decision_table import Decision


class SavedFirstError(ChangedMeanwhileError):
    """Somebody else saved first; nothing was overwritten.

    Attributes:
        decision: the saved decision.
    """

    def __init__(self, decision: Decision) -> None:
        super().__init__(
            later("Somebody else saved first. Look at what they wrote, then save again."),
            version=decision.version, decision=decision.as_json(),
        )  # fmt: skip
        self.decision = decision
