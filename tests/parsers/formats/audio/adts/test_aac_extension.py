"""AAC whose frames carry the upper half of their spectrum, which no header says."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from parsers.formats.audio.adts import describe as adts
from parsers.formats.audio.adts.extension import are_enough, carries_replication
from parsers.formats.audio.adts.frames import parse
from parsers.formats.audio.facts import AudioFacts
from parsers.formats.audio.mp4 import describe as mp4

FIXTURES = Path(__file__).parents[1] / "fixtures"
PLAIN = (FIXTURES / "speech.aac").read_bytes() * 2


def _frames(content: bytes) -> list[bytes]:
    at, found = 0, []
    while (frame := parse(content[at : at + 7])) is not None:
        found.append(content[at : at + frame.length])
        at += frame.length
    return found


def _with_fill(body: bytes, *elements: tuple[int, int]) -> bytes:
    """A block with fill elements put before the mark of its end: of each its bytes and its kind."""
    bits = int.from_bytes(body, "big")
    padding = (bits & -bits).bit_length() - 1
    assert bits >> padding & 7 == 7
    size, bits = 8 * len(body) - padding - 3, bits >> padding + 3
    for count, kind in elements:
        head = (6 << 4 | count, 7) if count <= 14 else ((6 << 4 | 15) << 8 | count - 14, 15)
        bits = (bits << head[1] | head[0]) << 8 * count | kind << 8 * count - 4
        size += head[1] + 8 * count
    size += 3
    rest = -size % 8
    return ((bits << 3 | 7) << rest).to_bytes((size + rest) // 8, "big")


def _extended(content: bytes, *elements: tuple[int, int]) -> bytes:
    found = []
    for frame in _frames(content):
        body = _with_fill(frame[7:], *elements)
        length = 7 + len(body)
        header = bytearray(frame[:7])
        header[3] = header[3] & 0xFC | length >> 11
        header[4] = length >> 3 & 0xFF
        header[5] = header[5] & 0x1F | (length & 7) << 5
        found.append(bytes(header) + body)
    return b"".join(found)


def _facts(content: bytes) -> AudioFacts:
    found = adts.describe(io.BytesIO(content), len(content))
    assert isinstance(found, AudioFacts)
    return found


@pytest.mark.parametrize("elements", [[(1, 13)], [(14, 14)], [(15, 13)], [(269, 13)], [(40, 13), (20, 0)]])
def test_upper_half_in_every_frame_doubles_the_rate(elements: list[tuple[int, int]]) -> None:
    found = _facts(_extended(PLAIN, *elements))
    # As decoders do: one channel may be two by parametric stereo.
    assert (found.codec, found.rate_hz, found.channels, found.duration_us) == ("HE-AAC", 32000, 2, 2 * 704_000)
    assert len(found.notes) == 2


@pytest.mark.parametrize("elements", [[], [(20, 0)], [(20, 11)], [(270 - 1, 1)]])
def test_plain_aac_is_left_as_it_is(elements: list[tuple[int, int]]) -> None:
    found = _facts(_extended(PLAIN, *elements))
    assert (found.codec, found.rate_hz, found.channels, found.notes) == ("AAC-LC", 16000, 1, ())


def test_few_frames_tell_nothing() -> None:
    assert not are_enough([True] * 11)
    assert are_enough([True] * 12)
    assert are_enough([True] * 18 + [False] * 2)
    assert not are_enough([True] * 17 + [False] * 3)
    short = b"".join(_frames(_extended(PLAIN, (20, 13)))[:11])
    assert _facts(short).codec == "AAC-LC"


@pytest.mark.parametrize("block", [b"", b"\0", b"\xff", bytes(300), b"\xff" * 300, b"\xe0", b"\1"])
def test_blocks_that_are_none_carry_nothing(block: bytes) -> None:
    assert not carries_replication(block)


def test_tracks_of_mp4_are_looked_at_too() -> None:
    content = (FIXTURES / "speech.m4a").read_bytes()
    at = content.index(b"stsz") + 4
    count = int.from_bytes(content[at + 8 : at + 12], "big")
    assert count < 12
    # A table of thirteen samples that are all the same one, in chunks of one.
    frame = _with_fill(_frames(PLAIN)[2][7:], (20, 13))
    data = content + frame * 13

    def box(kind: bytes, body: bytes) -> bytes:
        return (8 + len(body)).to_bytes(4, "big") + kind + body

    size = len(frame).to_bytes(4, "big")
    table = box(b"stsz", bytes(4) + size + (13).to_bytes(4, "big"))
    table += box(b"stco", bytes(4) + b"\0\0\0\1" + len(content).to_bytes(4, "big"))
    table += box(b"stsc", bytes(4) + b"\0\0\0\1" + b"\0\0\0\1" + b"\0\0\0\x0d" + b"\0\0\0\1")
    start = content.index(b"stbl") + 4
    entry = content.index(b"stsd") - 4
    description = content[entry : entry + int.from_bytes(content[entry : entry + 4], "big")]
    room = int.from_bytes(content[start - 8 : start - 4], "big") - 8
    filled = description + table
    filled += box(b"free", bytes(room - len(filled) - 8))
    changed = content[:start] + filled + content[start + room :] + data[len(content) :]
    found = mp4.describe(io.BytesIO(changed), len(changed))
    assert isinstance(found, AudioFacts)
    assert (found.codec, found.rate_hz, found.channels) == ("HE-AAC", 32000, 2)
