"""EWF images (E01), read through libewf."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyewf

from echoforensics.errors import SourceError
from echoforensics.evidence.media.media import Media, ReadImage

if TYPE_CHECKING:
    from pathlib import Path

#: How an EWF segment file begins (libyal/libewf, EWF format specification, section 2.1).
EWF_SIGNATURE = b"EVF\x09\x0d\x0a\xff\x00"


def is_ewf(head: bytes) -> bool:
    """Whether a file begins as an EWF segment does."""
    return head.startswith(EWF_SIGNATURE)


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
    image = ReadImage(handle.get_media_size(), lambda offset, size: _read(handle, offset, size), handle.close)
    return Media("EWF image", image, tuple(path.parent / name for name in names), stored)


def _read(handle: Any, offset: int, size: int) -> bytes:
    handle.seek(offset)
    data: bytes = handle.read(size)
    return data
