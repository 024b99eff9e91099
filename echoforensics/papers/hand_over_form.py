"""The form for signing a hand-over on paper. It shows the head of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chain_of_custody.statements.transfer import statement_sha256
from echoforensics.case.custody.handing_over import hand_overs
from echoforensics.case.custody.names import LEDGER
from echoforensics.case.custody.standing import ledger_history, standing
from echoforensics.key_record import key_words
from echoforensics.papers.paper import Paper, PaperBlanks, PaperFields, PaperHeading, PaperTable, PaperText

if TYPE_CHECKING:
    from pathlib import Path

    from chain_of_custody.statements.transfer import Transfer

_PERSON = ("Name", "Organisation", "Date and time", "Signature")


def hand_over_form(case: Path) -> Paper:
    """Return the form for a case in its current state, filled in with the last recorded hand-over.

    Raises:
        CaseError: the ledger cannot be read, or a hand-over in it is invalid.
    """
    found, history = standing(case), ledger_history(case / LEDGER)
    given = hand_overs(case)
    matter = {name: "; ".join(values) for name, values in history.matter.items()}
    unsound = [PaperText(f"NOT VERIFIED: {found.why_not}", note=True)] if not found.ok else []
    unsigned = [] if found.signed else [PaperText("UNSIGNED: anybody could rewrite this case.", note=True)]
    provisional = [PaperText(key_words(history.key), note=True)] if history.key.get("provisional") is True else []
    return Paper(
        "Transfer of custody",
        (
            *unsound, *unsigned, *provisional,
            PaperHeading("The case"),
            PaperFields(
                (
                    ("Reference", matter["reference"]),
                    ("Agency", matter["agency"]),
                    ("Examiner", matter["examiner"]),
                    ("Key of the ledger", found.fingerprint or "none: UNSIGNED"),
                    ("Lines of the ledger", str(found.length)),
                    ("Head of the ledger", found.head),
                )
            ),
            PaperText(
                "The head is the SHA-256 of the last line of the ledger, custody.jsonl. Keep this sheet: with that"
                " number, echoforensics verify --expect-head shows whether lines were cut off later."
            ),
            PaperHeading("Evidence in the case"),
            PaperTable(
                ("Item", "SHA-256 when taken in"),
                tuple((name, str(detail.get("sha256"))) for name, detail in history.taken_in.items()),
            ),
            *_recorded(given[-1] if given else None),
            PaperHeading("Handed over by"),
            PaperBlanks(_PERSON),
            PaperHeading("Received by"),
            PaperBlanks((*_PERSON, "State of the seals on receipt")),
        ),
    )  # fmt: skip


def _recorded(given: Transfer | None) -> tuple[PaperHeading | PaperFields | PaperBlanks | PaperText, ...]:
    if given is None:
        blanks = PaperBlanks(("From", "To", "Purpose", "Place", "Carried or sent by"))
        return (PaperHeading("Hand-over"), PaperText("None is recorded in the ledger yet."), blanks)
    statement = given.statement
    fields = PaperFields(
        (
            ("Line of the ledger", str(given.seq + 1)),
            ("From", str(statement["from"])),
            ("To", str(statement["to"])),
            ("Purpose", str(statement["purpose"])),
            ("Recorded", f"{statement['time']}, by the clock of the giver's computer"),
            ("SHA-256 of the statement", statement_sha256(statement)),
            ("Giver's key", given.giver or "none: not signed"),
            ("Receiver's key", given.receiver or str(statement.get("receiver_key") or "not named")),
            (
                "Receiver's signature",
                f"in the ledger since {given.received}" if given.receiver else "not in the ledger",
            ),
        )
    )
    return (PaperHeading("Hand-over"), fields, PaperBlanks(("Place", "Carried or sent by")))
