"""Make an exchange from the raw message that answers it."""

from __future__ import annotations

from parsers.coding import CodingError, decode
from parsers.exchanges.cached_answer import BytesSent
from parsers.exchanges.capture import Exchange
from parsers.formats.http.headers import value_of
from parsers.formats.http.message import MAX_BODY, Message, may_have_body
from parsers.locator import join
from parsers.record import Issue, Timestamp

#: Lengths with more digits are ignored.
_DIGITS = 15


def answer_of(
    message: Message,
    body: str,
    *,
    url: str,
    method: str = "",
    asked: str = "",
    timestamps: tuple[Timestamp, ...] = (),
) -> tuple[Exchange, list[Issue]]:
    """The exchange that a message answers, and issues with its body.

    Args:
        message: the answer.
        body: the locator of the body's bytes, as sent.
        url: the requested address; empty if unknown.
        method: the request's method.
        asked: what was sent with the request.
        timestamps: when the request was sent and the answer received.
    """
    headers = message.headers
    coding = value_of(headers, "Content-Encoding")
    if not is_coded(message.body, coding):
        headers = tuple(pair for pair in headers if pair[0].lower() != "content-encoding")
    sent = None if message.body.strip() else sent_of(message, method)
    issues = []
    if message.issue and sent is None and (headers == message.headers or message.steps):
        issues.append(Issue(f"The body of the answer: {message.issue}.", body))
    return (
        Exchange(
            url=url,
            method=method,
            status_line=message.first_line,
            headers=headers,
            content=message.body if sent is None else b"",
            locator=join(body, *message.steps),
            asked=asked,
            timestamps=timestamps,
            sent=sent,
        ),
        issues,
    )


def is_coded(body: bytes, coding: str) -> bool:
    """Whether a body is still in the coding named in its header; programs may decode it and keep the header."""
    if not coding or coding.strip().lower() == "identity":
        return False
    try:
        return bool(decode(body, coding, MAX_BODY))
    except CodingError as error:
        return bool(error.partial)


def sent_of(message: Message, method: str) -> BytesSent | None:
    """The size of a body that was sent but is not in the message; None if no body was sent or it is unknown."""
    parts = message.first_line.split(" ")
    status = int(parts[1]) if len(parts) > 1 and parts[1].isascii() and parts[1].isdecimal() else 0
    length = value_of(message.headers, "Content-Length")
    known = length.isascii() and length.isdecimal() and len(length) < _DIGITS and int(length) > 0
    return BytesSent(int(length)) if known and may_have_body(method, status) else None
