"""Writing the report as a PDF."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typst

from echoforensics.case.redactions.redacted_case import handed_over
from echoforensics.case.row_query import Query
from echoforensics.errors import CaseError, UsageError
from echoforensics.report.pdf.document import DocumentContent
from echoforensics.report.pdf.signature import sign_document
from echoforensics.report.pdf.timeline_rows import MOST_ROWS, ShownRows
from echoforensics.report.pdf.typesetter import RefusedTextError, Typesetter

if TYPE_CHECKING:
    from pathlib import Path

    from echoforensics.report.pdf.signature import DocumentSigner
    from echoforensics.report.sections.context import ReportContext

#: So often characters that no font has are written out and it is tried again.
_MOST_TRIES = 8


@dataclass(frozen=True, slots=True)
class PdfOptions:
    """How the PDF is to be.

    Attributes:
        query: which rows the timeline has.
        exhibits: exhibits of which they must be, too; None for no such choice.
        paper: ``a4`` or ``letter``.
        fonts: folders with fonts for further scripts.
        most: so many rows are shown at most.
    """

    query: Query = field(default_factory=Query)
    exhibits: frozenset[str] | None = None
    paper: str = "a4"
    fonts: tuple[Path, ...] = ()
    most: int = MOST_ROWS


@dataclass(frozen=True, slots=True)
class WrittenPdf:
    """What was written.

    Attributes:
        rows: how many rows of the timeline it has.
        asked: how many were asked for.
        missing: characters that are written out, as no font has them.
        signed: whether it is signed.
    """

    rows: int
    asked: int
    missing: frozenset[str]
    signed: bool


def write_pdf(
    context: ReportContext, path: Path, options: PdfOptions | None = None, signer: DocumentSigner | None = None,
    *, unredacted: bool = False,
) -> WrittenPdf:  # fmt: skip
    """Write the report as PDF/A-3a and PDF/UA-1. Before it is signed, the same case gives the same bytes.

    What was redacted in the case is not in it.

    Args:
        context: the case, the language and the zone.
        path: a new file.
        options: how it is to be.
        signer: signs it; None leaves it unsigned, and it says so.
        unredacted: whether what was redacted is in it anyway.

    Returns:
        What was written.

    Raises:
        CaseError: the file is in the case or in a source, already exists, or cannot be written; or no room is
            left for temporary files.
        UsageError: a folder holds no fonts.
    """
    with handed_over(context.case, unredacted=unredacted) as case:
        shown = context if case is context.case else replace(context, case=case, actions=tuple(case.actions()))
        return _write(shown, path, options or PdfOptions(), signer)


def _write(context: ReportContext, path: Path, chosen: PdfOptions, signer: DocumentSigner | None) -> WrittenPdf:
    context.case.refuse_inside(path)
    if os.path.lexists(path):
        raise CaseError(f"{path}: already exists; a report is never overwritten")
    shown = ShownRows.of(context, chosen.query, chosen.exhibits, chosen.most)
    content = DocumentContent.of(context, shown)
    setter = Typesetter(chosen.fonts)
    when = int(datetime.fromisoformat(context.actions[-1].time).astimezone(UTC).timestamp())
    try:
        written, missing = typeset(content, setter, chosen.paper, when, signed=signer is not None)
        if signer is not None:
            written = sign_document(written, signer, setter, context.words, missing)
    except OSError as error:
        raise CaseError(f"{path}: cannot be made in the folder for temporary files: {error}") from error
    try:
        with path.open("xb") as stream:
            stream.write(written)
    except OSError as error:
        with contextlib.suppress(OSError):
            path.unlink()
        raise CaseError(f"{path}: cannot be written: {error.strerror or error}") from error
    return WrittenPdf(len(shown.rows), shown.asked, missing, signer is not None)


def typeset(
    content: DocumentContent, setter: Typesetter, paper: str, when: int, *, signed: bool
) -> tuple[bytes, frozenset[str]]:
    """The document, and the characters that it writes out as no font has them.

    Args:
        content: what it says.
        setter: with which fonts.
        paper: ``a4`` or ``letter``.
        when: its date, in seconds since 1970 UTC.
        signed: whether it is to be signed.

    Raises:
        UsageError: it cannot be typeset.
    """
    try:
        missing = setter.missing(content.characters())
        for _ in range(_MOST_TRIES):
            try:
                return setter.document(content.files(missing, setter.fonts, paper, signed), when), missing
            except RefusedTextError as refused:
                # A font has each of the characters, but not one of them in bold, or not beside the others.
                if refused.characters <= missing:
                    raise UsageError(f"the PDF cannot be typeset: {refused}") from refused
                missing |= refused.characters
    except typst.TypstError as error:
        raise UsageError(f"the PDF cannot be typeset: {error}") from error
    raise UsageError("the PDF cannot be typeset: characters of it cannot be shown")
