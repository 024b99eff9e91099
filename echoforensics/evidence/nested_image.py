"""An image that is in a source, opened like a source."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from echoforensics.evidence.entry import ContentError
from echoforensics.evidence.media.media import Media, ReadImage
from echoforensics.evidence.media.opener import RAW_IMAGE, has_own_format, open_image, open_raw
from echoforensics.evidence.media.refused import ends_as_apple_image
from echoforensics.evidence.streams import BLOCK
from echoforensics.evidence.volumes.disk import Disk, may_be_image
from echoforensics.own_disk import no_room, write_with_holes

if TYPE_CHECKING:
    from collections.abc import Callable

    from echoforensics.evidence.entry import Entry
    from echoforensics.evidence.limits import Budget

#: What the folder of a copy begins with, and what the copy is called in it.
COPY_PREFIX, COPY_NAME = "echoforensics-", "image"
#: What images are called whose bytes are those of their media.
_NAMES = (".img", ".image", ".dd", ".raw", ".iso")
#: What dumps of chips are called, and firmware: so only a file that lies by itself is taken for one.
_DUMP = ".bin"
#: What disk images of macOS are called, which are known by their end, and have any size.
_APPLE = ".dmg"


def is_named_as_image(entry: Entry, size: int) -> bool:
    """Whether a file in a folder on this machine is called as an image is, and has the size of one, in bytes."""
    if entry.location is None:
        return False
    if has_name_of_image(entry, size) or (entry.path.lower().endswith(_DUMP) and may_be_image(size)):
        return True
    return entry.path.lower().endswith(_APPLE) and ends_as_apple_image(entry.location())


def has_name_of_image(entry: Entry, size: int) -> bool:
    """Whether a file is called as a raw image is, and has the size of one, in bytes."""
    return entry.path.lower().endswith(_NAMES) and may_be_image(size)


class NestedDisk(Disk):
    """The files of an image that is in a source. Closing it lets go of the copy it was read from, if there is one."""

    def __init__(self, media: Media, name: str, opened: ExitStack) -> None:
        """Take the media, what to call it in an error, and what closes it with what is below."""
        super().__init__(media, name)
        self._opened = opened.pop_all()

    def close(self) -> None:
        """Close the media, and remove the copy."""
        self._opened.close()


def open_nested(entry: Entry, head: bytes, budget: Budget) -> NestedDisk:
    """Open an image that is in a container.

    One that is a file of its own on this machine is opened where it lies, with its other segments. The bytes of another
    are read in place where they can be sought in and are those of the media; else they are copied to a temporary file.

    Args:
        entry: the image.
        head: its first bytes.
        budget: what a copy of it may take.

    Raises:
        SourceError: it is not read, or holds nothing that is known.
        One of READ_ERRORS: it cannot be read.
    """
    with ExitStack() as opened:
        if entry.location is not None:
            path: Path | None = entry.location()
        elif entry.seekable and not has_own_format(head):
            path = None
        else:
            path = _copied(entry, budget, opened)
        media = _in_place(entry) if path is None else open_image(path, head) or open_raw(path)
        opened.enter_context(closing(media))
        return NestedDisk(media, entry.path.rsplit("/", 1)[-1], opened)


def _in_place(entry: Entry) -> Media:
    assert entry.opener is not None  # noqa: S101 (the caller has read its head)
    stream = entry.opener()
    size = stream.seek(0, 2)

    def read(offset: int, wanted: int) -> bytes:
        stream.seek(offset)
        return stream.read(wanted)

    return Media(RAW_IMAGE, ReadImage(size, read, stream.close), ())


def _copied(entry: Entry, budget: Budget, opened: ExitStack) -> Path:
    """A copy of an entry, which goes when what was opened is closed."""
    assert entry.opener is not None  # noqa: S101 (the caller has read its head)
    folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix=COPY_PREFIX)))
    path = folder / COPY_NAME
    with no_room(path), path.open("wb") as copy, entry.opener() as stream:
        try:
            _write(copy, stream.read1, budget)  # type: ignore[attr-defined]
        except ContentError:
            # What is wrong with the content was said when it was read as an entry.
            copy.truncate()
    return path


def _write(copy: BinaryIO, read: Callable[[int], bytes], budget: Budget) -> None:
    while piece := read(BLOCK):
        budget.spend(len(piece))
        write_with_holes(copy, piece)
    copy.truncate()
