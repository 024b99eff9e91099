"""Returns the interactions that a report shows; a partial report contains only its own part of each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from echoforensics.case.interactions.interaction_query import InteractionQuery, interactions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from echoforensics.case.case import Case
    from echoforensics.case.spoken.interaction import CaseInteraction, Contradiction, Member, Unintended
    from echoforensics.report.words.language import Language


def shown_interactions(
    case: Case, exhibits: Collection[str] | None, words: Language
) -> Iterator[tuple[CaseInteraction, int]]:
    """Yield each interaction with a row in the report, and the number of its records left out.

    Args:
        case: the case.
        exhibits: the exhibits of the report's rows; None if the report holds the whole case.
        words: the language for describing a reduced interaction.
    """
    if case.store.lacks_interactions:
        return
    for found in interactions(case.store, InteractionQuery(), by_itself=exhibits is not None):
        if exhibits is None:
            yield found, 0
            continue
        # Added records are a part too.
        machine = tuple(each for each in found.machine if each.exhibit in exhibits)
        annotations = tuple(each for each in found.annotations if each.exhibit in exhibits)
        shown = replace(found, machine=machine, annotations=annotations)
        kept = tuple(member for member in found.members if member.exhibit in exhibits)
        if kept:
            left_out = len(found.members) - len(kept)
            yield (reduced(shown, kept, words) if left_out else shown), left_out


def reduced(found: CaseInteraction, kept: tuple[Member, ...], words: Language) -> CaseInteraction:
    """Return an interaction without anything from records outside the report."""
    exhibits = {member.exhibit for member in kept}
    sentence = words.text("Only some records of this interaction are in this report.")
    return replace(
        found,
        start=None,
        uncertainty=None,
        start_basis=sentence,
        sentence=sentence,
        devices=(),
        transcript=None,
        answers=tuple(answer for answer in found.answers if answer.exhibit in exhibits),
        recordings=(),
        statuses=tuple(status for status in found.statuses if status.exhibit in exhibits),
        members=kept,
        contradictions=_within(found.contradictions, exhibits),
        unintended=_signs(found.unintended, exhibits),
        left_open=(),
        account=None,
        persons=(),
    )


def _within(contradictions: tuple[Contradiction, ...], exhibits: set[str]) -> tuple[Contradiction, ...]:
    return tuple(each for each in contradictions if all(side.exhibit in exhibits for side in each.sides))


def _signs(unintended: Unintended | None, exhibits: set[str]) -> Unintended | None:
    """Return the signs if all evidence for and against them is in the report."""
    if unintended is None:
        return None
    statements = (*unintended.speaks_for, *unintended.speaks_against)
    return unintended if all(each.exhibit in exhibits or not each.exhibit for each in statements) else None
