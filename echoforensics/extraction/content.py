"""The content of one entry: read once, hashed, searched for service names, and kept if wanted."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from echoforensics.errors import EchoforensicsError
from echoforensics.evidence.entry import READ_ERRORS, ContentError
from echoforensics.evidence.streams import BLOCK
from parsers.fence import fence
from parsers.parser import HEAD_SIZE
from parsers.record import Issue

if TYPE_CHECKING:
    from echoforensics.case.vault import Staged
    from echoforensics.evidence.name_search import NameSearch


#: Errors that are not bugs of a reader, and the name for one that is.
PASSES = (EchoforensicsError, *READ_ERRORS)
READER = "the reader of this file"


class ReadContent(NamedTuple):
    """The result of reading some content.

    Attributes:
        sha256: SHA-256 of the bytes read, hexadecimal.
        size: number of bytes read.
        issue: the error, a sentence; empty if there was none.
        damaged: whether a checksum of the content failed.
    """

    sha256: str
    size: int
    issue: str
    damaged: bool


def read_content(stream: BinaryIO, head: bytes, staged: Staged | None, search: NameSearch | None = None) -> ReadContent:
    """Read the rest of an entry, after its head: into the vault if it is kept, else only for hashing.

    Raises:
        CaseDiskError: the vault cannot be written.
    """
    whole, size, issue, damaged = hashlib.sha256(), 0, "", False
    piece = head
    while piece:
        size += len(piece)
        if search:
            search.feed(piece)
        if staged:
            staged.write(piece)
        else:
            whole.update(piece)
        raised: list[Issue] = []
        try:
            with fence("evidence", raised, PASSES, READER):
                piece = stream.read1(BLOCK)  # type: ignore[attr-defined]
        except READ_ERRORS as error:
            damaged = isinstance(error, ContentError) and error.damaged
            issue = _sentence(error, size)
            break
        if raised:
            issue = raised[0].what
            break
    if staged:
        staged.finish()
    return ReadContent(staged.sha256 if staged else whole.hexdigest(), size, issue, damaged)


def read_head(stream: BinaryIO) -> bytes:
    """Read the first bytes of an entry. If reading fails within them, return the bytes before.

    Raises:
        One of READ_ERRORS: not even the first byte is readable.
    """
    head = b""
    while len(head) < HEAD_SIZE:
        try:
            piece = stream.read1(HEAD_SIZE - len(head))  # type: ignore[attr-defined]
        except READ_ERRORS:
            if not head:
                raise
            break
        if not piece:
            break
        head += piece
    return head


def _sentence(error: BaseException, size: int) -> str:
    """The issue's text for content that failed after ``size`` bytes."""
    if not isinstance(error, ContentError):
        return f"only the first {size} bytes could be read: {error}"
    if not error.damaged:
        return f"{size} bytes were read; {error}"
    return f"{size} bytes were read, and {error}: from some byte on, they may differ from what was stored"
