"""Storage media: a raw image, or an EWF (E01) image through libewf, as one flat range of bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyewf
import pytsk3

from echoforensics.errors import SourceError
from echoforensics.evidence.streams import RandomAccessStream

if TYPE_CHECKING:
    from pathlib import Path

#: How an EWF segment file begins (libyal/libewf, EWF format specification, section 2.1).
EWF_SIGNATURE = b"EVF\x09\x0d\x0a\xff\x00"


class _EwfImage(pytsk3.Img_Info):  # type: ignore[misc]
    """The media inside an EWF image, for pytsk3."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        super().__init__(url="", type=pytsk3.TSK_IMG_TYPE_EXTERNAL)

    def close(self) -> None:
        self._handle.close()

    def read(self, offset: int, size: int) -> bytes:
        self._handle.seek(offset)
        data: bytes = self._handle.read(size)
        return data

    def get_size(self) -> int:
        size: int = self._handle.get_media_size()
        return size


class Media:
    """Readable media.

    Attributes:
        image: what pytsk3 reads file systems from.
        size: bytes.
        segments: the files the image is made of.
        stored_hashes: hashes the image format keeps of its media (EWF: MD5, SHA1), as hexadecimal.
    """

    def __init__(self, image: Any, segments: tuple[Path, ...], stored_hashes: dict[str, str]) -> None:
        self.image = image
        self.size: int = image.get_size()
        self.segments = segments
        self.stored_hashes = stored_hashes

    def stream(self) -> RandomAccessStream:
        """The whole media as a stream."""
        return RandomAccessStream(self.size, self.image.read)

    def close(self) -> None:
        """Close the image."""
        self.image.close()


def is_ewf(head: bytes) -> bool:
    """Whether a file begins as an EWF segment does."""
    return head.startswith(EWF_SIGNATURE)


def open_raw(path: Path) -> Media:
    """Open a raw image. Raises OSError where the file cannot be read as one."""
    return Media(pytsk3.Img_Info(str(path)), (path,), {})


def open_ewf(path: Path) -> Media:
    """Open an EWF image by its first segment (``.E01``); the others are found beside it.

    Raises:
        SourceError: libewf cannot open it, or a segment is missing.
    """
    try:
        names = pyewf.glob(str(path))
        handle = pyewf.handle()
        handle.open(names)
        stored = {
            name.lower(): value.lower()
            for name, value in (handle.get_hash_values() or {}).items()
            if name in ("MD5", "SHA1")
        }
    except OSError as error:
        reason = str(error).splitlines()[0]
        raise SourceError(f"{path}: the EWF image cannot be opened: {reason}") from error
    return Media(_EwfImage(handle), tuple(path.parent / name for name in names), stored)
