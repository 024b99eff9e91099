"""A single file compressed with gzip, bzip2 or xz: a container of one entry, or the shell of a tar."""

from __future__ import annotations

import bz2
import gzip
import lzma
from typing import TYPE_CHECKING, BinaryIO

from echoforensics.evidence.archives.tar_archive import TarArchive, is_tar
from echoforensics.evidence.entry import READ_ERRORS, Container, Entry, EvidenceIssue
from echoforensics.evidence.streams import BudgetedStream, buffered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from echoforensics.evidence.limits import Budget

_OPENERS: dict[bytes, Callable[[BinaryIO], BinaryIO]] = {
    b"\x1f\x8b\x08": lambda stream: gzip.GzipFile(fileobj=stream),  # type: ignore[dict-item,return-value]
    b"BZh": bz2.BZ2File,  # type: ignore[dict-item]
    b"\xfd7zXZ\x00": lzma.LZMAFile,  # type: ignore[dict-item]
}
_NAMES = {b"\x1f\x8b\x08": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz"}
_SUFFIXES = (".gz", ".bz2", ".xz")
_TAR_HEADER = 512


class _Owning(BudgetedStream):
    """Decompressed content that closes the compressed stream below it too, as Python's own decompressors do not."""

    def __init__(self, inner: BinaryIO, below: BinaryIO, budget: Budget) -> None:
        super().__init__(inner, budget)
        self._below = below

    def close(self) -> None:
        """Close both."""
        super().close()
        self._below.close()


class CompressedFile(Container):
    """The one file within."""

    seekable = False

    def __init__(self, opener: Callable[[], BinaryIO], name: str) -> None:
        """Take a function that opens the decompressed content, and the name of the compressed file."""
        self._opener = opener
        self._name = inner_name(name)

    def entries(self) -> Iterator[Entry | EvidenceIssue]:
        """One entry."""
        yield Entry(self._name, "0", None, self._opener, seekable=False)

    def open(self, address: str) -> BinaryIO:
        """Open the content; its address is ``0``."""
        if address != "0":
            raise KeyError(address)
        return self._opener()


def is_compressed(head: bytes) -> bool:
    """Whether a file begins as gzip, bzip2 or xz does."""
    return head.startswith(tuple(_OPENERS))


def compression(head: bytes) -> str:
    """What a file that begins so is compressed with: ``gzip``, ``bzip2`` or ``xz``; empty where with none of them."""
    return next((name for magic, name in _NAMES.items() if head.startswith(magic)), "")


def open_compressed(opener: Callable[[], BinaryIO], head: bytes, name: str, budget: Budget) -> Container:
    """The tar within, or the one file within.

    Args:
        opener: opens the compressed bytes from their start.
        head: the first bytes.
        name: the compressed file's name, from which the inner name is made.
        budget: what the content may expand to.
    """
    decompress = next(function for magic, function in _OPENERS.items() if head.startswith(magic))

    def content() -> BinaryIO:
        stream = opener()
        return buffered(_Owning(decompress(stream), stream, budget))

    return TarArchive(content) if _has_tar(content) else CompressedFile(content, name)


def _has_tar(content: Callable[[], BinaryIO]) -> bool:
    try:
        with content() as stream:
            return is_tar(stream.read(_TAR_HEADER))
    except READ_ERRORS:
        # What is damaged from its first block is reported when it is read as an entry.
        return False


def inner_name(name: str) -> str:
    """What the file within is called: the compressed file's name without its suffix."""
    for suffix in _SUFFIXES:
        if name.lower().endswith(suffix) and len(name) > len(suffix):
            return name[: -len(suffix)]
    return name
