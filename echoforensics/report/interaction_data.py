"""Writes the interactions as scripts for the page; a partial report contains only its own part of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from echoforensics.report.markup import script_string
from echoforensics.report.reduced_interaction import shown_interactions
from echoforensics.report.words.vocabulary import kind_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from echoforensics.case.case import Case
    from echoforensics.case.spoken.interaction import CaseInteraction
    from echoforensics.report.media import Recording
    from echoforensics.report.report_part import ReportPart
    from echoforensics.report.words.language import Language

#: How many interactions go into one script.
CHUNK = 500


class WrittenInteractions(NamedTuple):
    """The number of interactions, of scripts, and of interactions with signs or contradictions."""

    interactions: int
    chunks: int
    unintended: int
    contradicting: int


def write_interactions(
    case: Case, folder: Path, part: ReportPart, found: list[Recording], words: Language
) -> WrittenInteractions:
    """Write the scripts. Raises OSError."""
    known = {recording.found.sha256: number for number, recording in enumerate(found)}
    reduced = shown_interactions(case, part.exhibits, words)
    shown = [interaction_entry(one, left_out, known, words) for one, left_out in reduced]
    chunks = [shown[start : start + CHUNK] for start in range(0, len(shown), CHUNK)]
    for number, chunk in enumerate(chunks):
        script = f"REPORT.interactions({number}, JSON.parse({script_string(chunk)}));\n"
        (folder / f"interactions-{number:03}.js").write_text(script, encoding="utf-8")
    unintended = sum(1 for one in shown if one["unintended"])
    return WrittenInteractions(len(shown), len(chunks), unintended, sum(1 for one in shown if one["contradictions"]))


def interaction_entry(
    found: CaseInteraction, left_out: int, recordings: Mapping[str, int], words: Language
) -> dict[str, Any]:
    """Return an interaction for the page: its start in seconds, and its recordings by number in the report."""
    made = found.as_json()
    start = made.pop("start")
    made.pop("datetime")
    second, micro = (None, None) if start is None or found.datetime is None else divmod(start, 1_000_000)
    made |= {"second": second, "micro": micro, "left_out": left_out}
    made["recordings"] = [recordings[sha256] for sha256 in found.recordings if sha256 in recordings]
    made["human"] = [
        [one.exhibit, one.fields["text"], one.fields.get("author") or ""] for one in found.human_transcripts
    ]
    for member in made["members"]:
        member["kind"] = kind_words(member["data_type"], words)
    return made
