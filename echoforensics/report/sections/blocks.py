"""The building blocks of a written section: headings, paragraphs, lists, tables. None contains markup.

A cell is text in runs. A run states the kind of its text: the report's own words, words of the evidence, a hash. The
renderers, one for the page and one for the PDF, decide how it looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

#: How many rows of a table to show; a line below it says where the rest is.
MOST_ROWS = 1000


class Run(NamedTuple):
    """Text of one kind.

    ``own``: the report's words. ``quote``: the report's words, possibly long because they quote the evidence.
    ``evidence``: words in the evidence. ``code``: a hash, a locator, a command. ``strong``: emphasised words.
    ``short``: text that must not wrap. ``exhibit``: an exhibit number. ``break``: the end of a line.
    """

    kind: str
    text: str


#: Text in runs; a plain string is the report's own words.
Cell = str | Run | Sequence[Run]


def runs(cell: Cell) -> tuple[Run, ...]:
    """Return a cell's runs, without empty ones."""
    if isinstance(cell, str):
        return (Run("own", cell),) if cell else ()
    given = (cell,) if isinstance(cell, Run) else tuple(cell)
    return tuple(run for run in given if run.text or run.kind == "break")


def evidence(value: object) -> Run:
    """Mark words from the evidence."""
    return Run("evidence", "" if value is None else str(value))


def quote(value: object) -> Run:
    """Mark the report's own words, which may quote the evidence."""
    return Run("quote", "" if value is None else str(value))


def code(value: object) -> Run:
    """Mark a hash, a locator, or one of the tool's own names."""
    return Run("code", "" if value is None else str(value))


def short(value: object) -> Run:
    """Mark text that must not wrap in a table."""
    return Run("short", "" if value is None else str(value))


def strong(value: str) -> Run:
    """Mark emphasised words."""
    return Run("strong", value)


def exhibits(numbers: Iterable[str]) -> tuple[Run, ...]:
    """Mark exhibit numbers, separated by spaces."""
    found: list[Run] = []
    for number in numbers:
        found += [Run("own", " "), Run("exhibit", number)]
    return tuple(found[1:])


def lines(cells: Iterable[Cell]) -> tuple[Run, ...]:
    """Stack cells as lines."""
    found: list[Run] = []
    for cell in cells:
        if parts := runs(cell):
            found += [Run("break", ""), *parts]
    return tuple(found[1:])


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading in a section; ``level`` is 3, or 4 below a heading of level 3."""

    title: Cell
    level: int = 3


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences."""

    words: Cell


@dataclass(frozen=True, slots=True)
class Notice:
    """A prominent warning."""

    words: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    items: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values; pairs without a value are omitted."""

    pairs: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        head: the column names.
        rows: the rows shown.
        more: the number of other rows.
        rest: the text about the other rows.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    more: int = 0
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Blanks:
    """Lines to fill in by hand, each with a label."""

    labels: tuple[str, ...]


Block = Heading | Paragraph | Notice | Bullets | Facts | Table | Blanks


@dataclass(frozen=True, slots=True)
class WrittenSection:
    """A section.

    anchor: its name in links.
        anchor: its name in links.
        title: its heading.
        blocks: its content.
    """

    anchor: str
    title: str
    blocks: tuple[Block, ...]


def section(anchor: str, title: str, *parts: Block | Iterable[Block]) -> WrittenSection:
    """Create a section from blocks and groups of blocks, in order."""
    found: list[Block] = []
    for part in parts:
        if isinstance(part, (Heading, Paragraph, Notice, Bullets, Facts, Table, Blanks)):
            found.append(part)
        else:
            found += part
    return WrittenSection(anchor, title, tuple(found))


def facts(pairs: Iterable[tuple[str, Cell]]) -> Facts:
    """Create a list of names and values; pairs without a value are omitted."""
    return Facts(tuple((name, value) for name, value in pairs if runs(value)))


def table(head: Sequence[str], rows: Iterable[Sequence[Cell]], rest: str = "", most: int = MOST_ROWS) -> Table:
    """Create a table of the first rows; all rows are counted.

    Args:
        head: the column names.
        rows: the rows.
        rest: the text after the number of omitted rows.
        most: the most rows to show.
    """
    remaining = iter(rows)
    shown = tuple(tuple(row) for row in islice(remaining, most))
    return Table(tuple(head), shown, sum(1 for _ in remaining), rest)


def texts(part: WrittenSection) -> Iterator[str]:
    """Yield every text of a section as it appears in the runs."""
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
