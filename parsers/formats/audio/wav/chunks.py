"""Parse the header of a RIFF/WAVE file, its chunk headers, and its format chunk.

References:
    Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0 (RIFF, WAVE); Microsoft,
    WAVEFORMATEXTENSIBLE; RFC 2361 (format tags); EBU Tech 3306 (RF64); ITU-R BS.2088 (BW64).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Literal, NamedTuple

from parsers.formats.sized_bytes import SizedBytes

ByteOrder = Literal["big", "little"]

#: Bytes before the first chunk, and length of a chunk header.
HEADER_SIZE, CHUNK_HEADER = 12, 8
#: First bytes of a file: plain, big-endian, and with 64-bit sizes.
PLAIN, REVERSED, LARGE = b"RIFF", b"RIFX", (b"RF64", b"BW64")
FORM = b"WAVE"
FORMAT, DATA = b"fmt ", b"data"
#: Names of the chunks in WAV recordings.
KNOWN = frozenset({
    FORMAT, DATA, b"LIST", b"INFO", b"fact", b"cue ", b"plst", b"smpl", b"inst", b"note", b"labl", b"ltxt", b"DISP",
    b"JUNK", b"junk", b"PAD ", b"FLLR", b"PEAK", b"bext", b"iXML", b"axml", b"chna", b"cart", b"levl", b"umid", b"acid",
    b"_PMX", b"id3 ", b"ID3 ", b"afsp", b"ds64", b"strc", b"link", b"mext", b"qlty", b"aXML", b"ResU", b"SNDM",
})  # fmt: skip
_SIZES = b"ds64"
#: Placeholder sizes: in large files, and from programs that write to a pipe and cannot know the size.
NO_SIZE, PIPED_SIZE = 0xFFFF_FFFF, 0x7FFF_F000
#: Lengths of a format chunk that includes the rates; the block size too; the bits too; the samples per
#: block too; the extension too.
_LEAST_FORMAT, _WITH_BLOCK, _WITH_BITS, _WITH_BLOCK_SAMPLES, _EXTENDED = 12, 14, 16, 20, 40
_EXTENSIBLE = 0xFFFE
#: What comes before and after the format tag in a WAVEFORMATEXTENSIBLE sub-format: a GUID, whose first three numbers
#: are in the byte order of the file.
_SUBFORMAT = {
    "little": (b"", bytes.fromhex("000000001000800000aa00389b71")),
    "big": (bytes(2), bytes.fromhex("00000010800000aa00389b71")),
}

_PCM, _FLOAT, _A_LAW, _MU_LAW = 1, 3, 6, 7
MS_ADPCM, IMA_ADPCM, YAMAHA_ADPCM, GSM, LAYER_II, LAYER_III, G722 = 2, 0x11, 0x20, 0x31, 0x50, 0x55, 0x28F
#: Block codings, whose format may state the samples per block.
IN_BLOCKS = (MS_ADPCM, IMA_ADPCM, GSM)
_CODECS = {
    MS_ADPCM: "Microsoft ADPCM",
    _A_LAW: "A-law",
    _MU_LAW: "mu-law",
    IMA_ADPCM: "IMA ADPCM",
    YAMAHA_ADPCM: "Yamaha ADPCM",
    GSM: "GSM 6.10",
    0x42: "G.723.1",
    0x45: "G.726 ADPCM",
    LAYER_II: "MPEG-1 Layer II",
    LAYER_III: "MPEG Layer III",
    0x161: "Windows Media Audio 2",
    G722: "G.722",
    0x2000: "AC-3",
    0xFF: "AAC",
    0x5346: "Flash ADPCM",
    0xF1AC: "FLAC",
}


class RiffHeader(NamedTuple):
    """A parsed file header.

    Attributes:
        kind: :data:`PLAIN`, :data:`REVERSED` or one of :data:`LARGE`.
        size: stated number of bytes after the first eight.
        order: byte order of the numbers.
    """

    kind: bytes
    size: int
    order: ByteOrder

    @property
    def is_large(self) -> bool:
        """Whether sizes may be stated elsewhere in 64 bits."""
        return self.kind in LARGE

    @classmethod
    def parse(cls, raw: bytes) -> RiffHeader | None:
        """Parse a header of twelve bytes; None if it is invalid."""
        kind = raw[:4]
        if len(raw) < HEADER_SIZE or kind not in (PLAIN, REVERSED, *LARGE) or raw[8:12] != FORM:
            return None
        order: ByteOrder = "big" if kind == REVERSED else "little"
        return cls(kind, int.from_bytes(raw[4:8], order), order)


class WavChunk(NamedTuple):
    """A parsed chunk header.

    Attributes:
        name: its four bytes.
        start: offset of the content.
        size: length of the content, whether present or not, without the padding to an even size.
    """

    name: bytes
    start: int
    size: int

    @property
    def end(self) -> int:
        """The offset after the content, before any padding."""
        return self.start + self.size

    @property
    def has_name(self) -> bool:
        """Whether the name consists of characters that are used in names."""
        return all(0x20 <= byte < 0x7F for byte in self.name)


def read_chunk(source: SizedBytes, at: int, order: ByteOrder = "little") -> WavChunk | None:
    """The chunk whose header is at an offset; None if the bytes end within the header. May raise OSError."""
    head = source.read(at, CHUNK_HEADER)
    if len(head) < CHUNK_HEADER:
        return None
    return WavChunk(head[:4], at + CHUNK_HEADER, int.from_bytes(head[4:], order))


class LargeSizes(NamedTuple):
    """64-bit sizes: of everything after the first eight bytes, and of the sound."""

    whole: int
    sound: int


def read_large_sizes(source: SizedBytes, at: int) -> LargeSizes | None:
    """The sizes in a 64-bit size chunk at an offset; None if there is none. May raise OSError."""
    raw = source.read(at, 24)
    if len(raw) < 24 or raw[:4] != _SIZES:
        return None
    return LargeSizes(int.from_bytes(raw[8:16], "little"), int.from_bytes(raw[16:24], "little"))


@dataclass(slots=True)
class WavFormat:
    """A parsed format chunk.

    Attributes:
        tag: number of the coding.
        channels: number of channels.
        rate: samples per second.
        byte_rate: average bytes per second.
        block: bytes per sample of all channels; None if the chunk ends before it.
        bits: bits per sample; None if the chunk ends before it.
        block_samples: samples per channel in a block of a block coding; 0 if not stated.
    """

    tag: int
    channels: int
    rate: int
    byte_rate: int
    block: int | None = None
    bits: int | None = None
    block_samples: int = 0

    @property
    def codec(self) -> str:
        """The name of the coding."""
        if self.tag == _PCM:
            return "PCM 8-bit unsigned" if self.bits == 8 else f"PCM {self.bits}-bit little-endian"
        if self.tag == _FLOAT:
            return f"PCM {self.bits}-bit float little-endian"
        return _CODECS.get(self.tag, f"WAVE format 0x{self.tag:04X}")

    @property
    def has_fixed_samples(self) -> bool:
        """Whether every sample takes the same number of bytes."""
        return self.tag in (_PCM, _FLOAT, _A_LAW, _MU_LAW)

    @property
    def sample_size(self) -> int:
        """Bytes per sample of all channels, if constant; 0 if unknown."""
        return self.block or self.channels * (((self.bits or 0) + 7) // 8)

    @classmethod
    def parse(cls, raw: bytes, order: ByteOrder = "little") -> WavFormat | None:
        """Parse the chunk's content (40 bytes are enough); None if it has no room for the rates."""
        if len(raw) < _LEAST_FORMAT:
            return None
        sign = ">" if order == "big" else "<"
        found = cls(*struct.unpack_from(sign + "HHII", raw))
        if len(raw) >= _WITH_BLOCK:
            found.block = int.from_bytes(raw[12:14], order)
        if len(raw) >= _WITH_BITS:
            found.bits = int.from_bytes(raw[14:16], order)
        if found.tag in IN_BLOCKS and len(raw) >= _WITH_BLOCK_SAMPLES:
            found.block_samples = int.from_bytes(raw[18:20], order)
        if found.tag == _EXTENSIBLE and len(raw) >= _EXTENDED:
            # Its own size, the valid bits, the speakers, and 16 bytes for the coding.
            before, after = _SUBFORMAT[order]
            if raw[24:_EXTENDED].startswith(before) and raw[24:_EXTENDED].endswith(after):
                found.tag = int.from_bytes(raw[24 + len(before) :][:2], order)
            found.bits = int.from_bytes(raw[18:20], order) or found.bits
        return found
