"""PDFs of the sample case and of made cases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from echoforensics.case.case import Case
from echoforensics.report.pdf.signature import DocumentSigner
from echoforensics.report.pdf.write import PdfOptions, WrittenPdf, write_pdf
from echoforensics.report.sections.context import ReportContext
from echoforensics.report.words.language import language
from echoforensics.zones import zone

WritePdf = Callable[..., tuple[Path, WrittenPdf]]


@pytest.fixture
def pdf_of(tmp_path: Path) -> WritePdf:
    """Writes the PDF of a case; gives its path and what was written."""
    count = 0

    def write(
        case_path: Path, options: PdfOptions | None = None, signer: DocumentSigner | None = None, code: str = "en"
    ) -> tuple[Path, WrittenPdf]:
        nonlocal count
        count += 1
        path = tmp_path / f"report-{count}.pdf"
        with Case.open(case_path) as case:
            context = ReportContext.of(case, language(code), zone("Asia/Seoul"))
            return path, write_pdf(context, path, options, signer)

    return write
