"""Headers of RIFF/WAVE files and chunks, and formats, also those that the recording parser does not describe."""

from __future__ import annotations

import io
import struct

import pytest

from parsers.formats.audio.facts import AudioFacts
from parsers.formats.audio.wav.chunks import LargeSizes, RiffHeader, WavChunk, WavFormat, read_chunk, read_large_sizes
from parsers.formats.audio.wav.describe import describe
from parsers.formats.audio.window import Window


def _window(content: bytes) -> Window:
    return Window(io.BytesIO(content), len(content))


@pytest.mark.parametrize(
    ("kind", "size", "is_large"),
    [(b"RIFF", 9, False), (b"RIFX", 9 << 24, False), (b"RF64", 9, True), (b"BW64", 9, True)],
)
def test_each_kind_of_file(kind: bytes, size: int, is_large: bool) -> None:
    header = RiffHeader.parse(kind + b"\x09\0\0\0WAVE")
    assert header == RiffHeader(kind, size, "big" if kind == b"RIFX" else "little")
    assert header.is_large is is_large


@pytest.mark.parametrize(
    "raw", [b"", b"RIFF\0\0\0\0WAV", b"RIFF\0\0\0\0AVI ", b"RIFE\0\0\0\0WAVE", b"riff\0\0\0\0WAVE"]
)
def test_what_is_no_wave_file(raw: bytes) -> None:
    assert RiffHeader.parse(raw) is None


def test_chunks_of_either_order() -> None:
    window = _window(b"..data\x05\0\0\0")

    assert read_chunk(window, 2) == WavChunk(b"data", 10, 5)
    chunk = read_chunk(window, 2, "big")
    assert chunk is not None
    assert (chunk.size, chunk.end, chunk.has_name) == (5 << 24, 10 + (5 << 24), True)
    assert read_chunk(window, 3) is None
    unnamed = read_chunk(_window(b"da\x1fa\0\0\0\0"), 0)
    assert unnamed is not None
    assert not unnamed.has_name


def test_sizes_of_64_bits() -> None:
    content = b"ds64" + struct.pack("<IQQQI", 28, 1 << 40, 1 << 39, 7, 0)

    assert read_large_sizes(_window(content), 0) == LargeSizes(1 << 40, 1 << 39)
    assert read_large_sizes(_window(content[:23]), 0) is None
    assert read_large_sizes(_window(b"JUNK" + content[4:]), 0) is None


@pytest.mark.parametrize(("length", "block", "bits"), [(12, None, None), (13, None, None), (14, 4, None), (16, 4, 16)])
def test_shortened_formats_say_what_they_have_room_for(length: int, block: int | None, bits: int | None) -> None:
    for order, sign in (("little", "<"), ("big", ">")):
        raw = struct.pack(sign + "HHIIHH", 1, 2, 16000, 64000, 4, 16)[:length]
        assert WavFormat.parse(raw, order) == WavFormat(1, 2, 16000, 64000, block, bits)  # type: ignore[arg-type]
        assert WavFormat.parse(raw[:11], order) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(("tag", "channels", "block", "bits"), [(1, 1, 2, 16), (1, 2, 2, 8), (7, 1, 1, 8)])
def test_a_format_of_fourteen_bytes_gives_the_size_of_a_sample(tag: int, channels: int, block: int, bits: int) -> None:
    form = struct.pack("<HHIIH", tag, channels, 8000, 8000 * block, block)
    body = (
        b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", 4000) + bytes(range(250)) * 16
    )
    content = b"RIFF" + struct.pack("<I", len(body)) + body
    facts = describe(io.BytesIO(content), len(content))
    assert isinstance(facts, AudioFacts)
    assert (facts.bits, facts.channels, facts.duration_us) == (bits, channels, 4000 // block * 125)
    assert facts.whole
