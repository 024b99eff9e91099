"""RIFF/WAVE.

References:
    Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0 (RIFF, WAVE, LIST/INFO);
    Microsoft, WAVEFORMATEXTENSIBLE; EBU Tech 3285 (bext chunk); RFC 2361 (format tags).
    The 14 WAVs of the DFRWS 2017 challenge: a 16-byte ``fmt `` chunk, then ``data``, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import BinaryIO

from construct import Bytes, ConstructError, Container, Int16ul, Int32ul, Struct

from parsers.formats.audio import wav_tags
from parsers.formats.audio.facts import AudioFacts, Ending, Undescribed, microseconds
from parsers.formats.audio.tags import Tags
from parsers.formats.audio.window import Window
from parsers.record import Timestamp

#: Writers that cannot seek back leave 0 or a length near 2 or 4 GiB in the header.
_STREAMED = 0x7FFF_F000
_MAX_CHUNKS = 1000

_FORMAT = Struct(
    "tag" / Int16ul,
    "channels" / Int16ul,
    "rate" / Int32ul,
    "byte_rate" / Int32ul,
    "block" / Int16ul,
    "bits" / Int16ul,
)
_EXTENSION = Struct("size" / Int16ul, "valid_bits" / Int16ul, "speakers" / Int32ul, "subformat" / Bytes(16))
_EXTENSIBLE = 0xFFFE
#: What follows the format tag in a WAVEFORMATEXTENSIBLE sub-format.
_SUBFORMAT_TAIL = bytes.fromhex("000000001000800000aa00389b71")

_PCM, _FLOAT = 1, 3
_CODECS = {
    2: "Microsoft ADPCM",
    6: "A-law",
    7: "mu-law",
    0x11: "IMA ADPCM",
    0x31: "GSM 6.10",
    0x50: "MPEG-1 Layer II",
    0x55: "MPEG Layer III",
    0xFF: "AAC",
}
#: Codings in which every sample takes the same number of bytes.
_FIXED = (_PCM, _FLOAT, 6, 7)


@dataclass(slots=True)
class _Format:
    tag: int
    channels: int
    rate: int
    byte_rate: int
    block: int
    bits: int

    @property
    def codec(self) -> str:
        if self.tag == _PCM:
            return "PCM 8-bit unsigned" if self.bits == 8 else f"PCM {self.bits}-bit little-endian"
        if self.tag == _FLOAT:
            return f"PCM {self.bits}-bit float little-endian"
        return _CODECS.get(self.tag, f"WAVE format 0x{self.tag:04X}")


@dataclass(slots=True)
class _Chunks:
    """What was met between the RIFF header and the recording's end."""

    end: int
    ending: Ending
    format: _Format | None = None
    data_at: int | None = None
    data_length: int = 0
    samples: int | None = None
    issue: str = ""
    tags: Tags = field(default_factory=Tags)
    timestamps: list[Timestamp] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def matches(head: bytes, name: str) -> bool:  # noqa: ARG001 (the signature decides)
    """Whether a file begins as RIFF/WAVE."""
    return head[:4] == b"RIFF" and head[8:12] == b"WAVE"


def describe(stream: BinaryIO, size: int) -> AudioFacts | Undescribed:
    """Describe the WAV that starts at the stream's offset 0; ``size`` is what is there, in bytes.

    Raises:
        OSError: the stream cannot be read.
    """
    window = Window(stream, size)
    if not matches(window.at(0, 12), ""):
        return Undescribed("There is no RIFF/WAVE header.")
    chunks = _walk(window)
    if chunks.format is None:
        return Undescribed("A RIFF/WAVE header without a readable fmt chunk: the coding of the sound is not known.")
    layout = chunks.format
    present = 0 if chunks.data_at is None else max(0, min(chunks.data_length, size - chunks.data_at))
    return AudioFacts(
        container="WAV",
        codec=layout.codec,
        end=chunks.end,
        ending=chunks.ending,
        rate_hz=layout.rate or None,
        channels=layout.channels or None,
        duration_us=None if chunks.data_at is None else _duration(layout, present, chunks),
        bits=layout.bits or None,
        issue=chunks.issue or _format_issue(layout, chunks),
        trailing=size - chunks.end,
        metadata=chunks.tags.values,
        timestamps=tuple(chunks.timestamps),
        notes=(*chunks.notes, *chunks.tags.notes),
    )


def _format_issue(layout: _Format, chunks: _Chunks) -> str:
    if chunks.data_at is None:
        return "damaged: it has no data chunk"
    if not (layout.rate and layout.channels and layout.block):
        return "damaged: its format gives no sample rate, channels or block size"
    return ""


