"""The sections on method and parsers: how evidence was read, by which parser versions, and what was joined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.case.counts import parsers
from echoforensics.case.exhibits.join_table import bases_of_recordings, joined_exhibits
from echoforensics.report.markup import number
from echoforensics.report.sections.blocks import (
    Bullets,
    Heading,
    Paragraph,
    code,
    exhibits,
    facts,
    quote,
    section,
    short,
    strong,
    table,
)
from echoforensics.report.sections.review import review_blocks
from parsers.catalogue import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.report.sections.blocks import Block, Cell, WrittenSection
    from echoforensics.report.sections.context import ReportContext
    from echoforensics.report.words.language import Language
    from parsers.catalogue import CatalogueEntry

_MOST_JOINS = 50


def method_section(context: ReportContext) -> WrittenSection:
    """Describe how the evidence was read, on which system, and on what basis records were joined."""
    say = context.words.text
    return section(
        "method",
        say("Method"),
        Paragraph(
            say(
                "Sources were opened read-only and hashed before and after. Each file was read once, hashed, and"
                " offered to the parsers by its first bytes; what a parser claimed was kept and read. A record gives"
                " one row for each time it holds."
            )
        ),
        _environment(context),
        _joins(context),
        review_blocks(context),
    )


def parsers_section(context: ReportContext) -> WrittenSection:
    """List each parser with records: what it shows, what it was validated on, and its limits."""
    say, words = context.words.text, context.words
    used = {
        f"{name} {version}": count for (name, version), count in parsers(context.case.store, context.exhibits).items()
    }
    known = [(entry, used.pop(f"{entry.name} {entry.version}", 0)) for entry in catalogue()]
    made = [(entry, count) for entry, count in known if count]
    return section(
        "parsers",
        say("Parsers"),
        Paragraph(
            say("These are the parsers that made records of this case, with the tool's own description of each.")
        ),
        (block for entry, count in made for block in _parser(entry, count, words)),
        _others(used, words),
    )


def _environment(context: ReportContext) -> Iterator[Block]:
    """Yield the environment: what the ledger says about the tool, the system and the libraries."""
    say, begun = context.words.text, context.begun
    if begun is None:
        return
    detail = begun.detail
    libraries = detail.get("libraries")
    listed = (
        ", ".join(f"{name} {version}" for name, version in libraries.items()) if isinstance(libraries, dict) else ""
    )
    yield Heading(say("Tool and system"))
    yield facts(
        [
            (say("Tool"), quote(detail.get("tool"))),
            (say("Python"), quote(detail.get("python"))),
            (say("System"), quote(detail.get("system"))),
            (say("Libraries"), quote(listed)),
        ]
    )


def _parser(entry: CatalogueEntry, count: int, words: Language) -> Iterator[Block]:
    """Yield the catalogue's entry on a parser. Its sentences are always in English."""
    say, about = words.text, entry.about
    yield Heading(about.title)
    yield Paragraph(
        (
            quote(say("Parser")), quote(" "), code(entry.name),
            quote(say(", version {version}: {n}.", version=entry.version, n=words.counted(count, "record"))),
        )
    )  # fmt: skip
    yield Paragraph((strong(say("What it shows.")), quote(f" {about.shows}")))
    yield Paragraph((strong(say("What it must not be taken for.")), quote(f" {about.does_not_show}")))
    yield from _list(say("Known by"), about.known_by)
    if about.validated_on:
        yield from _list(say("Validated on"), about.validated_on)
    else:
        yield Paragraph((strong(say("Validated on.")), quote(f" {say('Nothing is stated.')}")))
    yield from _list(say("Limits"), about.limits)


def _list(title: str, items: tuple[str, ...]) -> Iterator[Block]:
    if items:
        yield Paragraph(strong(title))
        yield Bullets(tuple(map(quote, items)))


def _others(used: dict[str, int], words: Language) -> Iterator[Block]:
    say = words.text
    if used:
        yield Heading(say("Answers that were kept and not interpreted, by name"))
        rows = ((quote(name), number(count)) for name, count in sorted(used.items()))
        yield table((say("Name and version"), say("Records")), rows)


def _joins(context: ReportContext) -> Iterator[Block]:
    say, store = context.words.text, context.case.store
    yield Heading(say("Joins"))
    yield Paragraph(
        say(
            "A record is tied to an utterance, and a recording to a record, only through an id, a number, a file name"
            " or a hash that stands in the evidence for both. Where that allows two answers, nothing is joined. Each"
            " join has its basis:"
        )
    )
    if context.exhibits is None:
        yield Heading(say("Recordings that belong to records"), 4)
        rows: Iterator[tuple[Cell, ...]] = (
            (quote(basis), number(count)) for basis, count in bases_of_recordings(store)
        )
        yield table((say("Basis"), say("Records")), rows)
    given = {"utterance_id": say("an utterance"), "timestamp": say("the time of the request")}
    yield Heading(say("Records that were given an utterance or a time by another record"), 4)
    yield table(
        (say("Exhibit"), say("Was given"), say("Basis")),
        (
            (exhibits([name]) if name else say("a further reference"), short(given.get(what, what)), quote(basis))
            for name, what, basis in joined_exhibits(store)
            if context.includes(name or "")
        ),
        say("The case's database holds the others, in its table joins."),
        _MOST_JOINS,
    )
