"""Files that name the Alexa service in an unsupported form: they are reported, never skipped silently."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, ClassVar, NamedTuple

from parsers.alexa_api.items.service_names import (
    ADDRESS,
    AROUND,
    CODED,
    KEY,
    UTTERANCE,
    ServiceName,
    gathered,
    names_in,
)
from parsers.alexa_api.utterance_id_text import DATA_TYPE, record_of
from parsers.locator import at_bytes
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register
from parsers.utterance import FINDER, UtteranceId
from parsers.values import shown

NAME = "named_file"
#: The most utterance ids of one file that become records.
MAX_IDS = 2000
_PIECE = 1024 * 1024
#: Every utterance id contains this.
_WITHIN_ID = re.compile(rb"\d\d:\d\d::\w", re.ASCII)
_WORDS = {
    ADDRESS: ("address of it", "addresses of it"),
    UTTERANCE: ("utterance id", "utterance ids"),
    KEY: ("key of its answers", "keys of its answers"),
    CODED: ("coded key of its answers", "coded keys of its answers"),
}
_HOST_WORDS = ("host of it", "hosts of it")
_ADVICE = (
    "What it says of the service is not in the timeline. Look at it at that byte, or bring it in a form that is read"
    " (a HAR, the JSON of the answers, a capture)."
)


@register
class NamedFile(Parser):
    """Reads the utterance ids in a file that no other parser reads, and reports other names of the service in it."""

    name: ClassVar[str] = NAME
    version: ClassVar[str] = "1"
    needs_names: ClassVar[bool] = True
    last_resort: ClassVar[int] = 2
    about: ClassVar[About] = About(
        title="Files that name the Alexa service in a form that is not read",
        data_types=(DATA_TYPE,),
        known_by=(
            "no other parser claims the file, and it holds an address or a host of the service, an utterance id, or"
            " a key of the service's answers, anywhere in it",
        ),
        shows="That the file names the service: an address, an utterance id, or a key of its answers is in it.",
        does_not_show="What the file is, or that it came from the service: programs and web pages name it too.",
        validated_on=("Made files only.",),
        limits=(
            f"Of one file at most {MAX_IDS} utterance ids become records; ids in UTF-16 do not.",
            "Everything else in the file is not read.",
        ),
        references=("The names are those of the parsers of answers of the service.",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the file names the service."""
        return bool(source.names)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each utterance id, and an issue for other names of the service in the file."""
        names: list[ServiceName] = []
        read = 0
        with source.open() as stream:
            for piece in _pieces(stream):
                found = piece.names()
                names += found
                for record in _utterances(piece) if found else ():
                    read += 1
                    if read <= MAX_IDS:
                        yield record
        rest = [name for name in gathered(names) if not (name.kind == UTTERANCE and 0 < read <= MAX_IDS)]
        if rest or not read:
            yield not_read(rest)


def not_read(names: list[ServiceName]) -> Issue:
    """The issue for a file that names the service in an unsupported form.

    Args:
        names: the names found, most informative first.
    """
    if not names:
        return Issue(f"The file names the Alexa service, in a form that is not read. {_ADVICE}")
    first = names[0]
    what = f"The file names the Alexa service ({names_in_words(names)}), in a form that is not read. {_ADVICE}"
    return Issue(what, place_of(first), first.text.encode("utf-8")[:64])


def place_of(name: ServiceName) -> str:
    """The locator of a name."""
    return at_bytes(name.at, len(name.text))


def names_in_words(names: list[ServiceName]) -> str:
    """Describe the names of the service in a file: how often, and where first."""
    return ", ".join(_described(name) for name in names)


def _described(name: ServiceName) -> str:
    one, many = _WORDS.get(name.kind, _HOST_WORDS)
    count = f"1 {one}," if name.count == 1 else f"{name.count} {many}, the first"
    return f"{count} {shown(name.text, 80)} at byte {name.at}"


def names_of(source: Source) -> list[ServiceName]:
    """Find the names of the service in a whole file, most informative first. Raises OSError if it cannot be read."""
    with source.open() as stream:
        return list(gathered(name for piece in _pieces(stream) for name in piece.names()))


class _NamePiece(NamedTuple):
    """A piece of a file, with the end of the previous piece.

    Attributes:
        content: its bytes.
        base: their offset in the file.
        until: names that begin at or after this byte belong to the next piece.
    """

    content: bytes
    base: int
    until: int

    def names(self) -> list[ServiceName]:
        """The names of the service in this piece."""
        return [name for name in names_in(self.content, self.base) if name.at < self.base + self.until]


def _pieces(stream: BinaryIO) -> Iterator[_NamePiece]:
    """The pieces of a file, overlapping so that no name is split."""
    content, base = stream.read(_PIECE), 0
    while piece := stream.read(_PIECE):
        until = max(0, len(content) - AROUND)
        yield _NamePiece(content, base, until)
        content, base = content[until:] + piece, base + until
    yield _NamePiece(content, base, len(content))


def _utterances(piece: _NamePiece) -> Iterator[Record]:
    """A record for each utterance id of a piece."""
    # An expression that begins with arbitrary letters is far slower than a search for the part that each id contains.
    if _WITHIN_ID.search(piece.content) is None:
        return
    for found in FINDER.finditer(piece.content.decode("latin-1")):
        utterance = UtteranceId.parse(found[0]) if found.start() < piece.until else None
        if utterance:
            locator = at_bytes(piece.base + found.start(), len(found[0]))
            yield record_of(utterance, locator, encoded=False, alone=False)
