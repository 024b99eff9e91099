"""Every word of the report's own in the written sections passes through a catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from echoforensics.case.case import Case
from echoforensics.report.sections.blocks import (
    Blanks,
    Bullets,
    Cell,
    Facts,
    Heading,
    Notice,
    Paragraph,
    Table,
    WrittenSection,
    runs,
)
from echoforensics.report.sections.contents import written_sections
from echoforensics.report.sections.context import ReportContext
from echoforensics.report.sections.interactions import interactions_section
from echoforensics.report.sections.recordings import recording_list
from echoforensics.report.words.language import Language

#: Kinds of runs in which the report's own words stand.
OWN = ("own", "strong", "short")
#: What is no word of a language.
NAMES = {"UTC", "SHA", "MD", "IN", "EF", "LISTING", "echoforensics"}


class MarkedLanguage(Language):
    """Marks what it was asked for, so that what nobody asked for shows."""

    def __init__(self) -> None:
        super().__init__("de")

    def text(self, english: str, /, **values: object) -> str:
        return f"«{super().text(english, **values)}»" if english else ""

    def counted(self, count: int, one: str, several: str = "") -> str:
        return f"«{super().counted(count, one, several)}»"


@pytest.fixture
def sections(sealed: Any) -> Iterator[list[WrittenSection]]:
    with Case.open(sealed.path) as case:
        context = ReportContext.of(case, MarkedLanguage())
        middle = [interactions_section(context), recording_list(context)]
        before, after = written_sections(context)
        yield [*before, *middle, *after]


def own_texts(part: WrittenSection) -> Iterator[str]:
    """The report's own texts in a section; headings of parsers have their titles from the catalogue of parsers."""
    yield part.title
    for block in part.blocks:
        match block:
            case Heading(title=cell) if part.anchor == "parsers":
                pass
            case Heading(title=cell) | Paragraph(words=cell):
                yield from _own(cell)
            case Notice(words=words):
                yield words
            case Bullets(items=items):
                yield from (text for item in items for text in _own(item))
            case Facts(pairs=pairs):
                yield from (text for name, value in pairs for text in (name, *_own(value)))
            case Table(head=head, rows=rows, rest=rest):
                yield from (*head, rest)
                yield from (text for row in rows for each in row for text in _own(each))
            case Blanks(labels=labels):
                yield from labels


def _own(cell: Cell) -> Iterator[str]:
    return (run.text for run in runs(cell) if run.kind in OWN)


def test_every_own_word_is_from_a_catalogue(sections: list[WrittenSection]) -> None:
    left = {
        (part.anchor, text)
        for part in sections
        for text in own_texts(part)
        if set(re.findall("[A-Za-z]{2,}", re.sub("«.*»", "", text, flags=re.DOTALL))) - NAMES
    }
    assert left == set()


def test_the_sections_say_something(sections: list[WrittenSection]) -> None:
    assert sum(text.count("«") for part in sections for text in own_texts(part)) > 200
