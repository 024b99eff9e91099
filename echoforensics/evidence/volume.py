"""A range of storage media that may hold a file system."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Volume:
    """A partition, a logical volume, or the whole media.

    Attributes:
        prefix: the beginning of its files' paths: ``p8/``, ``p8/lv-data/``; empty for the whole media.
        description: the table's description, for people ("data", "Linux (0x83)", "system, slot A").
        length: bytes.
        pieces: (byte offset on the media, length in bytes), in the volume's own order; they make up its length.
            A piece at offset None is not on the media (a missing physical volume) and reads as zeros.
        scheme: the table it is in: ``MBR``, ``GPT``, ``MPT``, ``Mac``, ``Sun``, ``BSD``, ``last_kmsg``, ``LVM``,
            ``super``, ``given offset``, ``whole``.
        image: the object that pytsk3 reads, with ``image_offset`` as the byte offset in it.
        image_offset: see ``image``.
        read: reads (byte offset in the volume, size in bytes); may raise OSError.
        slot: ``A`` or ``B`` if it is one of a pair, else empty.
        number: the number of its entry in its table, from 1; 0 if unknown.
    """

    prefix: str
    description: str
    length: int
    pieces: tuple[tuple[int | None, int], ...]
    scheme: str
    image: Any
    image_offset: int
    read: Callable[[int, int], bytes] = field(repr=False)
    slot: str = ""
    number: int = 0

    @property
    def offset(self) -> int | None:
        """The offset of its first byte on the media."""
        return self.pieces[0][0] if self.pieces else None

    def on_media(self, offset: int, length: int) -> list[tuple[int, int]]:
        """Return where a range of the volume lies on the media: (byte offset, length in bytes) in order."""
        found: list[tuple[int, int]] = []
        start = 0
        for place, size in self.pieces:
            first, last = max(offset, start), min(offset + length, start + size)
            if first < last and place is not None:
                found.append((place + first - start, last - first))
            start += size
        return found
