"""Parse what precedes the frames of a FLAC stream: the marker and the metadata blocks, STREAMINFO first.

References:
    RFC 9639, sections 6 to 8.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from parsers.formats.sized_bytes import SizedBytes

MARKER = b"fLaC"
#: Length in bytes of STREAMINFO.
STREAM_INFO_SIZE = 34
#: The marker with the header of STREAMINFO, as the last metadata block or not.
BEGINNINGS = (MARKER + b"\x00\x00\x00\x22", MARKER + b"\x80\x00\x00\x22")
#: Kinds of metadata blocks: the first, the tags, and the invalid kind.
STREAM_INFO, COMMENTS, INVALID = 0, 4, 127

_BLOCK_HEADER = 4


class StreamInfo(NamedTuple):
    """The content of STREAMINFO.

    Attributes:
        least_block: minimum block length, in samples per channel.
        most_block: maximum block length, likewise.
        shortest: minimum frame length in bytes; 0 if unknown.
        longest: maximum frame length in bytes; 0 if unknown.
        rate: samples per second.
        channels: 1 to 8.
        bits: bits per sample.
        total: samples per channel; 0 if unknown.
    """

    least_block: int
    most_block: int
    shortest: int
    longest: int
    rate: int
    channels: int
    bits: int
    total: int

    @property
    def is_possible(self) -> bool:
        """Whether the standard allows these values: block and frame sizes, a rate, four bits or more."""
        blocks = 16 <= self.least_block <= self.most_block
        return blocks and bool(self.rate) and self.bits >= 4 and not self.shortest > self.longest > 0

    @classmethod
    def parse(cls, raw: bytes) -> StreamInfo | None:
        """Parse the 34 bytes of STREAMINFO without validation; None if there are fewer."""
        if len(raw) < STREAM_INFO_SIZE:
            return None
        least, most, shortest, longest = (
            int.from_bytes(raw[start:end], "big") for start, end in ((0, 2), (2, 4), (4, 7), (7, 10))
        )
        packed = int.from_bytes(raw[10:18], "big")
        rate, channels, bits = packed >> 44, (packed >> 41 & 7) + 1, (packed >> 36 & 31) + 1
        return cls(least, most, shortest, longest, rate, channels, bits, packed & (1 << 36) - 1)


class MetadataBlock(NamedTuple):
    """The header of a metadata block.

    Attributes:
        at: byte offset of the header.
        kind: block type: :data:`STREAM_INFO`, :data:`COMMENTS`, ...
        length: bytes of content, whether present or not.
        is_last: whether the frames follow.
    """

    at: int
    kind: int
    length: int
    is_last: bool

    @property
    def start(self) -> int:
        """Offset of its content."""
        return self.at + _BLOCK_HEADER

    @property
    def end(self) -> int:
        """Offset after its content."""
        return self.start + self.length


def metadata_blocks(source: SizedBytes, at: int) -> Iterator[MetadataBlock]:
    """Headers of the metadata blocks from an offset on, up to the last block or the end of the bytes.

    Raises:
        OSError: the source raised it.
    """
    while True:
        head = source.read(at, _BLOCK_HEADER)
        if len(head) < _BLOCK_HEADER:
            return
        block = MetadataBlock(at, head[0] & 0x7F, int.from_bytes(head[1:], "big"), bool(head[0] & 0x80))
        yield block
        if block.is_last:
            return
        at = block.end
