"""Storage media as one flat range of bytes."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytsk3

from echoforensics.evidence.streams import RandomAccessStream

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from echoforensics.evidence.media.holes import Holes


class ReadImage(pytsk3.Img_Info):  # type: ignore[misc]
    """For pytsk3: an image read through a function.

    It may be read from several threads at once; the function is called from one at a time.
    """

    def __init__(self, size: int, read: Callable[[int, int], bytes], close: Callable[[], None]) -> None:
        """Take the size in bytes, what reads (byte offset, size), and what closes it."""
        self._size = size
        self._read = read
        self._close = close
        self._lock = threading.Lock()
        super().__init__(url="", type=pytsk3.TSK_IMG_TYPE_EXTERNAL)

    def close(self) -> None:
        """Close what is below."""
        self._close()

    def read(self, offset: int, size: int) -> bytes:
        """Read ``size`` bytes at a byte offset: fewer at the end. Raises OSError."""
        size = min(size, self._size - offset)
        if size <= 0 or offset < 0:
            return b""
        with self._lock:
            return self._read(offset, size)

    def get_size(self) -> int:
        """Bytes."""
        return self._size


class Media:
    """Readable media.

    Attributes:
        kind: what it is stored in: ``raw image``, ``EWF image``, ``VHD image`` and so on.
        image: what pytsk3 reads file systems from.
        size: bytes of the media.
        segments: the files the image is made of, in order.
        stored_hashes: hashes the image format keeps of its media (EWF: MD5, SHA1), as hexadecimal.
        holes: the places of the media that could not be read and are given as zeros, found while reading: after the
            whole media was read once, they are whole. None if the format has none.
        notes: what is to be known of how the image is read, a sentence each, without being damage.
    """

    def __init__(
        self,
        kind: str,
        image: Any,
        segments: tuple[Path, ...],
        stored_hashes: dict[str, str] | None = None,
        issues: tuple[str, ...] = (),
        holes: Holes | None = None,
        notes: tuple[str, ...] = (),
    ) -> None:
        self.kind = kind
        self.image = image
        self.size: int = image.get_size()
        self.segments = segments
        self.stored_hashes = stored_hashes or {}
        self.holes = holes
        self.notes = notes
        self._issues = issues

    @property
    def issues(self) -> tuple[str, ...]:
        """What of the image is damaged or missing, a sentence each; the rest is read.

        What is found only by reading is reported once it was read: ask again when the whole media was.
        """
        return (*self._issues, *(self.holes.sentences() if self.holes else ()))

    @property
    def is_raw(self) -> bool:
        """Whether the media's bytes are those of its one file, so that its hash is the file's."""
        return self.kind == "raw image" and len(self.segments) == 1

    def read(self, offset: int, size: int) -> bytes:
        """Read bytes of the media: fewer than asked for at its end. Raises OSError."""
        size = min(size, self.size - offset)
        if size <= 0 or offset < 0:
            return b""
        data: bytes = self.image.read(offset, size)
        return data

    def stream(self) -> RandomAccessStream:
        """The whole media as a stream."""
        return RandomAccessStream(self.size, self.read)

    def close(self) -> None:
        """Close the image."""
        self.image.close()