def _duration(layout: _Format, present: int, chunks: _Chunks) -> int | None:
    if layout.tag in _FIXED:
        if not layout.block:
            return None
        if present % layout.block:
            chunks.notes.append(f"The last {present % layout.block} bytes are less than one sample.")
        return microseconds(present // layout.block, layout.rate)
    if chunks.samples and not chunks.issue:
        return microseconds(chunks.samples, layout.rate)
    chunks.notes.append("The duration is reckoned from the average byte rate that the header gives.")
    return microseconds(present, layout.byte_rate)


def _walk(window: Window) -> _Chunks:
    """Follow the chunks to the end of the recording."""
    riff_size = int.from_bytes(window.at(4, 4), "little")
    declared = 8 + riff_size
    unsized = riff_size == 0 or (riff_size >= _STREAMED and declared > window.size)
    chunks = _Chunks(window.size if unsized else declared, Ending.OPEN if unsized else Ending.DECLARED)
    at = 12
    for _ in range(_MAX_CHUNKS):
        header = window.at(at, 8)
        if len(header) < 8 or at >= chunks.end:
            break
        kind, length = header[:4], int.from_bytes(header[4:], "little")
        if not all(0x20 <= byte < 0x7F for byte in kind):
            chunks.issue = f"damaged: there is no chunk at byte {at}, where one is due"
            break
        if kind == b"data" and chunks.data_at is None:
            if _data(window, chunks, at + 8, length, unsized, declared):
                return chunks
        else:
            _side_chunk(window, chunks, kind, at + 8, length)
        at += 8 + length + (length & 1)
    else:
        chunks.notes.append(f"No more than {_MAX_CHUNKS} chunks were read.")
    return _close(window, chunks, declared, unsized)


def _data(window: Window, chunks: _Chunks, start: int, length: int, unsized: bool, declared: int) -> bool:
    """Take in the data chunk; whether nothing can follow it."""
    chunks.data_at, chunks.data_length = start, length
    unfinished = length == 0 and window.size > start and (unsized or declared <= start)
    if unfinished or (length >= _STREAMED and start + length > window.size):
        chunks.data_length = window.size - start
        chunks.end, chunks.ending = window.size, Ending.OPEN
        chunks.issue = (
            "of unknown length: its header gives none, as when sound is written while it is recorded;"
            f" {chunks.data_length} bytes of sound are present"
        )
        return True
    end = start + length
    if unsized:
        # What follows an unsized file's sound cannot be told from foreign bytes.
        chunks.end, chunks.ending = min(end + (length & 1), window.size), Ending.DECLARED
        if end > window.size:
            chunks.ending, chunks.issue = Ending.CUT, _cut(window.size, end)
        else:
            chunks.issue = "not finished: its RIFF header gives no length, though its sound data does"
        return True
    if end > declared:
        chunks.end = end
        chunks.issue = f"damaged: its RIFF header gives {declared} bytes, its sound data reaches to byte {end}"
    return False


def _cut(present: int, whole: int) -> str:
    return f"truncated: {present} of {whole} bytes are present"


def _close(window: Window, chunks: _Chunks, declared: int, unsized: bool) -> _Chunks:
    """Settle the end of a walk that ran its course."""
    if unsized:
        chunks.issue = chunks.issue or "damaged: its RIFF header gives no length"
        return chunks
    if chunks.end > window.size:
        chunks.issue = _cut(window.size, chunks.end)
        if chunks.data_at is not None and chunks.data_at + chunks.data_length <= window.size:
            chunks.issue += "; its sound data is complete"
        chunks.end, chunks.ending = window.size, Ending.CUT
    elif chunks.end & 1 and chunks.end == declared and window.at(chunks.end, 2) == b"\0":
        chunks.end += 1  # a file of odd length, padded as RIFF asks, the padding not counted
    return chunks


def _side_chunk(window: Window, chunks: _Chunks, kind: bytes, start: int, length: int) -> None:
    """Take in what stands beside the sound."""
    if kind == b"fmt " and chunks.format is None:
        chunks.format = _parse_format(window.at(start, min(length, 40)))
    elif kind == b"fact" and length >= 4:
        chunks.samples = int.from_bytes(window.at(start, 4), "little") or None
    elif kind == b"LIST" and window.at(start, 4) == b"INFO":
        wav_tags.info(window, start + 4, length - 4, chunks.tags, chunks.timestamps)
    elif kind == b"bext":
        wav_tags.broadcast(window.at(start, min(length, 602)), chunks.tags, chunks.timestamps)
    elif kind not in (b"JUNK", b"junk", b"PAD ", b"FLLR") and len(chunks.notes) < 8:
        chunks.notes.append(f"Its chunk {kind.decode('ascii')!r} of {length} bytes was not read.")


def _parse_format(raw: bytes) -> _Format | None:
    try:
        head: Container = _FORMAT.parse(raw)
        layout = _Format(head.tag, head.channels, head.rate, head.byte_rate, head.block, head.bits)
        if head.tag == _EXTENSIBLE and len(raw) >= 40:
            extension: Container = _EXTENSION.parse(raw[16:])
            if extension.subformat[2:] == _SUBFORMAT_TAIL:
                layout.tag = int.from_bytes(extension.subformat[:2], "little")
            layout.bits = extension.valid_bits or layout.bits
    except ConstructError:
        return None
    return layout
