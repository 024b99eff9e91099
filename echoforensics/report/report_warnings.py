"""The most important warnings: a report that nothing vouches for, and clocks that were wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.report.sections.head import warnings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.report.report_part import ReportPart
    from echoforensics.report.sections.context import ReportContext

#: The most characters of a name to show.
_LONG = 240
#: From this many microseconds on, a clock's error is reported at the top.
_WRONG = 60_000_000
#: The most clocks to name; further ones are counted.
_MOST_CLOCKS = 3


def report_warnings(context: ReportContext, part: ReportPart) -> Iterator[str]:
    """Yield the warnings, the most serious first."""
    yield from warnings(context)
    yield from _changed_items(context)
    yield from _wrong_clocks(context, part)


def _changed_items(context: ReportContext) -> Iterator[str]:
    for entry in context.actions:
        if entry.action == "source hashed again" and entry.detail.get("unchanged") is False:
            yield context.words.text(
                "The evidence item {name} CHANGED while it was read: its hashes before and after differ.",
                name=str(entry.detail.get("evidence"))[:_LONG],
            )


def _wrong_clocks(context: ReportContext, part: ReportPart) -> Iterator[str]:
    say = context.words.text
    wrong = [
        reading
        for reading in context.case.clocks()
        if reading.offset is not None and abs(reading.offset) >= _WRONG and all(map(part.includes, reading.exhibits))
    ]
    for reading in wrong[:_MOST_CLOCKS]:
        yield say("A clock was wrong. {sentence} No time was corrected.", sentence=reading.sentence)
    if rest := wrong[_MOST_CLOCKS:]:
        yield say("Other clocks were wrong too: {periods}.", periods=context.words.counted(len(rest), "period"))
