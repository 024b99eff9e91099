"""``echoforensics report``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from echoforensics.cli.options.report_pdf import outputs_of, pdf_options, pdf_path, write_pdf_report
from echoforensics.cli.options.row_filters import query_of, row_filters
from echoforensics.cli.unverified import export_key_option, unverified_option, warn


@click.command("report")
@click.argument("case_path", metavar="CASE", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="A new folder for the pages. May be left out where --pdf names a file.",
)
@row_filters
@click.option(
    "--marked",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Only what is marked in this file, which a reviewer saved from a report, and is not to be left out.",
)
@click.option(
    "--import-marks",
    "marks",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="First add the marks that a reviewer saved from a report to the case, signed; repeat for several files.",
)
@pdf_options
@unverified_option
@export_key_option
def command(
    *, case_path: Path, output: Path | None, marked: Path | None, marks: tuple[Path, ...], pdf: str | None, paper: str,
    fonts: tuple[Path, ...], language: str, unverified: bool, key_path: Path | None, **filters: Any,
) -> None:  # fmt: skip
    """Write the report that reviewers open: a folder for any browser, without a network or an installation.

    With the options that choose rows it is a part of the case: every page says so and how many rows were left out, and
    nothing of these is in the folder. With --pdf it is also a document to be printed, filed and signed; with --pdf FILE
    and no -o, that alone.
    """
    from echoforensics.case.row_query import Query
    from echoforensics.cli.keys import key_of_export
    from echoforensics.cli.options.marks import add_marks
    from echoforensics.export.about import filters_of
    from echoforensics.export.digests import record_export
    from echoforensics.export.sealed_folder import seal_report
    from echoforensics.library import open_case
    from echoforensics.report.bundle import write_report
    from echoforensics.report.marked_rows import marked_exhibits
    from echoforensics.report.pdf.write import PdfOptions
    from echoforensics.zones import zone

    file = pdf_path(pdf, output)
    outputs = outputs_of(output, file)
    if marks:
        add_marks(case_path, marks, key_path)
    with open_case(case_path, unverified=unverified) as case:
        warn(case)
        query, shown_zone = query_of(case, filters)
        local = shown_zone or zone(case.store.info().get("timezone", ""))
        key = key_of_export(key_path, outputs, replace=False)
        chosen = None if marked is None else marked_exhibits(case, marked)
        part = {} if query == Query() and marked is None else {
            "filters": filters_of(query), "marks": marked.name if marked else "",
        }  # fmt: skip
        if output is not None:
            index = write_report(case, output, local, query, chosen, language)
        if file is not None:
            options = PdfOptions(query=query, exhibits=chosen, paper=paper, fonts=fonts)
            write_pdf_report(case, file, options, key, language, local)
        if part:
            click.echo("This report is a part of the case; every page of it says so.", err=True)
        if output is not None:
            # Last: the list names every file in the folder, the PDF among them.
            click.echo(seal_report(case, output, key, part), err=True)
        recorded = record_export(case, outputs, key, {"format": "report" if output else "pdf", **part})
    click.echo(recorded, err=True)
    click.echo(f"open {index if output else file}")
