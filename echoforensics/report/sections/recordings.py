"""The section that lists the recordings for paper, without players."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.report.markup import utc
from echoforensics.report.sections.blocks import (
    Paragraph,
    code,
    evidence,
    exhibits,
    lines,
    quote,
    section,
    short,
    table,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.recording_query import FoundRecording
    from echoforensics.report.sections.blocks import Cell, WrittenSection
    from echoforensics.report.sections.context import ReportContext

_MOST = 2000


def recording_list(context: ReportContext) -> WrittenSection:
    """List every distinct recording with a row in the report, by time."""
    say = context.words.text
    rows: list[tuple[Cell, ...]] = []
    for found in context.case.recordings():
        held = [row for row in found.rows if context.includes(row["exhibit"])]
        if not held:
            continue
        length = found.fields.get("duration_us")
        seconds = f"{length / 1_000_000:.3f} s" if isinstance(length, int) else say("unknown")
        times = dict.fromkeys(utc(row["datetime"]) for row in held if row["datetime"])
        rows.append(
            (
                exhibits(dict.fromkeys(row["exhibit"] for row in held)),
                lines(map(short, times)) or say("no time"),
                seconds,
                lines(_texts(found, context)) or say("none recorded"),
                lines(map(code, dict.fromkeys(filter(None, (found.heard, found.sha256))))),
            )
        )
    return section(
        "recordings",
        say("Recordings"),
        Paragraph(
            say(
                "The same bytes at several places are one recording. The text beside a recording is what the Alexa"
                " service recognised and the account kept; it can be wrong. Listen before relying on it."
            )
        ),
        [
            table(
                (say("Exhibit"), say("Time"), say("Duration"), say("Text recognised by the service"), say("SHA-256")),
                rows,
                say("The case holds the others."),
                _MOST,
            )
        ],
    )


def _texts(found: FoundRecording, context: ReportContext) -> Iterator[Cell]:
    """Yield the service's texts, then people's transcripts and their authors."""
    yield from (evidence(text) for name, text in found.texts if context.includes(name))
    for name, text, author in found.human:
        if context.includes(name):
            yield (quote(context.words.text("Written down by {author}: ", author=author)), evidence(text))
