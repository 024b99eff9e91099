"""The section on times: whose clocks they are, in which zones, and how far they were off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.case.counts import clocks
from echoforensics.report.markup import number
from echoforensics.report.sections.blocks import Heading, Paragraph, code, exhibits, quote, section, table
from echoforensics.report.words.vocabulary import CLOCKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.report.sections.blocks import Block, WrittenSection
    from echoforensics.report.sections.context import ReportContext

_MOST = 100


def times_section(context: ReportContext) -> WrittenSection:
    """Describe how times were read, whose clocks they are, and each clock's error if the evidence states it."""
    say = context.words.text
    return section("clocks", say("Clocks"), _reading(context), _drift(context))


def _reading(context: ReportContext) -> Iterator[Block]:
    say = context.words.text
    yield Paragraph(
        say(
            "A time is kept as it was recorded. Where its zone is known it is also shown in UTC. Where the zone is not"
            " known no UTC is given, and the row says so. A clock can be wrong: the time is what the clock showed. The"
            " time in an utterance id is the start of the audio, to the second; the time at which the service made its"
            " record is later, and both are rows."
        )
    )
    if context.zone is not None:
        yield Paragraph(
            say(
                "The time in the zone {zone} stands beside it, with its offset from UTC; summer time is taken into"
                " account by the rules of the IANA time zone database.",
                zone=context.zone.key,
            )
        )
    counts = clocks(context.case.store, context.exhibits)
    yield table(
        (say("Clock"), say("Whose"), say("Rows")),
        ((code(name), say(whose), number(counts[name])) for name, whose in CLOCKS.items() if name in counts),
    )


def _drift(context: ReportContext) -> Iterator[Block]:
    say, case = context.words.text, context.case
    yield Heading(say("How far the clocks were off"))
    yield Paragraph(
        say(
            "Times are given as they were recorded. How far a clock was off is measured from pairs of times of one"
            " event that the evidence holds; where it holds none, that is said. Nothing in the timeline is corrected."
        )
    )
    if case.store.lacks_interactions:
        yield Paragraph(say("This case is of an earlier version of the tool, which kept too little for that."))
        return
    if readings := [
        (quote(reading.sentence), exhibits(reading.exhibits))
        for reading in case.clocks()
        if all(map(context.includes, reading.exhibits))
    ]:
        yield table((say("What the pairs of times say"), say("Exhibits")), readings, most=_MOST)
    if settings := [
        (quote(setting.sentence), exhibits([setting.exhibit]))
        for setting in case.clock_settings()
        if context.includes(setting.exhibit)
    ]:
        yield Heading(say("When clocks were set: {times}", times=context.words.counted(len(settings), "time")))
        yield table((say("What the record says"), say("Exhibit")), settings, most=_MOST)
    if zones := [
        (quote(zone.sentence), exhibits(zone.exhibits))
        for zone in case.zones()
        if all(map(context.includes, zone.exhibits))
    ]:
        yield Heading(say("Zones that settings in the evidence name"))
        yield table((say("What the records say"), say("Exhibits")), zones, most=_MOST)
