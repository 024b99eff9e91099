"""The section on redactions, and on the files withheld because of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.case.redactions.redacted_case import redacted
from echoforensics.case.redactions.withheld_files import WHY_WITHHELD
from echoforensics.report.sections.blocks import (
    Heading,
    Paragraph,
    code,
    evidence,
    exhibits,
    lines,
    quote,
    section,
    table,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.redactions.redacted_tables import RedactedTables
    from echoforensics.report.sections.blocks import Block, Cell, WrittenSection
    from echoforensics.report.sections.context import ReportContext


def redaction_sections(context: ReportContext) -> list[WrittenSection]:
    """Return the section; empty if nothing was redacted, or if everything is handed over anyway."""
    tables = redacted(context.case)
    if tables is None:
        return []
    say = context.words.text
    return [
        section(
            "redactions",
            say("What was redacted"),
            Paragraph(
                say(
                    "Parts of recordings were removed before this was written. A copy of each, in which they are"
                    " replaced to the sample, is in its place everywhere. Texts with times of words lost those that"
                    " overlap; other texts of the interaction are withheld whole, or lost the words that the examiner"
                    " marked. The case holds the originals, unchanged."
                )
            ),
            list(_blocks(context, tables)),
        )
    ]


def _blocks(context: ReportContext, tables: RedactedTables) -> Iterator[Block]:
    say = context.words.text
    copies = sorted((one for one in tables.redactions.values() if one.copy), key=lambda one: one.exhibit)
    rows: list[tuple[Cell, ...]] = [
        (
            exhibits([one.exhibit]),
            exhibits([one.about]),
            quote(one.where),
            quote(one.reasons),
            quote(one.author),
            lines([code(one.original), code(one.copy)]),
        )
        for one in copies
    ]
    yield table(
        (
            say("Record"), say("Recording"), say("Replaced"), say("Reason"), say("By"),
            say("SHA-256 of the original and of the copy"),
        ),
        rows,
        say("The case holds the others."),
    )  # fmt: skip
    yield Heading(say("Files that are withheld"))
    yield Paragraph(
        say(
            "These files of the case hold what was removed, so nothing of them is shown or handed over. Their hashes"
            " let them be compared with the originals, should these be asked for."
        )
    )
    yield table(
        (say("Redaction"), say("File"), say("Why"), say("SHA-256")),
        [
            (exhibits(one.redactions), evidence(one.path), quote(WHY_WITHHELD[one.why]), code(one.sha256))
            for one in tables.files
        ],
        say("The case holds the others."),
    )
