"""Writes the timeline as a table and as a graph, from the handed-over lines alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from echoforensics.export import csv_table
from echoforensics.export.case_uco import CaseGraph

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from echoforensics.case.evidence_table import EvidenceItem
    from echoforensics.case.exhibits.row import Row
    from echoforensics.export.about import AboutExport
    from echoforensics.export.jsonl import Writable


def write_derived(
    lines: Iterable[bytes], items: list[EvidenceItem], about: AboutExport, table: Writable, graph: Writable
) -> None:
    """Write the table and the graph of a timeline.

    Args:
        lines: the timeline's JSON Lines.
        items: the evidence items for the graph.
        about: the description of the graph.
        table, graph: the outputs.

    Raises:
        ValueError, KeyError, TypeError: a line does not belong to a timeline.
    """
    nodes = CaseGraph(graph, about)
    nodes.begin(items)
    csv_table.write(_each_also_in(nodes, lines), table)
    nodes.end()


def _each_also_in(graph: CaseGraph, lines: Iterable[bytes]) -> Iterator[Row]:
    for line in lines:
        row: Row = json.loads(line)
        graph.row(row)
        yield row
