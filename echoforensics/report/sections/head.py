"""The sections on the case, the request, and the authority for the examination."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.case.redactions.redacted_case import redacted
from echoforensics.case.redactions.redaction import redactions_of
from echoforensics.report.markup import utc
from echoforensics.report.sections.blocks import Notice, Paragraph, code, facts, lines, quote, section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.report.sections.blocks import Cell, WrittenSection
    from echoforensics.report.sections.context import ReportContext

_LONG = 240


def case_section(context: ReportContext) -> WrittenSection:
    """Describe the case, and say whether it is complete and signed."""
    say, info, ledger = context.words.text, context.case.store.info(), context.ledger
    begun, sealed = context.begun, context.sealed
    zone = "UTC" if context.zone is None else say("UTC, and beside it {zone}", zone=context.zone.key)
    return section(
        "case",
        say("Case"),
        (Notice(words) for words in warnings(context)),
        facts(
            [
                (say("Reference"), quote(info.get("reference"))),
                (say("Agency"), quote(info.get("agency"))),
                (say("Examiner"), quote(info.get("examiner"))),
                (say("Extraction begun"), utc(begun.time) if begun else ""),
                (say("Extraction completed"), utc(sealed.time) if sealed else say("NOT COMPLETE: interrupted")),
                (say("Tool"), str(info.get("tool") or "")),
                (say("Times are shown in"), zone),
                (say("Signed with the key"), _signature(context)),
                (say("The key is named as that of"), quote(context.key.get("name"))),
                (
                    say("Head of the ledger"),
                    (code(ledger.head), quote(say(", line {number}", number=ledger.length))),
                ),
            ]
        ),
    )


def warnings(context: ReportContext) -> Iterator[str]:
    """Yield the most important warnings: unverified, incomplete, unsigned, altered."""
    say, ledger, case = context.words.text, context.ledger, context.case
    if case.unverified:
        why = case.unverified[:_LONG]
        yield say("UNVERIFIED: {why}. Nothing vouches for what this report says.", why=why)
    if context.sealed is None:
        yield say("The extraction was interrupted. This report is NOT COMPLETE.")
    if not ledger.signed:
        yield say("This case is UNSIGNED: anybody could have rewritten it without it being seen.")
    if context.key.get("provisional") is True:
        yield say("The key that signs this case is PROVISIONAL: no examiner has put a name to it.")
    if ledger.failures:
        yield say(
            "The ledger of this case DOES NOT VERIFY ({failures}; the first: {first}). Do not rely on this report.",
            failures=context.words.counted(len(ledger.failures), "failure"),
            first=ledger.failures[0][:_LONG],
        )
    yield from _redacted(context)


def _redacted(context: ReportContext) -> Iterator[str]:
    """Yield whether redacted content was removed from the report or is included."""
    words, tables = context.words, redacted(context.case)
    if tables is not None:
        copies = words.counted(sum(1 for one in tables.redactions.values() if one.copy), "recording")
        yield words.text(
            "This report is REDACTED: parts of {recordings} were removed, with the texts that give them. The section on"
            " what was redacted lists them, and the files that are withheld.",
            recordings=copies,
        )
    elif found := redactions_of(context.case.store):
        yield words.text(
            "This report is UNREDACTED: parts of {recordings} were redacted in the case, and it holds the originals.",
            recordings=words.counted(len(found), "recording"),
        )


def _signature(context: ReportContext) -> Cell:
    say, ledger = context.words.text, context.ledger
    if not ledger.signed:
        return say("no key: UNSIGNED")
    if ledger.failures:
        return code(ledger.fingerprint)
    checked = say(
        "When this page was written, each line of the ledger verified with this key. Compare the fingerprint with the"
        " one that the examiner gives; the tables and files are checked by echoforensics verify."
    )
    return lines([code(ledger.fingerprint), checked])


def request_section(context: ReportContext) -> WrittenSection:
    """Describe the request, and the authority for the examination."""
    say, matter = context.words.text, context.matter
    absent = say("not recorded")
    pairs = [
        (say("Request"), matter.get("request")),
        (say("Scope"), matter.get("scope")),
        (say("Authority"), matter.get("authority")),
        (say("Subject"), matter.get("subject")),
        (say("Qualifications of the examiner"), matter.get("qualifications")),
    ]
    words = say(
        "These are the examiner's words, recorded in the ledger. Nothing in them was checked by the tool. What is not"
        " recorded is added with: echoforensics case set CASE."
    )
    return section(
        "request",
        say("Request, scope and authority"),
        Paragraph(words),
        facts((name, quote(value) if value else absent) for name, value in pairs),
    )
