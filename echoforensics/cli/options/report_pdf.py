"""The options of ``report`` that are about its language and the PDF."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    from echoforensics.case.case import Case
    from echoforensics.examiner_key import ExaminerKey
    from echoforensics.report.pdf.write import PdfOptions

_OPTIONS = (
    click.option(
        "--pdf",
        is_flag=False,
        flag_value="",
        default=None,
        metavar="[FILE]",
        help="Also write the report as a PDF, with the rows attached; without FILE as report.pdf in DIR. --key signs"
        " it.",
    ),
    click.option(
        "--paper", type=click.Choice(("a4", "letter")), default="a4", show_default=True, help="Paper of the PDF."
    ),
    click.option(
        "--fonts",
        multiple=True,
        metavar="FOLDER",
        type=click.Path(path_type=Path),
        help="Folder with fonts for scripts that the built-in fonts lack; may be given several times.",
    ),
    click.option(
        "--language",
        type=click.Choice(("en", "de")),
        default="en",
        show_default=True,
        help="Language of the report's own words. Text from the evidence is not translated.",
    ),
)


def pdf_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def pdf_path(pdf: str | None, folder: Path | None) -> Path | None:
    """Where the PDF is to be; None if none was asked for.

    Raises:
        UsageError: neither a folder nor a file was named.
    """
    from echoforensics.cli.safe_text import given_text
    from echoforensics.errors import UsageError

    if pdf:
        return Path(given_text(pdf))
    if folder is None:
        raise UsageError("say where to write the report: -o DIR, --pdf FILE, or both")
    return None if pdf is None else folder / "report.pdf"


def outputs_of(folder: Path | None, file: Path | None) -> list[Path]:
    """What is written: the folder, and the PDF where it does not lie in it."""
    outputs = [folder] if folder is not None else []
    if file is not None and (folder is None or folder not in file.parents):
        outputs.append(file)
    return outputs


def write_pdf_report(
    case: Case,
    path: Path,
    options: PdfOptions,
    key: ExaminerKey | None,
    language_code: str,
    zone: ZoneInfo | None,
    *,
    unredacted: bool = False,
) -> None:
    """Write the PDF, and say on standard error what it does not show."""
    from datetime import datetime

    from echoforensics.counting import counted
    from echoforensics.report.pdf.signature import DocumentSigner
    from echoforensics.report.pdf.write import write_pdf
    from echoforensics.report.sections.context import ReportContext
    from echoforensics.report.words.language import language

    context, signer = ReportContext.of(case, language(language_code), zone), None
    if key is not None:
        begun = (context.begun or context.actions[0]).time
        examiner = case.store.info().get("examiner", "")
        record = key.record
        signer = DocumentSigner(
            key, record.name or examiner, datetime.fromisoformat(begun), provisional=record.provisional,
            certificates=record.certificate.pem if record.certificate else "",
        )  # fmt: skip
    written = write_pdf(context, path, options, signer, unredacted=unredacted)
    if written.rows < written.asked:
        click.echo(f"{path}: has {written.rows} of {counted(written.asked, 'row')}; it says so.", err=True)
    if written.missing:
        click.echo(
            f"{path}: {counted(len(written.missing), 'character')} written out, as in [U+4E2D], as no font has them; "
            f"add fonts with --fonts FOLDER.",
            err=True,
        )
    if not written.signed:
        click.echo(f"{path}: is not signed; --key signs it.", err=True)
