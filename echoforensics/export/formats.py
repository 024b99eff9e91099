"""The export formats: one module each, imported on demand."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from echoforensics.export.about import Written

#: ``text`` is written to a stream; ``file`` and ``folder`` to a path that does not exist yet.
Kind = Literal["text", "file", "folder"]


class Format(NamedTuple):
    """A format.

    Attributes:
        name: the name on the command line.
        what: the description in the command's help.
        module: the module with its ``write``, below this package.
        kind: text, a binary file, or a folder.
        about_inside: whether it can hold the description of the export; if not, a file next to it does.
        ending: the file suffix; empty if it is not a file.
    """

    name: str
    what: str
    module: str
    kind: Kind
    about_inside: bool
    ending: str

    def writer(self) -> Callable[..., Written]:
        """Its function ``write(case, query, target, about)``, where the target is a stream or a path."""
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
