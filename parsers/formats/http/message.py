"""Parse one HTTP/1 message from raw bytes: first line, headers, body.

References:
    RFC 9112.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from parsers.coding import CodingError, decode
from parsers.formats.http.headers import value_of
from parsers.locator import at_coding

#: How far to search for the end of a message's headers, in bytes.
MAX_HEAD = 256 * 1024
MAX_HEADERS = 500
#: A longer body is not assembled from its chunks.
MAX_BODY = 64 * 1024 * 1024
OK, NO_CONTENT, REDIRECT, NOT_MODIFIED = 200, 204, 300, 304
HEAD_END = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class Message:
    """A message.

    Attributes:
        first_line: the request line or the status line.
        headers: names and values, in order; folded lines joined.
        body_at: offset of the body, which extends to the end.
        body: the body, with its chunks joined.
        steps: locator steps from the raw body to the body: none, or the step that joins chunks.
        issue: what is wrong with the body; empty if nothing is.
    """

    first_line: str
    headers: tuple[tuple[str, str], ...]
    body_at: int
    body: bytes
    steps: tuple[str, ...] = ()
    issue: str = ""


def parse(content: bytes) -> Message | None:
    """Parse a message; None if its headers do not end."""
    end = HEAD_END.search(content, 0, MAX_HEAD)
    if end is None:
        return None
    lines = content[: end.start()].decode("latin-1").splitlines()
    if not lines:
        return None
    headers: list[tuple[str, str]] = []
    for line in lines[1:]:
        if line[:1] in (" ", "\t") and headers:
            name, value = headers[-1]
            headers[-1] = (name, f"{value} {line.strip()}")
            continue
        name, colon, value = line.partition(":")
        if colon and len(headers) < MAX_HEADERS:
            headers.append((name.strip(), value.strip()))
    message = Message(lines[0], tuple(headers), end.end(), content[end.end() :])
    if "chunked" in value_of(message.headers, "Transfer-Encoding").lower():
        return _put_together(message)
    length = value_of(message.headers, "Content-Length")
    if length.isascii() and length.isdecimal() and len(length) < 15 and int(length) > len(message.body):
        return replace(message, issue=f"it is {len(message.body)} bytes long, not {length} as its header says")
    return message


def _put_together(message: Message) -> Message:
    """The message with its chunks joined, or unchanged if a tool joined them and kept the header."""
    try:
        return replace(message, body=decode(message.body, "chunked", MAX_BODY), steps=(at_coding("chunked"),))
    except CodingError as error:
        if not error.partial:
            return message
        return replace(message, body=error.partial, steps=(at_coding("chunked"),), issue=str(error))


def may_have_body(method: str, status: int) -> bool:
    """Whether the answer to a request may have a body (RFC 9110, section 6.4.1)."""
    return method.upper() != "HEAD" and status >= OK and status not in (NO_CONTENT, NOT_MODIFIED)
