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
    """Lets pytsk3 read an image through a function.

    Several threads may read at once; the function is called by one thread at a time.
    """

    def __init__(self, size: int, read: Callable[[int, int], bytes], close: Callable[[], None]) -> None:
        """Take the size in bytes, a function that reads (byte offset, size), and a close function."""
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
        kind: the storage format: ``raw image``, ``EWF image``, ``VHD image`` and so on.
        image: the object that pytsk3 reads file systems from.
        size: bytes of the media.
        segments: the files of the image, in order.
        stored_hashes: the media hashes stored in the image (EWF: MD5, SHA1), in hexadecimal.
        holes: the unreadable parts of the media, returned as zeros and found while reading; complete after the whole
            media was read once. None if the format has none.
        notes: remarks on how the image is read that are not damage, one sentence each.
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
        """What is damaged or missing in the image, one sentence each; the rest is read.

        Some problems are found only by reading: ask again after the whole media was read.
        """
        return (*self._issues, *(self.holes.sentences() if self.holes else ()))

    @property
    def is_raw(self) -> bool:
        """Whether the media is exactly its single file, so that both have the same hash."""
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
