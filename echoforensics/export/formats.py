"""The formats a timeline can be written in: one module each, which is imported when it is needed."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from echoforensics.export.about import Written

#: ``text`` goes to a stream, ``file`` and ``folder`` to a path that does not exist yet.
Kind = Literal["text", "file", "folder"]


class Format(NamedTuple):
    """A format.

    Attributes:
        name: by which the command knows it.
        what: what it is, for the command's help.
        module: where its ``write`` is, below this package.
        kind: whether it is text, a file of other bytes, or a folder.
        about_inside: whether it has a place for what the export says about itself; if not, that is a file beside it.
        ending: what its files end in; empty if it is not a file.
    """

    name: str
    what: str
    module: str
    kind: Kind
    about_inside: bool
    ending: str

    def writer(self) -> Callable[..., Written]:
        """Its function: ``write(case, query, target, about)``, where the target is a stream or a path."""
        found: Callable[..., Written] = import_module(f"echoforensics.export.{self.module}").export
        return found


FORMATS = {
    found.name: found
    for found in (
        Format("csv", "a table for spreadsheets", "csv_table", "text", False, ending=".csv"),
        Format("jsonl", "JSON Lines, as Timesketch reads it", "jsonl", "text", False, ending=".jsonl"),
        Format("xlsx", "a workbook for Excel", "workbook", "file", True, ending=".xlsx"),
        Format("body", "a body file for mactime", "body", "text", False, ending=".body"),
        Format("tln", "five fields and a bar, as TLN", "tln", "text", False, ending=".tln"),
        Format("l2tcsv", "the seventeen columns of log2timeline", "l2t_csv", "text", False, ending=".l2tcsv"),
        Format("parquet", "columns for DuckDB and pandas", "parquet", "file", True, ending=".parquet"),
        Format("case-uco", "a CASE/UCO graph, JSON-LD", "case_uco", "text", True, ending=".jsonld"),
        Format("dat", "a Concordance load file with NATIVES and TEXT", "load_file", "folder", False, ending=""),
        Format("kml", "places on a map", "kml", "text", True, ending=".kml"),
        Format("plaso", "a storage file for psort", "plaso_store", "file", True, ending=".plaso"),
    )
}  # fmt: skip
