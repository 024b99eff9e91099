"""The interactions as scripts for the page; in a part, reduced to what the part holds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from echoforensics.case.interactions.interaction_query import InteractionQuery, interactions
from echoforensics.report.markup import script_string
from echoforensics.report.words.vocabulary import kind_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from echoforensics.case.case import Case
    from echoforensics.case.spoken.interaction import CaseInteraction, Contradiction, Member, Unintended
    from echoforensics.report.media import Recording
    from echoforensics.report.report_part import ReportPart
    from echoforensics.report.words.language import Language

#: Interactions in one script.
CHUNK = 500


class WrittenInteractions(NamedTuple):
    """How many interactions were written, in how many scripts, and how many show signs or contradictions."""

    interactions: int
    chunks: int
    unintended: int
    contradicting: int


def shown_interactions(case: Case, part: ReportPart, words: Language) -> Iterator[tuple[CaseInteraction, int]]:
    """Each interaction of which a row is in the report, with how many of its records were left out."""
    if case.store.is_earlier:
        return
    for found in interactions(case.store, InteractionQuery()):
        if part.whole:
            yield found, 0
            continue
        # What was added is a part too.
        machine = tuple(each for each in found.machine if part.includes(each.exhibit))
        annotations = tuple(each for each in found.annotations if part.includes(each.exhibit))
        shown = replace(found, machine=machine, annotations=annotations)
        kept = tuple(member for member in found.members if part.includes(member.exhibit))
        if kept:
            left_out = len(found.members) - len(kept)
            yield (reduced(shown, kept, words) if left_out else shown), left_out


def reduced(found: CaseInteraction, kept: tuple[Member, ...], words: Language) -> CaseInteraction:
    """An interaction with nothing in it of records that are not in the report."""
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
    """The signs, where all that speaks for and against them is in the report."""
    if unintended is None:
        return None
    statements = (*unintended.speaks_for, *unintended.speaks_against)
    return unintended if all(each.exhibit in exhibits or not each.exhibit for each in statements) else None


def write_interactions(
    case: Case, folder: Path, part: ReportPart, found: list[Recording], words: Language
) -> WrittenInteractions:
    """Write the scripts. Raises OSError."""
    known = {recording.found.sha256: number for number, recording in enumerate(found)}
    shown = [_shown(one, left_out, known, words) for one, left_out in shown_interactions(case, part, words)]
    chunks = [shown[start : start + CHUNK] for start in range(0, len(shown), CHUNK)]
    for number, chunk in enumerate(chunks):
        script = f"REPORT.interactions({number}, JSON.parse({script_string(chunk)}));\n"
        (folder / f"interactions-{number:03}.js").write_text(script, encoding="utf-8")
    unintended = sum(1 for one in shown if one["unintended"])
    return WrittenInteractions(len(shown), len(chunks), unintended, sum(1 for one in shown if one["contradictions"]))


def _shown(found: CaseInteraction, left_out: int, recordings: dict[str, int], words: Language) -> dict[str, Any]:
    """An interaction as the page has it: its start in seconds, and its recordings by their number in the report."""
    made = found.as_json()
    start = made.pop("start")
    made.pop("datetime")
    second, micro = (None, None) if start is None or found.datetime is None else divmod(start, 1_000_000)
    made |= {"second": second, "micro": micro, "left_out": left_out}
    made["recordings"] = [recordings[sha256] for sha256 in found.recordings if sha256 in recordings]
    for member in made["members"]:
        member["kind"] = kind_words(member["data_type"], words)
    return made
