"""The section on error rates: what was measured on synthetic evidence with known content, and what was not."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from echoforensics.case.added_records.addition import MACHINE
from echoforensics.case.counts import carved_files, data_types, parsers, recovered_rows
from echoforensics.report.markup import number
from echoforensics.report.sections.blocks import Heading, Paragraph, code, quote, section, table
from parsers.catalogue import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.report.sections.blocks import Block, Cell, WrittenSection
    from echoforensics.report.sections.context import ReportContext
    from echoforensics.report.words.language import Language


def measured(subject: str) -> dict[str, Any]:
    """Return a benchmark's stored results: ``recovered_rows`` or ``carved_recordings``."""
    found = files("echoforensics.report") / "assets" / f"{subject}.json"
    counts: dict[str, Any] = json.loads(found.read_text("utf-8"))
    return counts


def error_rates_section(context: ReportContext) -> WrittenSection:
    """State how often the tool errs if that was measured, and say so if it was not."""
    say, store = context.words.text, context.case.store
    return section(
        "rates",
        say("Error rates"),
        Paragraph(
            say(
                "A rate is given only where it was measured, on evidence made for it of which everything is known. Real"
                " evidence differs from made evidence; a rate says nothing of a single record. Most formats are"
                " read by rule: their parsers were tried on the samples named below, and no rate"
                " was measured for them."
            )
        ),
        _recovered(recovered_rows(store, context.exhibits), context.words),
        _carved(carved_files(store, context.exhibits), context.words),
        _listened(context),
        _of_parsers(context),
    )


def _recovered(count: int, words: Language) -> Iterator[Block]:
    """Yield how reliable recovered rows are; nothing if the case has none."""
    if not count:
        return
    found = measured("recovered_rows")
    say, given, invented, there = words.text, found["given"], found["invented"], found["there"]
    yield Heading(say("Deleted rows of databases"))
    here = (
        say("1 record of this case was recovered from room of an SQLite database that is no longer in use, by the shape"
            " of a table's rows.")
        if count == 1
        else say("{count} records of this case were recovered from room of an SQLite database that is no longer in use,"
                 " by the shape of a table's rows.", count=number(count))
    )  # fmt: skip
    rate = say(
        "How far that can be relied on was measured on databases made for it, of which every row that they ever held is"
        " known. Of {given} rows that were given as deleted, {invented} never existed ({rate}); {doubtful} others say"
        " themselves that they may be made of two rows, and {elsewhere} had been rows of another table of the same"
        " shape. Of {there} deleted rows whose bytes were still there, {recovered} were recovered.",
        given=number(given), invented=number(invented), rate=f"{invented / given:.2%}",
        doubtful=number(found["doubtful"]), elsewhere=number(found["elsewhere"]), there=number(there),
        recovered=number(there - found["missed"]),
    )  # fmt: skip
    yield Paragraph(quote(f"{here} {rate}"))


def _carved(count: int, words: Language) -> Iterator[Block]:
    """Yield how reliable carved items outside files are."""
    if not count:
        return
    say, found = words.text, measured("carved_recordings")
    yield Heading(say("Recordings found outside of files"))
    yield Paragraph(
        say(
            "Files of this case that were found by their own bytes: {count}. How far such finds can be relied on was"
            " measured on an image made for it: of {planted} recordings that were planted in it, {exact} were found"
            " byte for byte, and {other} files were found that were none of them. For other finds: not measured.",
            count=number(count),
            planted=number(found["planted"]), exact=number(found["exact"]), other=number(found["other"]),
        )
    )  # fmt: skip


def _listened(context: ReportContext) -> Iterator[Block]:
    """Yield how reliable the machines' findings in recordings are."""
    heard = any(kind[0].startswith(MACHINE) for kind in data_types(context.case.store, context.exhibits))
    if not heard:
        return
    say, found = context.words.text, measured("listening")
    rates = found["all"]
    yield Heading(say("What machines found in recordings"))
    yield Paragraph(
        say(
            "How far such findings can be relied on was measured on {clips} clips made for it by a speech synthesiser,"
            " with noise, echo and music added. Synthetic voices are easier than people. Words that were wrong: {plain}"
            " without a hotword, {hinted} with it. Of what was given as speech, {precision} was speech; of speech,"
            " {recall} was found. Where the wake word was spoken, its detector was above its threshold in {hits}; where"
            " it was not, in {alarms}. In brackets the bounds of 95 %.",
            clips=number(found["clips"]), plain=_bounded(rates["word_errors"]),
            hinted=_bounded(rates["word_errors_with_hotword"]), precision=_bounded(rates["speech_precision"]),
            recall=_bounded(rates["speech_recall"]), hits=_bounded(rates["wake_word_hits"]),
            alarms=_bounded(rates["wake_word_false_alarms"]),
        )
    )  # fmt: skip


def _bounded(rate: tuple[float, float, float]) -> str:
    value, low, high = rate
    return f"{value:.1%} ({low:.1%} - {high:.1%})"


def _of_parsers(context: ReportContext) -> Iterator[Block]:
    """Yield, for each parser with records, what it was tested on, and its error rate."""
    say, versions = context.words.text, {(entry.name, entry.version): entry for entry in catalogue()}
    rows: list[tuple[Cell, ...]] = []
    for (name, version), count in parsers(context.case.store, context.exhibits).items():
        entry = versions.get((name, version))
        tried = "; ".join(entry.about.validated_on) if entry else ""
        rows.append(
            (code(f"{name} {version}"), number(count), quote(tried or say("nothing stated")), say("not measured"))
        )
    yield Heading(say("Parsers that made records"))
    yield table((say("Parser and version"), say("Records"), say("Validated on"), say("Error rate")), rows)
