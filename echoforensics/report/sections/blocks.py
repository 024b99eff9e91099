"""What a written section is made of: headings, paragraphs, lists, tables. None of it is markup of any kind.

A cell is text in runs. A run says what its text is: the report's own words, words of the evidence, a hash. How that
looks is decided where it is rendered, once for a page and once for the PDF.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

#: Rows of a table that are shown; a line below it names what holds the rest.
MOST_ROWS = 1000


class Run(NamedTuple):
    """Text of one kind.

    ``own``: the report's words. ``quote``: the report's words, which may be long because they quote the evidence.
    ``evidence``: words that are in the evidence. ``code``: a hash, a locator, a command. ``strong``: words to be
    seen. ``short``: what is not to be broken. ``exhibit``: an exhibit's number. ``break``: the end of a line.
    """

    kind: str
    text: str


#: Text in runs; a plain string is the report's own words.
Cell = str | Run | Sequence[Run]


def runs(cell: Cell) -> tuple[Run, ...]:
    """A cell as its runs, without the empty ones."""
    if isinstance(cell, str):
        return (Run("own", cell),) if cell else ()
    given = (cell,) if isinstance(cell, Run) else tuple(cell)
    return tuple(run for run in given if run.text or run.kind == "break")


def evidence(value: object) -> Run:
    """Words that are in the evidence."""
    return Run("evidence", "" if value is None else str(value))


def quote(value: object) -> Run:
    """The report's own words, which may quote the evidence."""
    return Run("quote", "" if value is None else str(value))


def code(value: object) -> Run:
    """A hash, a locator, or a name of the tool's own."""
    return Run("code", "" if value is None else str(value))


def short(value: object) -> Run:
    """What is not to be broken in a table."""
    return Run("short", "" if value is None else str(value))


def strong(value: str) -> Run:
    """Words to be seen."""
    return Run("strong", value)


def exhibits(numbers: Iterable[str]) -> tuple[Run, ...]:
    """Numbers of exhibits, with a space between two."""
    found: list[Run] = []
    for number in numbers:
        found += [Run("own", " "), Run("exhibit", number)]
    return tuple(found[1:])


def lines(cells: Iterable[Cell]) -> tuple[Run, ...]:
    """Cells below each other."""
    found: list[Run] = []
    for cell in cells:
        if parts := runs(cell):
            found += [Run("break", ""), *parts]
    return tuple(found[1:])


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within a section; ``level`` is 3, or 4 below one of 3."""

    title: Cell
    level: int = 3


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences."""

    words: Cell


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning that cannot be overlooked."""

    words: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    items: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values; those without a value are not among them."""

    pairs: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        head: the columns' names.
        rows: those that are shown.
        more: how many others there are.
        rest: what to say of the others.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    more: int = 0
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Blanks:
    """Lines for a human to fill in by hand, each with what belongs on it."""

    labels: tuple[str, ...]


Block = Heading | Paragraph | Notice | Bullets | Facts | Table | Blanks


@dataclass(frozen=True, slots=True)
class WrittenSection:
    """A section.

    Attributes:
        anchor: its name in links.
        title: its heading.
        blocks: its content.
    """

    anchor: str
    title: str
    blocks: tuple[Block, ...]


def section(anchor: str, title: str, *parts: Block | Iterable[Block]) -> WrittenSection:
    """A section of blocks and of groups of blocks, in order."""
    found: list[Block] = []
    for part in parts:
        if isinstance(part, (Heading, Paragraph, Notice, Bullets, Facts, Table, Blanks)):
            found.append(part)
        else:
            found += part
    return WrittenSection(anchor, title, tuple(found))


def facts(pairs: Iterable[tuple[str, Cell]]) -> Facts:
    """Names and values; those without a value are left out."""
    return Facts(tuple((name, value) for name, value in pairs if runs(value)))


def table(head: Sequence[str], rows: Iterable[Sequence[Cell]], rest: str = "", most: int = MOST_ROWS) -> Table:
    """A table of the first rows; all are counted.

    Args:
        head: the columns' names.
        rows: the rows.
        rest: what to say of those that are not shown, after their number.
        most: how many are shown.
    """
    remaining = iter(rows)
    shown = tuple(tuple(row) for row in islice(remaining, most))
    return Table(tuple(head), shown, sum(1 for _ in remaining), rest)


def texts(part: WrittenSection) -> Iterator[str]:
    """Every text of a section, as it is in its runs."""
    yield part.title
    for block in part.blocks:
        match block:
            case Heading(title=cell) | Paragraph(words=cell):
                yield from _texts((cell,))
            case Notice(words=words):
                yield words
            case Bullets(items=items):
                yield from _texts(items)
            case Facts(pairs=pairs):
                for name, value in pairs:
                    yield name
                    yield from _texts((value,))
            case Table(head=head, rows=rows):
                yield from head
                for row in rows:
                    yield from _texts(row)
            case Blanks(labels=labels):
                yield from labels


def _texts(cells: Iterable[Cell]) -> Iterator[str]:
    return (run.text for cell in cells for run in runs(cell))
