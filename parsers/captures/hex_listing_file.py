"""Files that are a listing of the bytes of answers of the Alexa service or of a capture of them.

References:
    See :mod:`parsers.formats.hex_listing` and :mod:`parsers.formats.http.curl_trace`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from parsers.alexa_api.items.service_names import names_in
from parsers.alexa_api.named_file import names_of, not_read
from parsers.captures.signed_as import signed_as
from parsers.coding import decode
from parsers.encoding import as_utf8, wide_encoding
from parsers.formats.hex_listing import begins_as_listing, listing
from parsers.formats.http.curl_trace import begins_as_trace, is_of_characters
from parsers.formats.json.text import MAX_BYTES
from parsers.locator import at_coding
from parsers.parser import ANSWERS, About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import claiming, load, register

#: A byte takes about five signs.
_LONGEST = 5 * MAX_BYTES
_LISTING, _TRACE = "hex-listing", "curl-trace"
_LOST = (
    "curl wrote this trace as characters, in which each byte that is no printable ASCII is a dot: other letters, and"
    " what was compressed, cannot be read from it. --trace writes all bytes."
)


@register
class HexListingFile(Parser):
    """Reads the listed bytes as if they were a file of their own."""

    name: ClassVar[str] = "hex_listing_file"
    version: ClassVar[str] = "3"
    text_only: ClassVar[bool] = True
    needs: ClassVar[tuple[bytes, ...]] = (
        rb"^[ \t]*(?:0x)?[0-9a-fA-F]{4,16}:?[ \t]+[0-9a-fA-F]{2}",
        rb"(?:=> Send|<= Recv) ",
    )
    about: ClassVar[About] = About(
        title="Listings, in hexadecimal or by curl, of answers of the Alexa service",
        data_types=(),
        hands_on=(ANSWERS,),
        known_by=(
            "lines of an offset, bytes in hexadecimal and their characters, as xxd, hexdump -C, od, tcpdump -X and"
            " Wireshark write them, whose first bytes name the service, or its answers' keys",
            "a trace of curl (--trace, --trace-ascii) that names the service",
        ),
        shows="What the answers or the capture in it show: it is read as a file of its own.",
        does_not_show="What the bytes were listed from.",
        validated_on=("Made files only.",),
        limits=(
            "Rows that a listing leaves out as repeated (*) are put in again, up to 1 MiB together; more is an issue.",
            f"A file longer than {_LONGEST} bytes, and one in UTF-16, is not read.",
        ),
        references=("xxd(1)", "hexdump(1)", "od(1)", "tcpdump(1)", "curl(1)"),
    )

    def claims(self, source: Source) -> bool:
        """Whether the head is a listing of data that names the service."""
        head = as_utf8(source.head)
        if wide_encoding(source.head) or source.size > _LONGEST or not (coding := _coding(head)):
            return False
        # What is encrypted comes first in a trace, and may fill its head.
        return bool((coding == _TRACE and source.names) or names_in(decode(head, coding, _LONGEST)))

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the results of the answer and capture parsers for the listed bytes."""
        with source.open() as stream:
            text = stream.read(_LONGEST + 1)
        coding = _coding(as_utf8(source.head))
        content, left_out = listing(text) if coding == _LISTING else (decode(text, coding, _LONGEST), 0)
        inner, steps = Source.of(content, source.path), at_coding(coding)
        names = tuple(name.kind for name in names_of(inner))
        readers = [each for each in load() if ANSWERS in each.about.hands_on and each.name != self.name]
        if coding == _TRACE and is_of_characters(text):
            yield Issue(_LOST, steps)
        found = 0
        for parser in claiming(replace(inner, names=names), readers):
            for item in signed_as(parser, inner, steps):
                found += 1
                yield item
        if left_out:
            yield Issue(
                f"The listing leaves out {left_out} bytes that repeat the row before them (*): what follows them stands"
                " at another place than in what was listed."
            )
        if not found:
            yield replace(not_read(names_of(inner)), locator=steps)


def _coding(head: bytes) -> str:
    """The coding of a listing, by its head; empty if it is none."""
    if begins_as_trace(head):
        return _TRACE
    return _LISTING if begins_as_listing(head) else ""
