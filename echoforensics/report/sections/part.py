"""The written sections of a part of a case: without what names the rows that are left out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from echoforensics.report.sections.blocks import Table, WrittenSection, runs

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from echoforensics.report.sections.blocks import Block, Cell

#: Sections that are of the whole case.
_OF_WHOLE = frozenset({"summary", "missing", "issues"})


def sections_of_part(sections: Iterable[WrittenSection], exhibits: Collection[str]) -> list[WrittenSection]:
    """The sections that a part can have, and of their tables the lines that name no other exhibit.

    Args:
        sections: of the whole case.
        exhibits: those of the rows that the part holds.
    """
    return [
        replace(part, blocks=tuple(_reduced(block, exhibits) for block in part.blocks))
        for part in sections
        if part.anchor not in _OF_WHOLE
    ]


def _reduced(block: Block, exhibits: Collection[str]) -> Block:
    if not isinstance(block, Table):
        return block
    return replace(block, rows=tuple(row for row in block.rows if _is_held(row, exhibits)))


def _is_held(row: tuple[Cell, ...], exhibits: Collection[str]) -> bool:
    return all(run.text in exhibits for cell in row for run in runs(cell) if run.kind == "exhibit")
