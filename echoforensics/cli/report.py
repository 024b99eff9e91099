"""``echoforensics report``."""

from __future__ import annotations

from pathlib import Path

import click

from echoforensics.cli.options.report_pdf import pdf_options, pdf_path, write_pdf_report
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
@click.option(
    "--timezone",
    default="",
    metavar="ZONE",
    help="IANA zone shown beside UTC. Default: the zone given to extract.",
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
    *, case_path: Path, output: Path | None, timezone: str, marks: tuple[Path, ...], pdf: str | None, paper: str,
    fonts: tuple[Path, ...], language: str, unverified: bool, key_path: Path | None,
) -> None:  # fmt: skip
    """Write the reviewers' bundle: pages and recordings that open in a browser, without a network.

    With --pdf it is also a document to be printed, filed and signed; with --pdf FILE and no -o, that alone.
    """
    from echoforensics.cli.keys import key_of_export
    from echoforensics.cli.options.marks import add_marks
    from echoforensics.export.digests import record_export
    from echoforensics.export.sealed_folder import seal_report
    from echoforensics.library import open_case
    from echoforensics.report.bundle import write_report
    from echoforensics.report.pdf.write import PdfOptions
    from echoforensics.report.sections.context import ReportContext
    from echoforensics.report.words import language as words
    from echoforensics.zones import zone

    file = pdf_path(pdf, output)
    outputs = [output] if output else []
    if file is not None and (output is None or output not in file.parents):
        outputs.append(file)

    if marks:
        add_marks(case_path, marks, key_path)
    with open_case(case_path, unverified=unverified) as case:
        warn(case)
        local = zone(timezone or case.store.info().get("timezone", ""))
        key = key_of_export(key_path, outputs, replace=False)
        if output is not None:
            index = write_report(case, output, local, language_code=language)
        if file is not None:
            context = ReportContext.of(case, words.language(language), local)
            write_pdf_report(context, file, PdfOptions(paper=paper, fonts=fonts), key)
        if output is not None:
            # Last: the list names every file in the folder, the PDF among them.
            click.echo(seal_report(case, output, key), err=True)
        recorded = record_export(case, outputs, key, {"format": "report" if output else "pdf"})
    click.echo(recorded, err=True)
    click.echo(f"open {index if output else file}")
