"""Writes the plain-text introduction in a hand-over, for anyone who opens the folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.counting import counted
from echoforensics.key_record import key_words

if TYPE_CHECKING:
    from chain_of_custody.disclosure import SealedSet
    from echoforensics.bundle.ledger_part import LedgerState
    from echoforensics.bundle.selection import Selection
    from echoforensics.export.about import AboutExport

#: The folder's name is not shown as the case's name; the time is the ledger's.
_NOT_SHOWN = ("Case", "Made at (UTC)")
UNSIGNED = "UNSIGNED: the case was made without a key. Anybody could have written this bundle."

_WHOLE = """\
This bundle was handed over out of a case of Amazon Echo evidence. It holds all that the case says.

  report/index.html   the report; open it in a browser. It needs no network.
  recordings/         every recording, byte for byte, named by its first exhibit
  timeline.csv        the timeline, for a spreadsheet; timeline.jsonl is the same for programs
  timeline.jsonld     the timeline as a graph in the terms of CASE and UCO
  records.jsonl       what records hold beside the columns of the timeline
  case.db             the database of the case, the very file that was sealed
  custody.jsonl       the ledger: what was done, by whom and when
  sealed-set.key      with which anybody can compute the root of the sealed set again
"""
_PART = """\
This bundle is a PART of a case of Amazon Echo evidence. It holds what was asked for, and of the rest its number:
{left_out} of the {size} rows, records and recordings of the case are left out.

  recordings/         the recordings that are handed over, byte for byte, named by their first exhibits
  timeline.csv        their timeline, for a spreadsheet; timeline.jsonl is the same for programs
  timeline.jsonld     the same as a graph in the terms of CASE and UCO
  records.jsonl       what records hold beside the columns of the timeline
  proofs.txt          for each of these lines a proof that it belongs to the sealed case
  custody.jsonl       the ledger; hashes stand for lines that speak of what is left out
"""
_REDACTED = """\
This bundle was handed over out of a case of Amazon Echo evidence in which recordings were REDACTED. It is a part of the
case: nothing of what was removed is in it. Redacted copies are in the place of these recordings, texts lost the words
that were removed or are withheld, and the database and other files that hold the original are withheld.
redactions.json lists all of that, with reasons and hashes. {left_out} of the {size} rows, records and recordings are
left out; a row that was redacted counts twice, as it was and as it is handed over.

"""
_REDACTED_WHOLE = """\
  report/index.html   the report; open it in a browser. It needs no network.
  recordings/         the recordings, named by their first exhibits; redacted copies are named _redacted
  timeline.csv        the timeline, for a spreadsheet; timeline.jsonl is the same for programs
  timeline.jsonld     the timeline as a graph in the terms of CASE and UCO
  records.jsonl       what records hold beside the columns of the timeline
  redactions.json     what was redacted, and which files are withheld
  proofs.txt          for each of these lines a proof that it belongs to the sealed case
  custody.jsonl       the ledger; hashes stand for lines that speak of what is left out
"""
_HOW = """
Go to VERIFY.txt, beside the folder `data`, before you rely on any of it.
"""


def _body(selection: Selection) -> str:
    if selection.is_whole:
        return _WHOLE
    if not selection.redacted:
        return _PART
    return _REDACTED + (_REDACTED_WHOLE if selection.records is None else _PART)


def readme_text(about: AboutExport, state: LedgerState, described: SealedSet, selection: Selection) -> str:
    """Describe a bundle: what it is, which case it belongs to, and its content."""
    body = _body(selection).format(left_out=f"{described.left_out:,}", size=f"{described.size:,}")
    shown = {name: text for name, text in about.facts().items() if name not in _NOT_SHOWN}
    facts = [f"{name + ':':18}{' '.join(text.split())}" for name, text in shown.items()]
    facts += [
        f"{'Ledger:':18}{counted(state.length, 'line')}, the last of {state.time}",
        f"{'Head:':18}{state.head}",
        f"{'Key:':18}{state.fingerprint or 'none'}",
    ]
    facts += [f"{'':18}{words}"] if (words := key_words(state.key)) else []
    first = "" if state.signed else f"{UNSIGNED}\n\n"
    return first + body + "\n" + "\n".join(facts) + "\n" + _HOW
