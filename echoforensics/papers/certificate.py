"""Drafts certificates of digital evidence. The program fills in facts, and leaves blank what a person swears to.

References:
    Federal Rules of Evidence 902(11), 902(13) and 902(14), with the advisory committee's note of 2017; 28 U.S.C. 1746
"""

from __future__ import annotations

from collections.abc import Iterator

from echoforensics.counting import counted
from echoforensics.key_record import key_words
from echoforensics.papers.certificate_facts import MOST_RECORDINGS, CertificateFacts, CertifiedItem
from echoforensics.papers.paper import (
    Paper,
    PaperBlanks,
    PaperBlock,
    PaperFields,
    PaperHeading,
    PaperList,
    PaperTable,
    PaperText,
)

STYLES = ("us", "plain")
_PERSON = ("Name", "Occupation and employer", "Address")
_QUALIFIED = ("Training and certifications", "Experience with digital evidence", "Experience with this tool")
_KINDS = {
    "us": "DRAFT: certification of electronic records and copied data (Fed. R. Evid. 902(13), 902(14))",
    "plain": "DRAFT: statement on the identity of digital evidence",
}


def certificate(facts: CertificateFacts, style: str) -> Paper:
    """Draft a certificate for a case.

    Args:
        facts: the facts of the case.
        style: one of :data:`STYLES`: for the United States' federal courts, or for other courts.
    """
    return Paper(
        _KINDS[style],
        (
            *_notices(facts, style),
            PaperHeading("1. Who certifies"),
            PaperText("To be completed by hand. The program does not know any of this."),
            PaperBlanks((*_PERSON, *_QUALIFIED)),
            PaperHeading("2. The case"),
            _case(facts),
            PaperHeading("3. What was received"),
            *(block for item in facts.items for block in _item(item)),
            *_devices(facts),
            PaperHeading("4. The electronic process" + (" (Rule 902(13))" if style == "us" else "")),
            *_process(facts),
            PaperHeading("5. Digital identification" + (" (Rule 902(14))" if style == "us" else "")),
            *_identification(facts),
            PaperHeading("6. Validation of the tool"),
            *_validation(facts),
            PaperHeading("7. What this does not cover"),
            PaperList(tuple(_limits(facts, style))),
            PaperHeading("8. Declaration"),
            *_declaration(style),
        ),
    )


def _notices(facts: CertificateFacts, style: str) -> Iterator[PaperBlock]:
    yield PaperText(
        "This is a draft. It is not a certificate until a qualified person has read it, compared it with the case,"
        " corrected it, completed the blanks and signed it. Its facts are from the ledger and the tables of the case.",
        note=True,
    )
    if style == "us":
        yield PaperText(
            "Before trial or hearing, the proponent gives the adverse party reasonable written notice of the intent to"
            " offer the record, and makes record and certification available for inspection (Rule 902(11))."
        )
    for name in facts.changed:
        yield PaperText(
            f"{name} CHANGED while it was read: its hashes differ, and identity cannot be certified of it.", note=True
        )
    if facts.fingerprint is None:
        yield PaperText("The ledger of this case is UNSIGNED: anybody could have rewritten the case.", note=True)
    if facts.key.get("provisional") is True:
        yield PaperText(key_words(facts.key), note=True)


def _case(facts: CertificateFacts) -> PaperFields:
    return PaperFields(
        (
            ("Reference", facts.matter["reference"]),
            ("Agency", facts.matter["agency"]),
            ("Examiner, as the ledger names", facts.matter["examiner"]),
            ("Key that signs the ledger", facts.fingerprint or "none: UNSIGNED"),
            ("Whose key", key_words(facts.key)),
            ("Ledger", f"{counted(facts.length, 'line')}, the last with the SHA-256 {facts.head}"),
        )
    )


def _item(item: CertifiedItem) -> Iterator[PaperBlock]:
    state = {True: "unchanged after the extraction", False: "CHANGED", None: "not hashed again"}[item.unchanged]
    yield PaperFields(
        (
            ("Item", item.name),
            ("Kind", item.kind),
            ("Size", f"{item.size:,} bytes"),
            ("Holds", "; ".join(item.described)),
            ("Taken in and hashed", item.taken_in),
            ("Hashed again", item.hashed_again),
            ("Comparison", state),
        )
    )


def _devices(facts: CertificateFacts) -> Iterator[PaperBlock]:
    if facts.devices:
        yield PaperText("Devices that records in the evidence name. This is what the records say of themselves.")
        yield PaperTable(("Serial number", "Type", "Named by"), facts.devices)
    yield PaperText("Make, model, serial number on the housing, and how and from whom it was received: by hand.")
    yield PaperBlanks(
        ("Device", "Received from, and when", "Acquired how, by whom, with what", "Digest recorded at acquisition")
    )


