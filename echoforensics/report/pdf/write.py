"""Writes the report as a PDF."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typst

from echoforensics.case.exhibits.row import Query
from echoforensics.case.redactions.redacted_case import handed_over
from echoforensics.errors import CaseError, UsageError
from echoforensics.report.pdf.document import DocumentContent
from echoforensics.report.pdf.signature import sign_document
from echoforensics.report.pdf.timeline_rows import MOST_ROWS, ShownRows
from echoforensics.report.pdf.typesetter import RefusedTextError, Typesetter

if TYPE_CHECKING:
    from pathlib import Path

    from echoforensics.report.pdf.signature import DocumentSigner
    from echoforensics.report.sections.context import ReportContext

#: How many times to write out unsupported characters and retry.
_MOST_TRIES = 8


@dataclass(frozen=True, slots=True)
class PdfOptions:
    """Options for the PDF.

    Attributes:
        query: selects the rows of the timeline.
        exhibits: exhibits to restrict them to; None for no such restriction.
        paper: ``a4`` or ``letter``.
        fonts: folders with fonts for further scripts.
        most: the most rows to show.
    """

    query: Query = field(default_factory=Query)
    exhibits: frozenset[str] | None = None
    paper: str = "a4"
    fonts: tuple[Path, ...] = ()
    most: int = MOST_ROWS


@dataclass(frozen=True, slots=True)
class WrittenPdf:
    """The result of writing the PDF.

    Attributes:
        rows: the number of timeline rows in it.
        asked: the number of rows requested.
        missing: characters that are written out because no font has them.
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
    """Write the report as PDF/A-3a and PDF/UA-1. Before signing, the same case gives the same bytes.

    Redacted content is omitted.

    Args:
        context: the case, the language and the zone.
        path: the file to create.
        options: the options.
        signer: signs the PDF; with None, it is unsigned and says so.
        unredacted: whether to include redacted content anyway.

    Returns:
        The result.

    Raises:
        CaseError: the file lies inside the case or a source, already exists, or cannot be written; or there is no room
            for temporary files.
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
    """Typeset the document. Returns it with the characters written out because no font has them.

    Args:
        content: the content.
        setter: typesets with its fonts.
        paper: ``a4`` or ``letter``.
        when: its date, in seconds since 1970 UTC.
        signed: whether it will be signed.

    Raises:
        UsageError: it cannot be typeset.
    """
    try:
        missing = setter.missing(content.characters())
        for _ in range(_MOST_TRIES):
            try:
                return setter.document(content.files(missing, setter.fonts, paper, signed), when), missing
            except RefusedTextError as refused:
                # A font has each character, but not in bold, or not next to the others.
                if refused.characters <= missing:
                    raise UsageError(f"the PDF cannot be typeset: {refused}") from refused
                missing |= refused.characters
    except typst.TypstError as error:
        raise UsageError(f"the PDF cannot be typeset: {error}") from error
    raise UsageError("the PDF cannot be typeset: characters of it cannot be shown")
