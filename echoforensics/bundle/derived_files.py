"""The timeline as a table and as a graph, made from the lines that are handed over and from nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from echoforensics.bundle.hashed_file import HashedFile
from echoforensics.bundle.payload_names import GRAPH, TABLE, TIMELINE
from echoforensics.export import csv_table
from echoforensics.export.case_uco import CaseGraph

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from chain_of_custody.file_list import ListedFile
    from echoforensics.case.evidence_table import EvidenceItem
    from echoforensics.case.row_query import Row
    from echoforensics.export.about import AboutExport


def write_derived(folder: Path, items: list[EvidenceItem], about: AboutExport) -> list[ListedFile]:
    """Write the table and the graph beside a timeline.

    Args:
        folder: the bundle's; the timeline is there.
        items: the evidence items that the graph names.
        about: what the graph says of how it was made.

    Returns:
        The two files.

    Raises:
        OSError: one cannot be written.
    """
    with HashedFile(folder, TABLE) as table, HashedFile(folder, GRAPH) as target:
        graph = CaseGraph(target, about)
        graph.begin(items)
        csv_table.write(_each_also_in(graph, folder), table)
        graph.end()
    return [table.listed, target.listed]


def _each_also_in(graph: CaseGraph, folder: Path) -> Iterator[Row]:
    with (folder / TIMELINE).open("rb") as stream:
        for line in stream:
            row: Row = json.loads(line)
            graph.row(row)
            yield row
