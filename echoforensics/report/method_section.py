"""The section on method: what was read how, whose clocks the times are, and by what records were joined."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING

from echoforensics.case.counts import clocks, parsers, recovered_rows
from echoforensics.case.exhibits.join_table import bases_of_recordings, joined_exhibits
from echoforensics.report.markup import counted, escape, number, section, table, text
from parsers.catalogue import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from echoforensics.case.case import Case
    from parsers.catalogue import CatalogueEntry

_MOST_JOINS = 200
_CLOCKS = (
    ("cloud", "a clock of the Alexa service"), ("device", "the clock of the Echo"), ("phone", "the clock of a phone"),
    ("examiner", "the clock of the computer on which evidence was acquired"), ("unknown", "not known whose clock"),
)  # fmt: skip


def method_section(case: Case, local: ZoneInfo | None) -> str:
    """Each parser that made records, and how times and joins are made."""
    used = {f"{name} {version}": count for (name, version), count in parsers(case.store).items()}
    parts = []
    for entry in catalogue():
        if count := used.pop(f"{entry.name} {entry.version}", 0):
            parts += _parser(entry, count)
    if used:
        rows = ((text(name), number(count)) for name, count in sorted(used.items()))
        parts += [
            "<h3>Answers that were kept and not interpreted, by name</h3>",
            table(("Name and version", "Records"), rows),
        ]
    return section(
        "method",
        "Method",
        "<p>Sources were opened read-only and hashed before and after. Each file was read once, hashed, and offered"
        " to the parsers by its first bytes; what a parser claimed was kept and read. A record gives one row for each"
        " time it holds.</p>",
        *_times(case, local),
        *_joins(case),
        *_recovered(case),
        *parts,
    )


def _times(case: Case, local: ZoneInfo | None) -> Iterator[str]:
    beside = (
        f" The time in the zone {escape(local.key)} stands beside it, with its offset from UTC; summer time is taken"
        " into account by the rules of the IANA time zone database."
        if local
        else ""
    )
    yield (
        "<h3>Times</h3><p>A time is kept as it was recorded. Where its zone is known it is also shown in UTC."
        f"{beside} Where the zone is not known no UTC is given, and the row says so. A clock can be wrong: the time is"
        " what the clock said. The time in an utterance id is the start of the audio, to the second; the time at which"
        " the service made its record is later, and both are rows.</p>"
    )
    counts = clocks(case.store)
    yield table(
        ("Clock", "Whose", "Rows"),
        ((escape(name), escape(whose), number(counts[name])) for name, whose in _CLOCKS if name in counts),
    )


def _recovered(case: Case) -> Iterator[str]:
    """What is known of how far recovered rows can be relied on; nothing where the case has none."""
    count = recovered_rows(case.store)
    if not count:
        return
    measured = json.loads((files("echoforensics.report") / "assets" / "recovered_rows.json").read_text("utf-8"))
    given, invented, there = measured["given"], measured["invented"], measured["there"]
    doubtful, elsewhere = number(measured["doubtful"]), number(measured["elsewhere"])
    yield (
        f"<h3>Deleted rows of databases</h3><p>{counted(count, 'record')} of this case"
        f" {'was' if count == 1 else 'were'} recovered from room of an SQLite database that is no longer in use, by the"
        " shape of a table's rows. How far that can be relied on was measured on databases made for it, of which every"
        f" row that they ever held is known. Of {number(given)} rows that were given as deleted, {number(invented)}"
        f" never existed ({invented / given:.2%}); {doubtful} others say themselves that they may be"
        f" made of two rows, and {elsewhere} had been rows of another table of the same shape."
        f" Of {number(there)} deleted rows whose bytes were still there, {number(there - measured['missed'])} were"
        " recovered.</p>"
    )


def _parser(entry: CatalogueEntry, count: int) -> list[str]:
    about, name = entry.about, f"<code>{escape(entry.name)}</code>"
    return [
        f"<h3>{escape(about.title)}</h3>",
        f"<p>Parser {name}, version {escape(entry.version)}: {counted(count, 'record')}.</p>",
        f"<p><strong>What it shows.</strong> {escape(about.shows)}</p>",
        f"<p><strong>What it must not be taken for.</strong> {escape(about.does_not_show)}</p>",
        _list("Known by", about.known_by),
        _list("Validated on", about.validated_on) or "<p><strong>Validated on.</strong> Nothing is stated.</p>",
        _list("Limits", about.limits),
    ]


def _list(title: str, lines: tuple[str, ...]) -> str:
    if not lines:
        return ""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<p><strong>{escape(title)}</strong></p><ul>{items}</ul>"


def _joins(case: Case) -> Iterator[str]:
    yield (
        "<h3>Joins</h3><p>A record is tied to an utterance, and a recording to a record, only through an id, a number,"
        " a file name or a hash that stands in the evidence for both. Where that allows two answers, nothing is joined."
        " Each join has its basis:</p>"
    )
    rows = ((escape(basis), number(count)) for basis, count in bases_of_recordings(case.store))
    yield "<h4>Recordings that belong to records</h4>" + table(("Basis", "Records"), rows)
    names = {"utterance_id": "an utterance", "timestamp": "the time of the request"}
    others = joined_exhibits(case.store)
    yield (
        "<h4>Records that were given an utterance or a time by another record</h4>"
        + table(
            ("Exhibit", "Was given", "Basis"),
            ((_exhibit(name), names.get(what, escape(what)), text(basis)) for name, what, basis in others),
            "The case's database holds the others, in its table joins.",
            _MOST_JOINS,
        )
    )


def _exhibit(name: str | None) -> str:
    return f'<a href="#{escape(name)}">{escape(name)}</a>' if name else "a further reference"
