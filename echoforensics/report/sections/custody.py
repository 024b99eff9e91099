"""The section on custody: who did what, according to the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.case.custody.ledger_words import line_words
from echoforensics.report.markup import utc
from echoforensics.report.sections.blocks import Paragraph, quote, section, short, table

if TYPE_CHECKING:
    from echoforensics.report.sections.blocks import WrittenSection
    from echoforensics.report.sections.context import ReportContext


def custody_section(context: ReportContext) -> WrittenSection:
    """List the ledger's entries for readers."""
    say = context.words.text
    return section(
        "custody",
        say("Chain of custody"),
        Paragraph(
            say(
                "These are the lines of the case's ledger, custody.jsonl. Each carries the hash of the line before and,"
                " in a signed case, a signature. This page repeats them and is itself no evidence of them: anybody can"
                " edit a page. To check them, run echoforensics verify CASE on the case folder, or follow the tool's"
                " docs/custody.md with openssl."
            )
        ),
        table(
            (say("No."), say("Time, by the examiner's computer"), say("Who"), say("Action"), say("What was done")),
            (
                (
                    str(entry.seq + 1),
                    short(utc(entry.time)),
                    quote(entry.actor),
                    quote(entry.action),
                    quote(line_words(entry)),
                )
                for entry in context.actions
            ),
            say("The ledger has the others."),
        ),
    )
