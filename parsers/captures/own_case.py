"""Cases, bundles and reports of this program among the evidence: recognised and reported, not read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from parsers.locator import at_bytes
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register

_LEDGER = b'{"entry":{"action":"ledger created",'
#: The signed list of a bundle or a report, and how its payload begins: a Statement of in-toto, in base64.
_LIST = "custody.dsse.json"
_PAYLOAD = b'{"payload":"eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQv'
_ADVICE = (
    "What lies beside it are copies of evidence and this program's own results: a record from there repeats another and"
    " corroborates nothing. Take in the evidence itself, without this folder; `echoforensics verify` checks the folder."
)


@register
class OwnCase(Parser):
    """Reports the folders that this program makes."""

    name: ClassVar[str] = "own_case"
    version: ClassVar[str] = "1"
    needs_beginning: ClassVar[tuple[bytes, ...]] = (_LEDGER,)
    needs_path: ClassVar[tuple[str, ...]] = ("custody.dsse.json",)
    about: ClassVar[About] = About(
        title="Cases, bundles and reports of this program among the evidence",
        data_types=(),
        known_by=(
            "the first line of a ledger of this program",
            f"a file {_LIST} that begins as a Statement of in-toto",
        ),
        shows=(
            "Nothing by itself: each is an issue that says what the folder is, so that nobody takes its copies for"
            " another source."
        ),
        does_not_show="What the case, bundle or report holds, or whether it is as it was sealed.",
        validated_on=("Cases, bundles and reports of this version.",),
        limits=("What lies in such a folder is read as if it lay elsewhere: other parsers may make records of it.",),
        references=("docs/custody.md (what a line of the ledger and the signed list look like)",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the file is a ledger of this program, or the signed list of a folder it made."""
        return source.head.startswith(_LEDGER) or (source.name == _LIST and source.head.startswith(_PAYLOAD))

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a single issue."""
        if source.head.startswith(_LEDGER):
            yield Issue(
                f"The file is the ledger of a case or bundle of this program. {_ADVICE}", at_bytes(0, len(_LEDGER))
            )
        else:
            what = "The file is the signed list of a bundle, a report or an export of this program."
            yield Issue(f"{what} {_ADVICE}", at_bytes(0, len(_PAYLOAD)))
