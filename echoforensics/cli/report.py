"""``echoforensics report``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from echoforensics.cli.options.report_pdf import outputs_of, pdf_options, pdf_path, write_pdf_report
from echoforensics.cli.options.row_filters import query_of, row_filters
from echoforensics.cli.unverified import export_key_option, unredacted_option, unverified_option, warn

if TYPE_CHECKING:
    from echoforensics.case.case import Case
    from echoforensics.case.exhibits.row import Query


@click.command("report")
@click.argument("case_path", metavar="CASE", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="A new folder for the pages. Not needed if --pdf names a file.",
)
@row_filters
@click.option(
    "--marked",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Only what is marked, and not marked to be left out, in this file, which a reviewer saved from a report.",
)
@click.option(
    "--import-marks",
    "marks",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="First add the marks in this file, which a reviewer saved from a report, to the case, signed; may be given "
    "several times.",
)
@pdf_options
@unredacted_option
@unverified_option
@export_key_option
@click.option("--json", "as_json", is_flag=True, help="Write what was written as JSON.")
def command(
    *, case_path: Path, output: Path | None, marked: Path | None, marks: tuple[Path, ...], pdf: str | None, paper: str,
    fonts: tuple[Path, ...], language: str, unverified: bool, unredacted: bool, key_path: Path | None,
    as_json: bool, **filters: Any,
) -> None:  # fmt: skip
    """Write the report for reviewers: a folder for any browser, which needs no network and no installation.

    With the options that choose rows it is a part of the case: every page says so and how many rows were left out, and
    nothing of these is in the folder. Of recordings that were redacted it holds the copies, and nothing of what was
    removed. With --pdf it is also a document to be printed, filed and signed; with --pdf FILE
    and no -o, that alone.
    """
    from echoforensics.cli.options.marks import add_marks
    from echoforensics.library import open_case

    file = pdf_path(pdf, output)
    outputs = outputs_of(output, file)
    if marks:
        add_marks(case_path, marks, key_path)
    with open_case(case_path, unverified=unverified) as case:
        warn(case)
        look = {"paper": paper, "fonts": fonts}
        found = _write(case, outputs, file, marked, key_path, language, look, filters, unredacted=unredacted)
    if as_json:
        click.echo(json.dumps(found))
        return
    for path in dict.fromkeys((found["open"], found["pdf"])):
        if path:
            click.echo(f"open {path}")


def _write(
    case: Case, outputs: list[Path], file: Path | None, marked: Path | None, key_path: Path | None, language: str,
    pdf: dict[str, Any], filters: dict[str, Any], *, unredacted: bool,
) -> dict[str, Any]:  # fmt: skip
    """Write the folder, the PDF or both, and record what was written; return this as ``--json`` shows it."""
    from echoforensics.case.exhibits.row import Query
    from echoforensics.case.redactions.redacted_case import handed_over, redacted
    from echoforensics.cli.keys import key_of_export
    from echoforensics.export.digests import record_export
    from echoforensics.export.sealed_folder import seal_report
    from echoforensics.report.bundle import write_report
    from echoforensics.report.marked_rows import marked_exhibits
    from echoforensics.zones import zone

    query, shown_zone = query_of(case, filters)
    local = shown_zone or zone(case.store.info().get("timezone", ""))
    key = key_of_export(key_path, outputs, replace=False)
    chosen = None if marked is None else marked_exhibits(case, marked)
    part = {**_part(query, marked), **({"unredacted": True} if unredacted else {})}
    folder = outputs[0] if outputs[0] != file else None
    with handed_over(case, unredacted=unredacted) as shown:
        if redacted(shown) is not None:
            part["redacted"] = True
        index = file
        if folder is not None:
            index = write_report(shown, folder, local, query, chosen, language, unredacted=unredacted)
        if file is not None:
            # Typst and pyHanko take longer to import than a small report takes to write.
            from echoforensics.report.pdf.write import PdfOptions

            options = PdfOptions(query=query, exhibits=chosen, **pdf)
            write_pdf_report(shown, file, options, key, language, local, unredacted=unredacted)
    _say_redacted(part)
    if query != Query() or marked is not None:
        click.echo("This report is a part of the case; every page of it says so.", err=True)
    if folder is not None:
        # Last: the list names every file in the folder, the PDF among them.
        click.echo(seal_report(case, folder, key, part), err=True)
    recorded = record_export(case, outputs, key, {"format": "report" if folder else "pdf", **part})
    click.echo(recorded, err=True)
    return {
        "open": str(index),
        "folder": str(folder) if folder is not None else None,
        "pdf": str(file) if file is not None else None,
        "fingerprint": key.public.fingerprint if key is not None else None,
        "part": part,
        "recorded": recorded,
    }


def _say_redacted(part: dict[str, Any]) -> None:
    if part.get("redacted"):
        click.echo(
            "Redacted: it holds nothing of what was removed from recordings, and says what is withheld.", err=True
        )
    if part.get("unredacted"):
        click.echo("UNREDACTED: it holds what was redacted, as --unredacted asks for.", err=True)


def _part(query: Query, marked: Path | None) -> dict[str, Any]:
    """What is recorded of a part; empty if nothing is left out."""
    from echoforensics.case.exhibits.row import Query
    from echoforensics.export.about import filters_of

    if query == Query() and marked is None:
        return {}
    return {"filters": filters_of(query), "marks": marked.name if marked else ""}
