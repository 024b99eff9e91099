"""AIFF headers as writers leave them."""

from __future__ import annotations

import io
import struct

import pytest

from parsers.formats.audio.aiff import describe as aiff
from parsers.formats.audio.aiff.describe import extended
from parsers.formats.audio.facts import AudioFacts, Ending, Undescribed

RATE_16000 = bytes.fromhex("400cfa00000000000000")


def _chunk(kind: bytes, content: bytes, length: int | None = None) -> bytes:
    size = len(content) if length is None else length
    return kind + size.to_bytes(4, "big") + content + (b"\0" if len(content) & 1 else b"")


def _form(*chunks: bytes, kind: bytes = b"AIFF", size: int | None = None) -> bytes:
    body = kind + b"".join(chunks)
    return b"FORM" + (len(body) if size is None else size).to_bytes(4, "big") + body


def _common(channels: int, frames: int, bits: int, coding: bytes = b"") -> bytes:
    return _chunk(b"COMM", struct.pack(">HIH", channels, frames, bits) + RATE_16000 + coding)


def _sound(content: bytes, offset: int = 0) -> bytes:
    return _chunk(b"SSND", offset.to_bytes(4, "big") + bytes(4) + bytes(offset) + content)


def _facts(content: bytes) -> AudioFacts:
    found = aiff.describe(io.BytesIO(content), len(content))
    assert isinstance(found, AudioFacts), found
    return found


@pytest.mark.parametrize(
    ("coding", "bits", "size", "codec"),
    [
        (b"NONE", 16, 2, "PCM 16-bit big-endian"),
        (b"sowt", 16, 2, "PCM 16-bit little-endian"),
        (b"twos", 8, 1, "PCM 8-bit signed"),
        (b"raw ", 8, 1, "PCM 8-bit unsigned"),
        (b"in24", 24, 3, "PCM 24-bit big-endian"),
        (b"42ni", 24, 3, "PCM 24-bit little-endian"),
        (b"FL32", 32, 4, "PCM 32-bit float big-endian"),
        (b"fl64", 64, 8, "PCM 64-bit float big-endian"),
        (b"ulaw", 16, 1, "mu-law"),
        (b"ALAW", 16, 1, "A-law"),
    ],
)
def test_codings_of_fixed_samples(coding: bytes, bits: int, size: int, codec: str) -> None:
    content = _form(_common(2, 800, bits, coding + b"\0\0"), _sound(bytes(1600 * size)), kind=b"AIFC")
    found = _facts(content)
    assert (found.codec, found.rate_hz, found.channels, found.duration_us) == (codec, 16000, 2, 50_000)
    assert (found.issue, found.end) == ("", len(content))


def test_coding_that_is_not_known_has_the_duration_of_its_header() -> None:
    found = _facts(_form(_common(1, 1600, 16, b"QDMC\0\0"), _sound(bytes(99)), kind=b"AIFC"))
    assert (found.codec, found.duration_us) == ("QDesign Music", 100_000)
    assert found.notes == ("The duration is what its header gives: how much room this coding takes is not known.",)
    assert _facts(_form(_common(1, 1, 16, b"xyz1\0\0"), _sound(b""), kind=b"AIFC")).codec == "AIFF-C coding 'xyz1'"


def test_sound_before_its_description_and_behind_an_offset() -> None:
    found = _facts(_form(_sound(bytes(3200), offset=40), _chunk(b"NAME", b"kitchen"), _common(1, 1600, 16)))
    assert (found.duration_us, found.metadata, found.issue) == (100_000, {"NAME": "kitchen"}, "")


def test_written_while_it_was_recorded() -> None:
    content = _form(_common(1, 0, 16), _chunk(b"SSND", bytes(8) + bytes(3200), length=0), size=0)
    found = _facts(content)
    assert (found.duration_us, found.ending, found.end) == (100_000, Ending.OPEN, len(content))
    assert found.issue.startswith("of unknown length")


def test_a_length_of_sound_or_frames_that_was_never_written() -> None:
    no_length = _facts(_form(_common(1, 1600, 16), _chunk(b"SSND", bytes(8) + bytes(3200), length=0)))
    assert (no_length.duration_us, no_length.trailing) == (100_000, 0)
    assert no_length.issue == "damaged: its SSND chunk gives no length; its sound was taken to reach to the end"
    no_frames = _facts(_form(_common(1, 0, 16), _sound(bytes(3200))))
    assert no_frames.duration_us == 100_000
    assert no_frames.issue == "damaged: its header gives no frames, its sound data has room for 1600"
    empty = _facts(_form(_common(1, 0, 16), _sound(b""), _chunk(b"NAME", b"kitchen")))
    assert (empty.duration_us, empty.issue, empty.metadata) == (0, "", {"NAME": "kitchen"})


def test_cut_and_lying() -> None:
    content = _form(_common(1, 1600, 16), _sound(bytes(3200)))
    cut = _facts(content[:-1600])
    assert (cut.duration_us, cut.ending) == (50_000, Ending.CUT)
    assert cut.issue == f"truncated: {len(content) - 1600} of {len(content)} bytes are present"
    lying = _facts(_form(_common(1, 9999, 16), _sound(bytes(3200))))
    assert lying.issue == "damaged: its header gives 9999 frames, its sound data has room for 1600"
    assert _facts(_form(_common(1, 1600, 16))).issue == "damaged: it has no SSND chunk"
    beyond = _form(_common(1, 1600, 16), _sound(bytes(3200)), size=60)
    assert _facts(beyond).issue.startswith("damaged: its header gives 68 bytes")
    assert isinstance(aiff.describe(io.BytesIO(_form()), 12), Undescribed)


@pytest.mark.parametrize(
    ("raw", "rate"),
    [
        ("400cfa00000000000000", 16000),
        ("400eac44000000000000", 44100),
        ("400bfa00000000000000", 8000),
        ("c00cfa00000000000000", 0),
        ("7fffffffffffffffffff", 0),
        ("00000000000000000000", 0),
        ("400c", 0),
    ],
)
def test_rates(raw: str, rate: int) -> None:
    assert extended(bytes.fromhex(raw)) == rate
