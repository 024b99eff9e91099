"""Files that are entirely base64 and contain answers of the Alexa service or a capture of them.

References:
    RFC 4648, sections 4 and 5; RFC 2045, section 6.8 (lines).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from parsers.alexa_api.items.coded_texts import coded_head, undone
from parsers.alexa_api.items.service_names import names_in
from parsers.alexa_api.named_file import names_of, not_read
from parsers.captures.answers_in_text import AnswersInText
from parsers.captures.signed_as import signed_as
from parsers.coding import CodingError, decode
from parsers.encoding import as_utf8, wide_encoding
from parsers.formats.json.text import MAX_BYTES
from parsers.locator import at_coding, join
from parsers.parser import ANSWERS, About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import claiming, load, register

_MARK = b"\xef\xbb\xbf"


@register
class Base64File(Parser):
    """Reads the decoded content as if it were a file of its own."""

    name: ClassVar[str] = "base64_file"
    version: ClassVar[str] = "1"
    text_only: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Files in base64 with answers of the Alexa service",
        data_types=(),
        hands_on=(ANSWERS,),
        known_by=(
            "a head that is base64 throughout, in lines or not, and names the service, or its answers' keys, once"
            " that and gzip or zlib in it are undone",
        ),
        shows="What the answers or the capture in it show: it is read as a file of its own.",
        does_not_show="Who coded it, or why.",
        validated_on=("Made files only.",),
        limits=(
            f"A file longer than {MAX_BYTES * 4 // 3} bytes is read as any other text.",
            "Archives in base64, and base64 within it, are not opened.",
        ),
        references=("https://www.rfc-editor.org/rfc/rfc4648",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the head is base64 of data that names the service, or of a capture."""
        content = coded_head(as_utf8(source.head))
        if content is None:
            return False
        return bool(names_in(content) or claiming(Source.of(content, source.path), self._readers()))

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the results of the answer and capture parsers for the content, or for the text if it is not base64."""
        if source.size > MAX_BYTES * 4 // 3:
            yield Issue(
                f"The file is longer than {MAX_BYTES * 4 // 3} bytes ({source.size}): it was not read whole. The"
                " answers in it were read as those of any text."
            )
            yield from signed_as(AnswersInText(), source)
            return
        with source.open() as stream:
            text = stream.read().removeprefix(_MARK)
        prefix = ""
        if name := wide_encoding(text[:4096]):
            prefix = at_coding(name)
            try:
                text = decode(text, name, MAX_BYTES * 4 // 3).removeprefix(_MARK)
            except CodingError as error:
                yield Issue(f"The text is not {name.upper()} throughout: {error}.", prefix)
                text = error.partial.removeprefix(_MARK)
        plain = undone(text)
        if plain is None:
            yield Issue("The file begins as base64, but is not all of it base64; the part that is was read.")
            yield from signed_as(AnswersInText(), source)
            return
        content, steps = plain[0], join(prefix, plain[1])
        inner = Source.of(content, source.path)
        names = tuple(name.kind for name in names_of(inner))
        found = 0
        for parser in claiming(replace(inner, names=names), self._readers()):
            for item in signed_as(parser, inner, steps):
                found += 1
                yield item
        if not found:
            yield replace(not_read(names_of(inner)), locator=steps)

    def _readers(self) -> list[Parser]:
        """The parsers of answers and captures, except this one."""
        return [parser for parser in load() if ANSWERS in parser.about.hands_on and parser.name != self.name]
