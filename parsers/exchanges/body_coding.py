"""Decode the body of a cached answer according to ``Content-Encoding`` or its first bytes."""

from __future__ import annotations

from dataclasses import dataclass

from parsers.alexa_api.items.json_text import start_of
from parsers.coding import CodingError, decode
from parsers.formats.json.text import MAX_BYTES
from parsers.locator import at_coding

#: The most codings that are undone on one body.
MAX_CODINGS = 4
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded body.

    Attributes:
        content: its bytes; as stored if they could not be decoded.
        steps: the locator steps from the stored bytes to these.
        readable: whether the content appears to be what the server meant.
    """

    content: bytes
    steps: tuple[str, ...] = ()
    readable: bool = True


def decoded(content: bytes, header: str) -> tuple[Decoded, tuple[str, ...]]:
    """Decode a body.

    Args:
        content: the bytes as stored.
        header: the value of ``Content-Encoding``, or empty.

    Returns:
        The decoded body, and a sentence on each unexpected finding.
    """
    if not content:
        return Decoded(content), ()
    codings = [name for part in header.lower().split(",") if (name := part.strip()) not in ("", "identity")]
    codings = codings or _codings_of(content)
    if len(codings) > MAX_CODINGS:
        return Decoded(content, readable=False), (
            f"The body states {len(codings)} encodings, more than are read; not decoded.",
        )
    steps: list[str] = []
    result = content
    for coding in reversed(codings):
        try:
            result = decode(result, coding, MAX_BYTES)
        except CodingError as error:
            if not steps and start_of(content[:64]) == 0:
                # Some caches store the decoded body although the header names a coding.
                return Decoded(content), ()
            if error.partial and len(steps) == len(codings) - 1:
                what = f"The body cannot be decoded whole as {coding[:40]}: {error}. What was decoded was read."
                return Decoded(error.partial, (*steps, at_coding(coding))), (what,)
            return Decoded(content, readable=False), (f"The body cannot be decoded as {coding[:40]}: {error}.",)
        steps.append(at_coding(coding))
    return Decoded(result, tuple(steps)), ()


def _codings_of(content: bytes) -> list[str]:
    if content.startswith(_GZIP):
        return ["gzip"]
    return ["zstd"] if content.startswith(_ZSTD) else []
