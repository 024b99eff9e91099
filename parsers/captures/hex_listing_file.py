"""Files that are a hexadecimal listing of answers of the Alexa service or of a capture of them.

References:
    See :mod:`parsers.formats.hex_listing`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from parsers.alexa_api.items.service_names import names_in
from parsers.alexa_api.named_file import names_of, not_read
from parsers.captures.signed_as import signed_as
from parsers.encoding import as_utf8, wide_encoding
from parsers.formats.hex_listing import begins_as_listing, listed_bytes, listing
from parsers.formats.json.text import MAX_BYTES
from parsers.locator import at_coding
from parsers.parser import ANSWERS, About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import claiming, load, register

#: A byte takes about five signs.
_LONGEST = 5 * MAX_BYTES


@register
class HexListingFile(Parser):
    """Reads the listed bytes as if they were a file of their own."""

    name: ClassVar[str] = "hex_listing_file"
    version: ClassVar[str] = "2"
    text_only: ClassVar[bool] = True
    needs: ClassVar[tuple[bytes, ...]] = (rb"^[ \t]*(?:0x)?[0-9a-fA-F]{4,16}:?[ \t]+[0-9a-fA-F]{2}",)
    about: ClassVar[About] = About(
        title="Hexadecimal listings of answers of the Alexa service",
        data_types=(),
        hands_on=(ANSWERS,),
        known_by=(
            "lines of an offset, bytes in hexadecimal and their characters, as xxd, hexdump -C, od, tcpdump -X and"
            " Wireshark write them, whose first bytes name the service, or its answers' keys",
        ),
        shows="What the answers or the capture in it show: it is read as a file of its own.",
        does_not_show="What the bytes were listed from.",
        validated_on=("Made files only.",),
        limits=(
            "Rows that a listing leaves out as repeated (*) are put in again, up to 1 MiB together; more is an issue.",
            f"A file longer than {_LONGEST} bytes, and one in UTF-16, is not read.",
        ),
        references=("xxd(1)", "hexdump(1)", "od(1)", "tcpdump(1)"),
    )

    def claims(self, source: Source) -> bool:
        """Whether the head is a listing of data that names the service."""
        head = as_utf8(source.head)
        if wide_encoding(source.head) or source.size > _LONGEST or not begins_as_listing(head):
            return False
        return bool(names_in(listed_bytes(head)))

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the results of the answer and capture parsers for the listed bytes."""
        with source.open() as stream:
            content, left_out = listing(stream.read(_LONGEST + 1))
        inner, steps = Source.of(content, source.path), at_coding("hex-listing")
        names = tuple(name.kind for name in names_of(inner))
        readers = [each for each in load() if ANSWERS in each.about.hands_on and each.name != self.name]
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
