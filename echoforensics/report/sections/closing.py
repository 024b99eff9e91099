"""The last sections: the signature, a draft certificate, and the commands that reproduce the case."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from echoforensics.case.custody.names import BEGINNINGS, HASHED_AGAIN, SKIPPED
from echoforensics.report.sections.blocks import Blanks, Paragraph, code, evidence, facts, quote, section, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.report.sections.blocks import Block, Cell, WrittenSection
    from echoforensics.report.sections.context import ReportContext


def signature_section(context: ReportContext) -> WrittenSection:
    """State whose key signed the case, with space for a handwritten signature."""
    say, ledger, info = context.words.text, context.ledger, context.case.store.info()
    signed = code(ledger.fingerprint) if ledger.signed else say("no key: UNSIGNED")
    return section(
        "signature",
        say("Signature"),
        facts(
            [
                (say("Examiner"), quote(info.get("examiner"))),
                (say("Qualifications of the examiner"), quote(context.matter.get("qualifications"))),
                (say("Key that signed the case"), signed),
                (say("Head of the ledger"), code(ledger.head)),
            ]
        ),
        Paragraph(say("What a hand signs here is this report as a whole. The tool fills in nothing below.")),
        Blanks((say("Name"), say("Place and date"), say("Signature"))),
    )


def certificate_section(context: ReportContext) -> WrittenSection:
    """List what a certificate of authenticity must contain, with this case's values; a person swears to it."""
    say = context.words.text
    return section(
        "certificate",
        say("Draft of a certificate"),
        Paragraph(
            say(
                "This is a draft in the manner of the United States' Federal Rules of Evidence 902(13) and (14). It is"
                " not a certificate until a qualified person has read it, corrected it and signed it. It concerns"
                " authenticity alone: of hearsay, relevance, and of who spoke, it says nothing. Notice to the other"
                " party is needed before trial."
            )
        ),
        facts(
            [
                (say("Process"), _process(context)),
                (say("Tool"), quote(context.case.store.info().get("tool"))),
                (say("Case"), quote(context.case.store.info().get("reference"))),
            ]
        ),
        table((say("Item"), say("SHA-256 of what was received"), say("SHA-256 after the extraction")), _items(context)),
        Paragraph(
            say(
                "I declare under penalty of perjury under the laws of the United States of America that the foregoing"
                " is true and correct (28 U.S.C. § 1746)."
            )
        ),
        Blanks((say("Name"), say("Occupation and qualifications"), say("Executed on (date)"), say("Signature"))),
        Paragraph(
            say(
                "A longer draft, and one for other courts, is written by echoforensics certificate CASE, which first"
                " compares every file of the case with its seal."
            )
        ),
    )


def _process(context: ReportContext) -> str:
    return context.words.text(
        "Each source was opened read-only and identified by its digest when it was taken in and after it had been read."
        " Each file taken out of it is kept under the SHA-256 of its content. The list of actions is in a ledger of"
        " which each line carries the hash of the line before."
    )


def _items(context: ReportContext) -> Iterator[tuple[Cell, ...]]:
    for item in context.case.evidence():
        again = context.detail_of(HASHED_AGAIN, item.name).get("sha256")
        yield evidence(item.name), code(item.sha256), code(again) if again else context.words.text("not hashed again")


def reproduce_section(context: ReportContext) -> WrittenSection:
    """List the commands that reproduce and check the case."""
    say = context.words.text
    return section("reproduce", say("How to make this again"), _commands(context))


def _commands(context: ReportContext) -> Iterator[Block]:
    say = context.words.text
    yield Paragraph(
        say(
            "The same sources, the same version of the tool and the same options give the same exhibit numbers. These"
            " are the command lines that the ledger records, and the digests of the sources that they were given."
        )
    )
    rows: list[tuple[Cell, ...]] = []
    for entry in context.actions:
        given = entry.detail.get("arguments")
        if entry.action in BEGINNINGS and isinstance(given, list):
            rows.append((str(entry.seq + 1), quote(entry.detail.get("tool")), code(shlex.join(map(str, given)))))
    yield table((say("Line of the ledger"), say("Tool"), say("Command")), rows)
    skipped = [entry.detail for entry in context.actions if entry.action == SKIPPED]
    if skipped:
        yield table(
            (say("Source that was skipped"), say("Why")),
            ((evidence(detail.get("source")), quote(detail.get("why"))) for detail in skipped),
        )
    yield Paragraph(say("To check the case and its sources:"))
    yield Paragraph(code("echoforensics verify CASE"))
    yield Paragraph(say("To compare a case that was made again with this one, record by record:"))
    yield Paragraph(code("echoforensics compare CASE OTHER_CASE"))
