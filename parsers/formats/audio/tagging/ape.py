"""Find the end of APE tags. Their items are not read.

References:
    Hydrogenaudio wiki, "APEv2 specification" and "APE Tags Header": a header and a footer of 32 bytes each.
"""

from __future__ import annotations

from typing import NamedTuple

MAGIC = b"APETAGEX"
#: Length of the header, and of the footer.
HEADER_SIZE = 32
_VERSION = 2000
_IS_HEADER = 1 << 29
#: Flag of a tag that has a header too.
HAS_HEADER = 1 << 31


class ApeHeader(NamedTuple):
    """The header before the items of a tag.

    Attributes:
        version: 2000 for APEv2.
        size: bytes in the items and the footer, without the header.
        items: number of items.
        flags: flags of the tag.
    """

    version: int
    size: int
    items: int
    flags: int

    @property
    def length(self) -> int:
        """Length of the tag, header included."""
        return HEADER_SIZE + self.size

    @property
    def is_as_defined(self) -> bool:
        """Whether it is marked as the header of an APEv2 tag, and its size has room for the footer."""
        return self.version == _VERSION and bool(self.flags & _IS_HEADER) and self.size >= HEADER_SIZE

    @classmethod
    def parse(cls, raw: bytes) -> ApeHeader | None:
        """The header at the start of some bytes; None if there is none."""
        if len(raw) < HEADER_SIZE or not raw.startswith(MAGIC):
            return None
        return cls(*(int.from_bytes(raw[at : at + 4], "little") for at in (8, 12, 16, 20)))
