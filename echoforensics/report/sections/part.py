"""Reduces the written sections for a partial report, without anything that names omitted rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from echoforensics.report.sections.blocks import Table, WrittenSection, runs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from echoforensics.report.sections.blocks import Block, Cell
    from echoforensics.report.sections.context import ReportContext

#: Sections that cover the whole case.
_OF_WHOLE = frozenset({"summary", "missing", "issues"})


def held_sections(sections: Iterable[WrittenSection], context: ReportContext) -> tuple[WrittenSection, ...]:
    """Yield the sections that a report may contain; a partial report drops table lines that name omitted exhibits.

    Args:
        sections: sections created from ``context``.
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
