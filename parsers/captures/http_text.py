"""HTTP messages in text: output of ``curl -i`` and ``curl -v``, and requests and answers saved in raw form.

References:
    curl's manual (``--include``, ``--verbose``); RFC 9112.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import urljoin

from parsers.alexa_api.items.address import ApiUrl
from parsers.alexa_api.items.service_names import names_in
from parsers.captures.answers_in_text import AnswersInText
from parsers.captures.fiddler import is_session_file
from parsers.captures.signed_as import signed_as
from parsers.code_page import code_page, read_as
from parsers.coding import CodingError, decode
from parsers.encoding import as_utf8, wide_encoding
from parsers.exchanges import capture
from parsers.exchanges.capture import Capture, Exchange
from parsers.exchanges.http_answer import answer_of
from parsers.formats.http.headers import value_of
from parsers.formats.http.transcript import FoundMessage, begins, messages
from parsers.locator import at_bytes, at_coding, join
from parsers.parser import ANSWERS, About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register

#: Longer files are not read.
MAX_BYTES = 64 * 1024 * 1024
#: The first message must begin within this many bytes.
_HEAD = 8192
_MARK = b"HTTP/"
_ADDRESS = re.compile(rb"https?://[^\s'\"<>|]{4,4000}", re.IGNORECASE)
#: An encoded body may hide the names of the service.
_CODED = re.compile(
    rb"^(?:< )?(?:content-encoding: *(?:x-)?(?:gzip|br|zstd|deflate)|transfer-encoding: *chunked)",
    re.MULTILINE | re.IGNORECASE,
)
_ADVICE = "Save the answers with their bodies (curl -i, or curl -v with the output and the remarks in one file)."


@register
class HttpText(Parser):
    """Reads the messages of one text."""

    name: ClassVar[str] = "http_text"
    version: ClassVar[str] = "2"
    needs: ClassVar[tuple[bytes, ...]] = (_MARK,)
    about: ClassVar[About] = About(
        title="HTTP messages in text (curl -i, curl -v) with answers of the Alexa service",
        data_types=capture.DATA_TYPES,
        hands_on=(ANSWERS,),
        known_by=(
            f"a status line (HTTP/2 200) or a request line within the first {_HEAD} bytes, and a name of the service"
            " anywhere: an address, an utterance id, a key of its answers; or a body that is compressed",
        ),
        shows="That whoever ran the command, or saved the messages, got these answers of the service.",
        does_not_show=(
            "When: such a text writes no time but the server's own header Date. Which address gave an answer, where"
            " neither a request nor a command stands before it. That the text was not changed: any editor can."
        ),
        validated_on=("Made files only.",),
        limits=(
            f"In a file longer than {MAX_BYTES} bytes messages are not told apart; it is read as any other text.",
            "Headers of requests, which hold cookies, are not kept.",
        ),
        references=("https://curl.se/docs/manpage.html",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the head has the first line of a message, and the file names the service."""
        head = as_utf8(source.head)
        if head.find(_MARK, 0, _HEAD) < 0:  # so it is with nearly every file
            return False
        first = begins(head[:_HEAD])
        if first is None or is_session_file(source) or head.startswith(b"WARC/"):
            return False
        return bool(source.names or names_in(head) or _CODED.search(head, first.start(), _HEAD))

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the records of every answer, and one for the text as a whole."""
        if source.size > MAX_BYTES:
            yield Issue(
                f"The file is longer than {MAX_BYTES} bytes ({source.size}): its messages were not read one by one. The"
                " answers in it were read as those of any text."
            )
            yield from signed_as(AnswersInText(), source)
            return
        with source.open() as stream:
            content = stream.read(MAX_BYTES + 1)
        prefix = ""
        if name := wide_encoding(content[:4096]):
            prefix = at_coding(name)
            try:
                content = decode(content, name, 2 * MAX_BYTES)
            except CodingError as error:
                yield Issue(f"The text is not {name.upper()} throughout: {error}.", prefix)
                content = error.partial
        elif page := code_page(content):
            prefix = at_coding(page)
            yield Issue(read_as(page), prefix)
            content = decode(content, page, 4 * MAX_BYTES)
        found = Capture("HTTP messages in text", source.path)
        for exchange, issues in _exchanges(content, prefix):
            yield from issues
            yield from found.exchange(exchange)
        yield from found.not_held(_ADVICE)
        if found.of_service or names_in(content):
            yield found.end({})


def _exchanges(content: bytes, prefix: str) -> Iterator[tuple[Exchange, list[Issue]]]:
    """Yield each answer with the preceding request; a request without an answer on its own."""
    request: FoundMessage | None = None
    address = ""
    for found in messages(content):
        address = _named(found.before) or address
        if found.is_request:
            if request is not None:
                yield _exchange(request, None, "", prefix)
            request = found
            continue
        yield _exchange(request, found, address, prefix)
        status = found.message.first_line.split(" ")[1][:1]
        location = value_of(found.message.headers, "Location")
        # After a redirect or an interim answer the same request continues.
        address = urljoin(_url(request) or address, location) if status == "3" and location else address
        if status == "1":
            continue
        if status != "3" or location:
            request = None
        if status not in ("1", "3"):
            address = ""
    if request is not None:
        yield _exchange(request, None, "", prefix)


def _named(before: bytes) -> str:
    """The last address of the service in the text before a message, such as the curl command's."""
    found = [match[0].decode("utf-8", "replace") for match in _ADDRESS.finditer(before)]
    return next((text for text in reversed(found) if ApiUrl.parse(text)), "")


def _url(request: FoundMessage | None) -> str:
    """The address of a request, from its first line and its Host header."""
    if request is None:
        return ""
    target = request.message.first_line.split(" ")[1]
    host = value_of(request.message.headers, "Host") or value_of(request.message.headers, ":authority")
    return target if "://" in target else f"https://{host}{target}" if host else target


def _exchange(
    request: FoundMessage | None, answer: FoundMessage | None, address: str, prefix: str
) -> tuple[Exchange, list[Issue]]:
    url = _url(request) or address
    method = request.message.first_line.split(" ")[0] if request else ""
    asked = request.message.body.decode("utf-8", "backslashreplace") if request else ""
    if answer is None:
        at = request.start if request else 0
        length = (request.body_end - request.start) if request else 0
        return Exchange(url, method, "", (), b"", join(prefix, at_bytes(at, length)), asked), []
    where = join(prefix, at_bytes(answer.body_at, answer.body_end - answer.body_at))
    return answer_of(answer.message, where, url=url, method=method, asked=asked)
