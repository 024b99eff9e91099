"""The section on custody: who did what, as the ledger has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.report.markup import utc
from echoforensics.report.sections.blocks import Paragraph, quote, section, short, table

if TYPE_CHECKING:
    from chain_of_custody.ledger import LedgerEntry
    from echoforensics.report.sections.blocks import WrittenSection
    from echoforensics.report.sections.context import ReportContext
    from echoforensics.report.words.language import Language

_LONG = 240
#: Hexadecimal digits shown of a hash where there is room for a line only; the evidence section has it whole.
_DIGITS = 12


def custody_section(context: ReportContext) -> WrittenSection:
    """The lines of the ledger, for people."""
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
            (say("No."), say("Time, by the examiner's computer"), say("Who"), say("Action"), say("Detail")),
            (
                (
                    str(entry.seq),
                    short(utc(entry.time)),
                    quote(entry.actor),
                    quote(entry.action),
                    quote(_short(entry, context.words)),
                )
                for entry in context.actions
            ),
            say("The ledger has the others."),
        ),
    )


def _short(entry: LedgerEntry, words: Language) -> str:
    written = "; ".join(
        f"{name.replace('_', ' ')}: {_word(value, words)}"
        for name, value in entry.detail.items()
        if isinstance(value, (str, int)) and value != "" and name != "public_key"
    )
    return written if len(written) <= _LONG else written[: _LONG - 1] + "…"


def _word(value: str | int, words: Language) -> str:
    if isinstance(value, bool):
        return words.text("yes") if value else words.text("no")
    word = str(value)
    return f"{word[:_DIGITS]}…" if len(word) >= 2 * _DIGITS and not word.strip("0123456789abcdef") else word
