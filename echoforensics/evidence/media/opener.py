"""Which reader reads an image file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytsk3

from echoforensics.errors import SourceError
from echoforensics.evidence.media.ewf import is_ewf, open_ewf
from echoforensics.evidence.media.media import Media

if TYPE_CHECKING:
    from pathlib import Path


def open_image(path: Path, head: bytes) -> Media | None:
    """Open a file that by its first bytes is an image in a format of its own; None where it is none such.

    Args:
        path: the file, or the first of several.
        head: its first bytes.

    Raises:
        SourceError: it is such an image, but cannot be opened.
    """
    return open_ewf(path) if is_ewf(head) else None


def open_raw(path: Path) -> Media:
    """Open a file as a raw image.

    Raises:
        SourceError: the file cannot be read.
    """
    try:
        return Media("raw image", pytsk3.Img_Info(str(path)), (path,))
    except OSError as error:
        raise SourceError(f"{path}: cannot be opened: {error}") from error
