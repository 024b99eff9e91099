"""The written sections of a part of a case: without what names the rows that are left out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from echoforensics.report.sections.blocks import Table, WrittenSection, runs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from echoforensics.report.sections.blocks import Block, Cell
    from echoforensics.report.sections.context import ReportContext

#: Sections that are of the whole case.
_OF_WHOLE = frozenset({"summary", "missing", "issues"})


def held_sections(sections: Iterable[WrittenSection], context: ReportContext) -> tuple[WrittenSection, ...]:
    """The sections that a report can have: in a part, of their tables the lines that name no exhibit of the rest.

    Args:
        sections: as they were made from ``context``.
        context: the case, and the rows that the report holds.
    """
    if context.exhibits is None:
        return tuple(sections)
    return tuple(
        replace(each, blocks=tuple(_reduced(block, context) for block in each.blocks))
        for each in sections
        if each.anchor not in _OF_WHOLE
    )


def _reduced(block: Block, context: ReportContext) -> Block:
    if not isinstance(block, Table):
        return block
    return replace(block, rows=tuple(row for row in block.rows if _is_held(row, context)))


def _is_held(row: tuple[Cell, ...], context: ReportContext) -> bool:
    return all(context.includes(run.text) for cell in row for run in runs(cell) if run.kind == "exhibit")
