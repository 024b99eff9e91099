"""The case in numbers and plain words, claiming no more than the numbers say."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from echoforensics.case.counts import counts_of_case, data_types, fields_of_type, period
from echoforensics.case.spoken.spoken_record import Witness, source_of
from echoforensics.report.markup import number, utc
from echoforensics.report.sections.blocks import (
    Heading,
    Paragraph,
    code,
    evidence,
    facts,
    quote,
    section,
    short,
    table,
)
from echoforensics.report.words.vocabulary import family_words, kind_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.case import Case
    from echoforensics.report.sections.blocks import Block, Cell, WrittenSection
    from echoforensics.report.sections.context import ReportContext

#: The older account history gives a status, the newer one an utterance type: (data type, field).
_STATUSES = (("alexa:cloud:activity", "status"), ("alexa:cloud:history", "utteranceType"))
_MOST_NAMES = 100


def summary_section(context: ReportContext) -> WrittenSection:
    """Summarise the counts, the period, the devices and the accounts."""
    say, words, case = context.words.text, context.words, context.case
    there, known = counts_of_case(case.store), period(case.store)
    devices = len({device.serial for device in case.devices()})
    between = (
        say("{first} to {last}", first=utc(known.first), last=utc(known.last))
        if known.first
        else say("no time in UTC is known")
    )
    return section(
        "summary",
        say("Summary"),
        Paragraph(
            say(
                "{items} of evidence gave {records}, shown as {rows} of the timeline: one row for each time that a"
                " record holds, at each place where it is. A record that is in several copies of a file counts once."
                " The counts are of what the tool can read; they do not say what else happened.",
                items=words.counted(there.evidence, "item"),
                records=words.counted(there.records, "record"),
                rows=words.counted(there.rows, "row"),
            )
        ),
        facts(
            [
                (say("Evidence items"), number(there.evidence)),
                (say("Distinct recordings"), _recordings(context)),
                (say("Interactions"), "" if case.store.lacks_interactions else number(len(case.interactions()))),
                (say("Rows in the timeline"), number(there.rows)),
                (say("Earliest and latest time"), between),
                (
                    say("Rows about a plan or an expiry"),
                    say("{count}, not in the line before", count=number(known.planned)),
                ),
                (say("Rows without a known UTC"), say("{count}, shown as recorded", count=number(known.unknown))),
                (say("Rows that hold no time"), number(known.timeless)),
                (say("Devices named"), number(devices)),
                (say("Accounts named"), number(len(case.accounts()))),
                (say("What could not be read"), words.counted(there.issues, "issue")),
            ]
        ),
        _tables(context),
    )


def _recordings(context: ReportContext) -> str:
    say = context.words.text
    lengths = [found.fields.get("duration_us") for found in context.case.recordings()]
    known = [length for length in lengths if isinstance(length, int)]
    parts = [number(len(lengths))]
    if known:
        parts.append(say("together {seconds} s", seconds=f"{sum(known) / 1_000_000:.1f}"))
    if len(known) < len(lengths):
        parts.append(say("of {count} the duration is unknown", count=number(len(lengths) - len(known))))
    return "; ".join(parts)


def _tables(context: ReportContext) -> Iterator[Block]:
    say, case, rest = context.words.text, context.case, context.words.text("The others are in timeline.csv.")
    none = say("none recorded")
    yield Heading(say("Utterances in the account's history, by the status or type that the service recorded"))
    yield table(
        (say("Recorded under"), say("Value"), say("Records")),
        (
            (code(name), none if status is None else evidence(status), number(count))
            for (name, status), count in _statuses(case)
        ),
        most=_MOST_NAMES,
    )
    yield Heading(say("Devices that records name"))
    yield table(
        (say("Serial number"), say("Type"), say("Named"), say("Records"), say("Earliest"), say("Latest")),
        (
            (evidence(a), evidence(b), evidence(", ".join(named)), number(n), short(utc(x)), short(utc(y)))
            for a, b, n, x, y, named in case.devices()
        ),
        rest,
        _MOST_NAMES,
    )
    yield Heading(say("Accounts that records name"))
    yield table(
        (say("Account"), say("Records"), say("Earliest"), say("Latest")),
        ((evidence(a), number(n), short(utc(x)), short(utc(y))) for a, n, x, y in case.accounts()),
        rest,
        _MOST_NAMES,
    )
    yield Heading(say("What the records are"))
    kinds: Iterator[tuple[Cell, ...]] = (
        (
            quote(kind_words(name, context.words)),
            code(name),
            say("whoever made the list") if source_of(name) is Witness.NONE else family_words(name, context.words),
            number(records),
            number(rows),
        )
        for name, records, rows in data_types(case.store)
    )
    head = say("What it is"), say("Data type"), say("Whose record"), say("Records"), say("Rows")
    yield table(head, kinds, rest, _MOST_NAMES)


def _statuses(case: Case) -> list[tuple[tuple[str, str | None], int]]:
    """Count each status in the account's history: ((field, status), records), the most frequent first."""
    counts: Counter[tuple[str, str | None]] = Counter()
    for data_type, name in _STATUSES:
        for fields in fields_of_type(case.store, data_type):
            status = json.loads(fields).get(name)
            text = status if status is None or isinstance(status, str) else json.dumps(status)
            counts[name, text] += 1
    return sorted(counts.items(), key=lambda item: (item[0][0], -item[1], item[0][1] is None, item[0][1] or ""))
