"""Assemble a body that was received in parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from parsers.exchanges.cached_answer import CachedBody
from parsers.locator import at_bytes

#: Longer bodies are not assembled.
MAX_BODY = 128 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of a body.

    Attributes:
        start: its offset in the body, in bytes.
        content: its bytes.
        offset: its offset in its file.
        file: the file, as in :attr:`parsers.record.Record.file`.
    """

    start: int
    content: bytes
    offset: int
    file: str


def assembled(chunks: Sequence[Chunk]) -> tuple[CachedBody, tuple[str, ...]]:
    """Assemble the body up to the first gap, with sentences on what is missing.

    Later chunks overwrite earlier ones where they overlap. If the first bytes are missing, the body
    begins with the first bytes present, and a sentence says so.
    """
    there = sorted((chunk for chunk in chunks if chunk.content), key=lambda chunk: chunk.start)
    if not there:
        return CachedBody(b"", ""), ()
    issues: list[str] = []
    begin = there[0].start
    if begin:
        issues.append(f"The first {begin} bytes of the body are not in the cache; what is told is what follows them.")
    body = bytearray()
    used: list[Chunk] = []
    for chunk in there:
        at = chunk.start - begin
        if at > len(body):
            issues.append(f"The bytes {begin + len(body)} to {chunk.start - 1} of the body are not in the cache.")
            break
        if at + len(chunk.content) > MAX_BODY:
            issues.append(f"The body is longer than {MAX_BODY} bytes; the rest was not read.")
            break
        body[at : at + len(chunk.content)] = chunk.content
        used.append(chunk)
    places = tuple(
        (f"{chunk.file} " if len({one.file for one in used}) > 1 else "") + at_bytes(chunk.offset, len(chunk.content))
        for chunk in used
    )
    first = used[0]
    return (
        CachedBody(
            bytes(body),
            at_bytes(first.offset, len(first.content)),
            first.file,
            places if len(used) > 1 else (),
        ),
        tuple(issues),
    )
