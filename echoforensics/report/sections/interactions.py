"""The section on interactions: what the records say and, separately, why they were joined."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from echoforensics.report.markup import local, number, utc
from echoforensics.report.reduced_interaction import shown_interactions
from echoforensics.report.sections.blocks import (
    Heading,
    Paragraph,
    code,
    evidence,
    exhibits,
    facts,
    lines,
    quote,
    section,
    table,
)
from echoforensics.report.words.vocabulary import SIGNS, STRENGTHS
from echoforensics.zones import local_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.spoken.interaction import AddedRecord, CaseInteraction, Statement
    from echoforensics.report.sections.blocks import Block, Cell, Run, WrittenSection
    from echoforensics.report.sections.context import ReportContext

#: The most interactions to show.
_MOST = 1000
_MOST_MEMBERS = 40


def interactions_section(context: ReportContext) -> WrittenSection:
    """List each interaction with a row in the report, by time, without anything from other rows."""
    say = context.words.text
    found = [one for one, _ in shown_interactions(context.case, context.exhibits, context.words)]
    left_out = len(found) - _MOST
    note = say(
        "The first {shown} of {whole} interactions are shown. echoforensics interactions CASE lists all.",
        shown=number(_MOST), whole=number(len(found)),
    ) if left_out > 0 else ""  # fmt: skip
    intro = say(
        "An interaction is one time that somebody or something spoke to a device, or that the device took it so. What"
        " the records say is given first. Why they were put together is interpretation, by rule, and stands in the"
        " table below each: by which reason a record belongs, and how strong that reason is."
    )
    none = [] if found else [Paragraph(say("None."))]
    return section(
        "interactions",
        say("Interactions"),
        Paragraph(intro),
        none,
        (block for one in islice(found, _MOST) for block in _interaction(one, context)),
        [Paragraph(note)] if note else [],
    )


def _interaction(found: CaseInteraction, context: ReportContext) -> Iterator[Block]:
    say = context.words.text
    when = utc(found.datetime)[:19] + " UTC" if found.datetime else say("time not known")
    yield Heading(f"{found.number} · {when}")
    yield Paragraph(quote(found.sentence))
    devices = (evidence(" · ".join(filter(None, (one.name, one.type, one.serial)))) for one in found.devices)
    yield facts(
        [
            (say("Start"), _start(found, context)),
            (say("Device"), lines(devices)),
            (say("Account"), evidence(found.account)),
            (say("Voice recognised by the service as"), lines(map(evidence, found.persons))),
            (say("Text recognised by the service"), evidence(found.transcript)),
            (say("Written down by people"), lines(_written_down(found))),
            (say("Answered"), lines((evidence(one.text), *_from(one.exhibit)) for one in found.answers)),
            (say("Status"), lines((evidence(one.status), *_from(one.exhibit)) for one in found.statuses)),
            (say("Recordings"), lines(map(code, found.recordings))),
            (say("Records that do not agree"), lines(_contradictions(found))),
            (say("Signs that it was not intended"), lines(_unintended(found, context))),
            (say("Left open"), lines(map(quote, found.left_open))),
            (say("Found by a machine. It can be wrong."), lines(map(_added, found.machine))),
            (say("What people wrote about it"), lines(map(_added, found.annotations))),
        ]
    )
    yield table(
        (say("Exhibit"), say("What the record says"), say("Why it belongs"), say("Strength")),
        (
            (exhibits([one.exhibit]), quote(one.says), quote(one.reason), say(STRENGTHS[one.strength]))
            for one in found.members
        ),
        most=_MOST_MEMBERS,
    )  # fmt: skip


def _written_down(found: CaseInteraction) -> Iterator[Cell]:
    for one in found.human_transcripts:
        yield (evidence(one.fields["text"]), quote(f" {one.fields.get('author') or ''}"), *_from(one.exhibit))


def _from(exhibit: str) -> tuple[Run, ...]:
    return (quote(" "), *exhibits([exhibit])) if exhibit else ()


def _start(found: CaseInteraction, context: ReportContext) -> Cell:
    say = context.words.text
    if found.start is None or not found.datetime:
        return quote(found.start_basis)
    times = [utc(found.datetime)]
    if context.zone is not None:
        times.append(local(local_time(found.start, context.zone), context.zone.key))
    off = (
        say("how far it may be off is not known")
        if found.uncertainty is None
        else say("± {seconds} s", seconds=f"{found.uncertainty / 1_000_000:g}")
    )
    return lines([f"{' · '.join(times)} ({off})", quote(found.start_basis)])


def _contradictions(found: CaseInteraction) -> Iterator[Cell]:
    for one in found.contradictions:
        yield quote(f"{one.what}: ")
        yield from map(_statement, one.sides)


def _unintended(found: CaseInteraction, context: ReportContext) -> Iterator[Cell]:
    say, signs = context.words.text, found.unintended
    if signs is None:
        return
    yield "; ".join(say(SIGNS[sign]) for sign in signs.signs)
    for title, statements in ((say("For it:"), signs.speaks_for), (say("Against it:"), signs.speaks_against)):
        if statements:
            yield title
            yield from map(_statement, statements)


def _added(one: AddedRecord) -> Cell:
    return (quote(one.says), *_from(one.exhibit))


def _statement(one: Statement) -> Cell:
    return (quote(one.says), *_from(one.exhibit))