def _process(facts: CertificateFacts) -> Iterator[PaperBlock]:
    begun = facts.begun
    libraries = begun.get("libraries")
    named = ", ".join(f"{name} {version}" for name, version in libraries.items()) if isinstance(libraries, dict) else ""
    yield PaperFields(
        (
            ("Tool", str(begun.get("tool") or "")),
            ("System", f"{begun.get('system')}, Python {begun.get('python')}"),
            ("Libraries", named),
            ("Result", f"{counted(facts.counts.records, 'record')} in {counted(facts.counts.rows, 'row')},"
                       f" {counted(facts.counts.recordings, 'distinct recording')}"),
        )
    )  # fmt: skip
    yield PaperList(
        (
            "Each source was opened read-only.",
            "Each file in it was read and hashed. What a parser knows by its content was kept and read into records.",
            "Each record names the source, the file, the place in the file, and the parser and its version.",
            "What could not be read is listed in the case as an issue.",
            "The same sources, version and options give the same records and exhibit numbers; `echoforensics compare`"
            " compares two runs, record by record.",
            "Each action is a line of the ledger, which carries the hash of the line before it.",
        ),
        numbered=True,
    )
    for words in facts.clocks:
        yield PaperText(f"Times of the ledger are of the examiner's computer; {words}.")


def _identification(facts: CertificateFacts) -> Iterator[PaperBlock]:
    rows = tuple((item.name, *hashes) for item in facts.items for hashes in item.hashes)
    yield PaperText("The originals, by their digests when they were taken in and after the extraction:")
    heads = ("Item", "What was hashed", "Algorithm", "When taken in", "After the extraction, or as read")
    yield PaperTable(heads, rows)
    yield PaperText(
        f"The copies: {counted(facts.counts.artefacts, 'file')} taken out of the originals, each kept in the case under"
        " the SHA-256 of its content as it was read from the original. When this draft was written, each was hashed"
        " again and had the content that its name says, and the database was the file whose SHA-256 the ledger seals."
    )
    if facts.recordings:
        yield PaperTable(("Exhibit", "SHA-256 of the recording", "Place"), facts.recordings)
    if (more := facts.counts.recordings - len(facts.recordings)) > 0:
        yield PaperText(
            f"The first {MOST_RECORDINGS} recordings are listed here; {more} more are in the timeline of the case."
        )


def _validation(facts: CertificateFacts) -> Iterator[PaperBlock]:
    if facts.validation:
        yield PaperText("The parsers that made records of this case, and the samples on which each was validated:")
        yield PaperTable(("Parser and version", "Validated on"), facts.validation)
    else:
        yield PaperText("No parser made a record of this case.")
    yield PaperText("Validation by the laboratory, of this version of the tool: by hand.")
    yield PaperBlanks(("Validated by, when, and against what",))


def _limits(facts: CertificateFacts, style: str) -> Iterator[str]:
    if style == "us":
        yield (
            "It is of authenticity under Rules 902(13) and (14) alone. Objections on hearsay, relevance and the right"
            " of confrontation are open."
        )
    else:
        yield "It is of the identity of the data alone. Whether they are admitted, and their weight, is for the court."
    yield "It does not show who spoke, who held a device or an account, or that what a record says is true."
    yield "Transcripts are those that the service stored; they may be wrong."
    yield "Nothing is known here of what happened to a source before it was first hashed."
    yield (
        "The times of records are of the clocks of devices and services, as the case's report explains; those of the"
        " ledger are of the examiner's computer."
    )
    if facts.counts.issues:
        yield f"{counted(facts.counts.issues, 'issue')} in the case: some of the evidence could not be read."
    if facts.counts.carved:
        yield (
            f"{counted(facts.counts.carved, 'item')} found by content in unallocated space or inside other files,"
            " without a file name or the times of one."
        )
    if any(name == "MD5" for item in facts.items for _, name, _, _ in item.hashes):
        yield "MD5 values are given to match older records alone; identity rests on SHA-256."


def _declaration(style: str) -> Iterator[PaperBlock]:
    yield PaperText("The program leaves this to the person who signs. Strike out what does not apply.")
    if style == "us":
        yield PaperText(
            "Executed within the United States, its territories, possessions or commonwealths: I declare under penalty"
            " of perjury that the foregoing is true and correct (28 U.S.C. 1746(2))."
        )
        yield PaperText(
            "Executed without the United States: I declare under penalty of perjury under the laws of the United States"
            " of America that the foregoing is true and correct (28 U.S.C. 1746(1))."
        )
    else:
        yield PaperText("Oath, affirmation or statement of truth in the words that the court requires:")
        yield PaperBlanks(("Words of the oath", "Before whom, if it is sworn"))
    yield PaperBlanks(("Executed on (date)", "Place", "Signature"))
