"""Recordings with a damaged frame or page in them are carved as one, and say where the damage is."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from echoforensics.carving import adts, amr, mp3, ogg
from echoforensics.carving.carved import Carved, Grade, Signature
from parsers.formats.audio.adts import frames as adts_frames
from parsers.formats.audio.checksums import crc32_of_ogg
from parsers.formats.audio.mpeg import frames as mpeg_frames

Scan = Callable[..., list[Carved]]
FIXTURES = Path(__file__).parents[2] / "parsers/formats/audio/fixtures"
ADTS, MP3 = (FIXTURES / "speech.aac").read_bytes(), (FIXTURES / "cbr_plain.mp3").read_bytes()
OPUS = (FIXTURES / "speech.opus").read_bytes()
_DRAW = random.Random(21)
AMR = b"#!AMR\n" + b"".join(bytes([7 << 3 | 4]) + _DRAW.randbytes(31) for _ in range(60))
_CASES: list[tuple[bytes, tuple[Signature, ...]]] = [
    (ADTS, adts.SIGNATURES),
    (MP3, mp3.SIGNATURES),
    (AMR, amr.SIGNATURES),
]
_NAMES = ["ADTS", "MP3", "AMR"]


def _places(content: bytes) -> list[int]:
    """Where frames begin, and the end."""
    if content is AMR:
        return list(range(6, len(AMR) + 1, 32))
    at, found = 0, [0]
    while (frame := adts_frames.parse(content[at : at + 7]) or mpeg_frames.parse(content[at : at + 4])) is not None:
        at += frame.length
        found.append(at)
    return found


def _inverted(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


@pytest.mark.parametrize(("content", "signatures"), _CASES, ids=_NAMES)
def test_damaged_frame_is_passed_over(content: bytes, signatures: tuple[Signature, ...], scan_for: Scan) -> None:
    places = _places(content)
    for number in (5, 6) if content is not AMR else (8, 20, 50):
        at, length = places[number], places[number + 1] - places[number]
        media = b"before.." + _inverted(content, at) + bytes(5000)
        (found,) = scan_for(media, *signatures)
        assert found.ranges == ((8, len(content)),)
        assert found.grade is Grade.ENDED
        assert f"passes over what is no frame of it: {length} bytes at byte {8 + at}" in found.detail


@pytest.mark.parametrize(
    "between",
    [bytes(100), b"\xff" * 100, b"ab" * 50, bytes(30) + b"another file", b"a note of some length" + bytes(20)],
    ids=["0", "ff", "pattern", "slack before", "slack behind"],
)
@pytest.mark.parametrize(("content", "signatures"), _CASES, ids=_NAMES)
def test_empty_space_between_frames_parts_recordings(
    content: bytes, signatures: tuple[Signature, ...], between: bytes, scan_for: Scan
) -> None:
    at = _places(content)[5]
    found = scan_for(content[:at] + between + content[at:], *signatures)
    assert found[0].ranges == ((0, at),)


def test_frames_that_go_on_at_a_sector_are_another_recording(scan_for: Scan) -> None:
    at = _places(ADTS)[5]
    filler = _DRAW.randbytes(-at % 512)
    found = scan_for(ADTS[:at] + filler + ADTS[at:], *adts.SIGNATURES)
    assert [each.ranges for each in found] == [((0, at),), ((at + len(filler), len(ADTS) - at),)]


def test_tag_or_encoders_note_parts_recordings(scan_for: Scan) -> None:
    tag = b"TAG" + bytes(range(1, 126))
    note = (FIXTURES / "id3v2_xing.mp3").read_bytes()
    found = scan_for(MP3 + tag + MP3, *mp3.SIGNATURES)
    assert [each.ranges for each in found] == [((0, len(MP3) + 128),), ((len(MP3) + 128, len(MP3)),)]
    first, *_ = scan_for(MP3 + _DRAW.randbytes(60) + note[71:], *mp3.SIGNATURES)
    assert first.ranges == ((0, len(MP3)),)


def _ogg_pages() -> list[bytes]:
    at, found = 0, []
    while at < len(OPUS):
        count = OPUS[at + 26]
        size = 27 + count + sum(OPUS[at + 27 : at + 27 + count])
        found.append(OPUS[at : at + size])
        at += size
    return found


def test_damaged_page_is_passed_over(scan_for: Scan) -> None:
    pages = _ogg_pages()
    at = sum(map(len, pages[:4]))
    media = b"before.." + _inverted(OPUS, at + 60) + bytes(3000)
    (found,) = scan_for(media, *ogg.SIGNATURES)
    assert (found.ranges, found.grade, found.ending) == (((8, len(OPUS)),), Grade.ENDED, "its last page says so")
    assert found.detail == (
        f"8 pages, each with its right checksum, with damaged ones between them: {len(pages[4])} bytes at byte {8 + at}"
    )


def test_copy_of_a_damaged_page_is_better(scan_for: Scan) -> None:
    pages = _ogg_pages()
    at = sum(map(len, pages[:4]))
    found = scan_for(_inverted(OPUS, at + 60) + b"between" + pages[4], *ogg.SIGNATURES)
    assert [each.grade for each in found] == [Grade.WHOLE]
    assert len(found[0].ranges) == 3


def test_page_behind_a_damaged_one_must_be_the_next(scan_for: Scan) -> None:
    pages = _ogg_pages()
    skipped = bytearray(pages[5])
    skipped[18] += 1
    skipped[22:26] = bytes(4)
    skipped[22:26] = crc32_of_ogg(bytes(skipped)).to_bytes(4, "little")
    media = b"".join([*pages[:4], _inverted(pages[4], 60), bytes(skipped)])
    first, *_ = scan_for(media, *ogg.SIGNATURES)
    assert first.ranges == ((0, sum(map(len, pages[:4]))),)
