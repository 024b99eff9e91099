"""A single compressed file: a container of one entry, or the shell of a tar."""

from __future__ import annotations

import bz2
import lzma
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

import lz4.frame

from echoforensics.evidence.archives.checked_stream import DecodedStream, zstd_frames
from echoforensics.evidence.archives.inflated import GzipStream
from echoforensics.evidence.archives.tar_archive import TarArchive, is_tar
from echoforensics.evidence.entry import READ_ERRORS, Container, Entry, EvidenceIssue, Padding
from echoforensics.evidence.streams import BudgetedStream, buffered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from echoforensics.evidence.limits import Budget


def _by_library(library: Callable[[BinaryIO], BinaryIO]) -> Callable[[BinaryIO], BinaryIO]:
    return lambda stream: DecodedStream(library(stream))  # type: ignore[return-value]


def _gzip(stream: BinaryIO, padded: Callable[[], None] = lambda: None) -> BinaryIO:
    return GzipStream(stream, padded)  # type: ignore[return-value]


#: How a compressed file begins, what it is compressed with, and what gives its content.
_FORMS: tuple[tuple[bytes, str, Callable[[BinaryIO], BinaryIO]], ...] = (
    (b"\x1f\x8b\x08", "gzip", _gzip),
    (b"BZh", "bzip2", _by_library(bz2.BZ2File)),  # type: ignore[arg-type]
    (b"\xfd7zXZ\x00", "xz", _by_library(lzma.LZMAFile)),  # type: ignore[arg-type]
    # The default properties of the LZMA format of its own, and a size that is not stated.
    (b"\x5d\x00\x00", "lzma", _by_library(lzma.LZMAFile)),  # type: ignore[arg-type]
    (b"\x28\xb5\x2f\xfd", "zstd", _by_library(zstd_frames)),
    (b"\x04\x22\x4d\x18", "lz4", _by_library(lz4.frame.LZ4FrameFile)),
)
_SUFFIXES = (".gz", ".bz2", ".xz", ".lzma", ".zst", ".lz4")
_TAR_HEADER = 512
#: Of the LZMA format of its own: the dictionary sizes that encoders choose, and the largest content that is believed.
_LZMA_DICTIONARIES = frozenset({1 << power for power in range(16, 31)})
_LZMA_SIZE = 1 << 40


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
    """Whether a file begins as a compressed file does that is read: gzip, bzip2, xz, LZMA, zstd or lz4."""
    return bool(compression(head))


def compression(head: bytes) -> str:
    """What a file that begins so is compressed with, such as ``gzip``; empty if with nothing that is read."""
    name = next((name for magic, name, _ in _FORMS if head.startswith(magic)), "")
    return "" if name == "lzma" and not _is_lzma(head) else name


def _is_lzma(head: bytes) -> bool:
    """Whether a file begins as one of the LZMA format of its own, which has no magic (``lzma-file-format.txt``)."""
    size = int.from_bytes(head[5:13], "little")
    return (
        len(head) > 13
        and int.from_bytes(head[1:5], "little") in _LZMA_DICTIONARIES
        and (size == (1 << 64) - 1 or 0 < size < _LZMA_SIZE)
        and head[13] == 0  # the range coder's first byte
    )


def open_compressed(opener: Callable[[], BinaryIO], head: bytes, name: str, budget: Budget) -> Container:
    """The tar within, or the one file within.

    Args:
        opener: opens the compressed bytes from their start.
        head: the first bytes.
        name: the compressed file's name, from which the inner name is made.
        budget: what the content may expand to.
    """
    decompress = next(function for magic, _, function in _FORMS if head.startswith(magic))
    padding = Padding()
    if compression(head) == "gzip":
        decompress = partial(_gzip, padded=padding.found)

    def content() -> BinaryIO:
        stream = opener()
        return buffered(_Owning(decompress(stream), stream, budget))

    container = TarArchive(content, budget) if _has_tar(content) else CompressedFile(content, name)
    container.padding = padding
    return container


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
