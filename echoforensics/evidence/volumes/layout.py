"""The volumes of storage media."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytsk3

from echoforensics.evidence.volumes.volume import Volume

if TYPE_CHECKING:
    from echoforensics.evidence.entry import Fault
    from echoforensics.evidence.media.media import Media


@dataclass(frozen=True, slots=True)
class Layout:
    """What lies on media.

    Attributes:
        volumes: in order of place; the whole media, with an empty prefix, where there is no table.
        faults: what of the tables could not be read, or contradicts itself.
    """

    volumes: tuple[Volume, ...]
    faults: tuple[Fault, ...] = ()


def find_volumes(media: Media, offsets: tuple[int, ...] = ()) -> Layout:
    """Find the volumes of media.

    Args:
        media: what is looked at.
        offsets: byte offsets at which volumes begin, given by hand; where there are any, no table is read.
    """
    if offsets:
        return Layout(
            tuple(
                contiguous(media, f"at{offset}/", "given by hand", offset, media.size - offset, "given offset")
                for offset in offsets
            )
        )
    try:
        table = pytsk3.Volume_Info(media.image)
    except OSError:
        return Layout((contiguous(media, "", "the whole media", 0, media.size, "whole"),))
    block = table.info.block_size
    found = sorted(
        (part.start * block, part.len * block, part.desc.decode("utf-8", "backslashreplace"))
        for part in table
        if part.flags & pytsk3.TSK_VS_PART_FLAG_ALLOC
    )
    return Layout(
        tuple(
            contiguous(media, f"p{number}/", description, offset, length, "MBR")
            for number, (offset, length, description) in enumerate(found, 1)
        )
    )


def contiguous(media: Media, prefix: str, description: str, offset: int, length: int, scheme: str) -> Volume:
    """A volume that lies in one piece."""
    return Volume(
        prefix,
        description,
        length,
        ((offset, length),),
        scheme,
        media.image,
        offset,
        lambda at, size: media.read(offset + at, max(0, min(size, length - at))),
    )
