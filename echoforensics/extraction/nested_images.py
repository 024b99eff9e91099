"""Images inside a source: their files are read, and the space outside these is searched, as for a source."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from chain_of_custody.digest import hash_stream
from echoforensics.carving.carved import View
from echoforensics.carving.space import CarvedSpace
from echoforensics.errors import LaterPartError, SourceError
from echoforensics.evidence.entry import READ_ERRORS, Entry, EvidenceIssue
from echoforensics.evidence.nested_image import COPY_NAME, COPY_PREFIX, NestedDisk, open_nested
from echoforensics.evidence.streams import buffered
from echoforensics.extraction.carved_files import entries_of
from echoforensics.extraction.placement import Placement

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from echoforensics.evidence.walk import EntryPlace
    from echoforensics.extraction.reader import EntryReader


#: Prefix of an error that names the temporary copy of an image, which is gone by the time people read it.
_COPY = re.compile(rf"\S*/{re.escape(COPY_PREFIX)}[^/ ]*/{re.escape(COPY_NAME)}: ")


def read_image(reader: EntryReader, entry: Entry, here: EntryPlace, head: bytes) -> Generator[str, None, str]:
    """Read an image inside a source. Yields each path; returns the image's format, empty if it was not opened.

    Args:
        reader: reader of the container it is in.
        entry: the image.
        here: its place.
        head: its first bytes.
    """
    medium = reader.medium
    if entry.location is not None and entry.location() in medium.parts:
        return ""  # a part of an image that was opened, such as an extent that a VMDK names
    if _is_boot_file(entry, head):
        return ""
    try:
        disk = open_nested(entry, head, medium.budget)
    except LaterPartError:
        return ""  # it is read with the first part, which is beside it
    except SourceError as error:
        what = _COPY.sub("", str(error).rsplit(f"{entry.path.rsplit('/', 1)[-1]}: ", 1)[-1])
        reader.issue(EvidenceIssue(here.path, f"looks like an image, and was not opened: {what}"))
        return ""
    except READ_ERRORS as error:
        reader.issue(EvidenceIssue(here.path, f"looks like an image, and cannot be read: {error}"))
        return ""
    with closing(disk):
        medium.parts.update(disk.media.segments)
        placement = Placement() if medium.carve else None
        inner = reader.inside(replace(medium, holes=disk.media.holes, placement=placement, depth=here.depth + 1))
        yield from inner.read(disk, here)
        yield from _search(inner, disk, here)
    return disk.media.kind


def _is_boot_file(entry: Entry, head: bytes) -> bool:
    """Whether a file is NTFS's own ``$Boot``: the boot sectors of the file system it is in, and no image of another."""
    return entry.path.rsplit("/", 1)[-1] == "$Boot" and head[3:11] == b"NTFS    "


def _search(reader: EntryReader, disk: NestedDisk, here: EntryPlace) -> Iterator[str]:
    """Read the whole media: for carving, and to check the hashes that the image stores."""
    from echoforensics.carving.search import CarvingSearch

    media, placement = disk.media, reader.medium.placement
    search = CarvingSearch(View(media.size, media.read)) if placement is not None else None
    if search is not None or media.stored_hashes:
        algorithms = tuple(media.stored_hashes) or ("sha256",)
        try:
            found = hash_stream(buffered(media.stream()), algorithms, watch=search.feed if search else None)
        except OSError as error:
            reader.issue(EvidenceIssue(here.path, f"the image cannot be read to its end: {error}"))
            return
        for name, value in media.stored_hashes.items():
            if found.values[name] != value:
                what = f"the image says that the {name.upper()} of its media is {value}, but it is {found.values[name]}"
                reader.issue(EvidenceIssue(here.path, what))
    for what in media.issues:
        reader.issue(EvidenceIssue(here.path, what))
    if search is not None and placement is not None:
        carved = entries_of(search.finish(), disk, reader.store, reader.vault, placement)
        yield from reader.read(CarvedSpace(media, carved.entries), here)
        if search.beyond:
            reader.issue(EvidenceIssue(here.path, f"{search.beyond} more finds of the carving were not kept"))
