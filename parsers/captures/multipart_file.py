"""Multipart bodies saved as files: what the Alexa Voice Service answers to a device, directives and speech.

References:
    RFC 2046, section 5.1; the Alexa Voice Service's documentation of its HTTP/2 messages (a part of JSON for each
    directive, a part of sound for what is to be said).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from parsers.alexa_api.answers.responses import quoted_keys, telltale
from parsers.alexa_api.items.body import Body, JsonPlaces
from parsers.exchanges.answer_body import RECORDING_TYPE, body_records
from parsers.formats.http.multipart import is_multipart
from parsers.parser import ANSWERS, About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register

#: Longer files are read up to here.
MAX_BYTES = 64 * 1024 * 1024


@register
class MultipartFile(Parser):
    """Reads the parts of one body."""

    name: ClassVar[str] = "multipart_file"
    version: ClassVar[str] = "1"
    needs: ClassVar[tuple[bytes, ...]] = (rb"^[ \t]*--[\x21-\x7e]",)
    about: ClassVar[About] = About(
        title="Multipart bodies with answers of the Alexa service",
        data_types=(RECORDING_TYPE,),
        hands_on=(ANSWERS,),
        known_by=("a boundary and the headers of a part first, and JSON with the keys of an answer in the head",),
        shows="That whoever saved the body had these directives or answers, and the speech in it.",
        does_not_show="When, or which request it answers, where no directive says so.",
        validated_on=("Made files only.",),
        limits=(f"Of a file longer than {MAX_BYTES} bytes the rest is not read.",),
        references=("https://developer.amazon.com/docs/alexa-voice-service/structure-http2-request.html",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the head is a multipart body with the keys of an answer."""
        return is_multipart(source.head) and telltale(quoted_keys(source.head))

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the records of each part."""
        with source.open() as stream:
            content = stream.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            yield Issue(f"The file is longer than {MAX_BYTES} bytes ({source.size}); the rest was not read.")
            content = content[:MAX_BYTES]
        yield from body_records(content, Body(None, source.path, JsonPlaces()), "", "", speaks=True)
