"""Opens a single compressed file: a container with one entry, or the wrapper of a tar."""

from __future__ import annotations

import lzma
import re
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

import lz4.frame

from echoforensics.evidence.archives.checked_stream import DecodedStream, zstd_frames
from echoforensics.evidence.archives.inflated import GzipStream
from echoforensics.evidence.archives.joined_streams import BZIP2, XZ, JoinedStreams
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


def _joined(magic: bytes) -> Callable[[BinaryIO], BinaryIO]:
    return lambda stream: JoinedStreams(stream, magic)  # type: ignore[return-value]


_Form = tuple[bytes, str, "Callable[[BinaryIO], BinaryIO]"]
#: The magic of a compressed file, its format, and the function that decompresses it.
_FORMS: tuple[_Form, ...] = (
    (b"\x1f\x8b\x08", "gzip", _gzip),
    (BZIP2, "bzip2", _joined(BZIP2)),
    (XZ, "xz", _joined(XZ)),
    # The properties that encoders of raw LZMA files write.
    (b"\x5d\x00", "lzma", _by_library(lzma.LZMAFile)),  # type: ignore[arg-type]
    (b"\x5e\x00", "lzma", _by_library(lzma.LZMAFile)),  # type: ignore[arg-type]
    (b"\x28\xb5\x2f\xfd", "zstd", _by_library(zstd_frames)),
    (b"\x04\x22\x4d\x18", "lz4", _by_library(lz4.frame.LZ4FrameFile)),
)
_BEGINNINGS = tuple(form[0] for form in _FORMS)
_SUFFIXES = (".gz", ".bz2", ".xz", ".lzma", ".zst", ".lz4")
#: The magic of a frame that decompressors of zstd and lz4 skip, without its lowest digit.
_SKIPPED, _WITH_SKIPPED = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18"), ("zstd", "lz4")
_TAR_HEADER = 512
#: For raw LZMA files: the dictionary sizes that encoders use, and the largest content size to accept.
_LZMA_DICTIONARIES = frozenset({size << power for power in range(11, 30) for size in (2, 3)})
_LZMA_SIZE = 1 << 40


class _Owning(BudgetedStream):
    """A decompressed stream that also closes the compressed one, which Python's decompressors do not."""

    def __init__(self, inner: BinaryIO, below: BinaryIO, budget: Budget) -> None:
        super().__init__(inner, budget)
        self._below = below

    def close(self) -> None:
        """Close both streams."""
        super().close()
        self._below.close()


class CompressedFile(Container):
    """The single file inside."""

    seekable = False

    def __init__(self, opener: Callable[[], BinaryIO], name: str) -> None:
        """Take a function that opens the decompressed content, and the name of the compressed file."""
        self._opener = opener
        self._name = inner_name(name)

    def entries(self) -> Iterator[Entry | EvidenceIssue]:
        """Yield the single entry."""
        yield Entry(self._name, "0", None, self._opener, seekable=False)

    def open(self, address: str) -> BinaryIO:
        """Open the content by its address, ``0``."""
        if address != "0":
            raise KeyError(address)
        return self._opener()


def is_compressed(head: bytes) -> bool:
    """Whether a file begins like a supported compressed file: gzip, bzip2, xz, LZMA, zstd or lz4."""
    return bool(compression(head))


def compression(head: bytes) -> str:
    """Name the compression of a file by its first bytes, such as ``gzip``; empty if it is not supported."""
    found = _form(head)
    return found[1] if found is not None else ""


def _form(head: bytes) -> _Form | None:
    at = 0
    while _SKIPPED.match(head, at):
        at += 8 + int.from_bytes(head[at + 4 : at + 8], "little")
    if not head.startswith(_BEGINNINGS, at):
        return None
    found = next(form for form in _FORMS if head.startswith(form[0], at))
    if (found[1] == "lzma" and not _is_lzma(head)) or (at and found[1] not in _WITH_SKIPPED):
        return None
    return found


def _is_lzma(head: bytes) -> bool:
    """Whether a file begins like a raw LZMA file, which has no magic (``lzma-file-format.txt``)."""
    size = int.from_bytes(head[5:13], "little")
    return (
        len(head) > 13
        and int.from_bytes(head[1:5], "little") in _LZMA_DICTIONARIES
        and (size == (1 << 64) - 1 or 0 < size < _LZMA_SIZE)
        and head[13] == 0  # the range coder's first byte
    )


def open_compressed(opener: Callable[[], BinaryIO], head: bytes, name: str, budget: Budget) -> Container:
    """Open the tar, or the single file, inside a compressed file.

    Args:
        opener: opens the compressed bytes from their start.
        head: the first bytes.
        name: the compressed file's name, from which the inner name is derived.
        budget: how much the content may expand to.
    """
    form = _form(head)
    assert form is not None  # noqa: S101 (the caller has asked whether it is compressed)
    _, name_of_form, decompress = form
    padding = Padding()
    if name_of_form == "gzip":
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
        # Damage in the first block is reported when the file is read as an entry.
        return False


def inner_name(name: str) -> str:
    """Return the inner file's name: the compressed file's name without its suffix."""
    for suffix in _SUFFIXES:
        if name.lower().endswith(suffix) and len(name) > len(suffix):
            return name[: -len(suffix)]
    return name
