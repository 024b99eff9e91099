"""Matroska elements, honest and not."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest

from parsers.formats.audio.facts import AudioFacts, Ending, Undescribed
from parsers.formats.audio.matroska import describe as matroska
from parsers.formats.audio.matroska.elements import EbmlElement, read_element
from parsers.formats.audio.window import Window

FIXTURES = Path(__file__).parents[1] / "fixtures"
MKA, STREAMED = (FIXTURES / "speech.mka").read_bytes(), (FIXTURES / "streamed.webm").read_bytes()
OPEN = b"\x01" + b"\xff" * 7


def _element(kind: str, content: bytes, size: bytes | None = None) -> bytes:
    return bytes.fromhex(kind) + (size or (1 << 56 | len(content)).to_bytes(8, "big")) + content


def _track(codec: bytes, kind: int = 2, private: bytes = b"", audio: bytes = b"") -> bytes:
    parts = _element("d7", b"\1") + _element("83", bytes((kind,))) + _element("86", codec)
    return _element("ae", parts + (_element("63a2", private) if private else b"") + _element("e1", audio))


#: A tenth of a second of sound of the coding of TRACKS.
SOUND = bytes(6400)


def _cluster(time: int, *blocks: int, size: bytes | None = None, sound: bytes = SOUND) -> bytes:
    parts = (_element("a3", b"\x81" + struct.pack(">h", block) + b"\x80" + sound) for block in blocks)
    return _element("1f43b675", _element("e7", time.to_bytes(2, "big")) + b"".join(parts), size)


def _crc8(content: bytes) -> int:
    found = 0
    for byte in content:
        found ^= byte
        for _ in range(8):
            found = (found << 1 ^ (0x07 if found & 0x80 else 0)) & 0xFF
    return found


HEAD = _element("1a45dfa3", _element("4282", b"matroska"))
RATE = _element("b5", struct.pack(">f", 16000.0)) + _element("9f", b"\2") + _element("6264", b"\x10")
TRACKS = _element("1654ae6b", _track(b"A_PCM/INT/LIT", audio=RATE))


def _facts(content: bytes) -> AudioFacts:
    found = matroska.describe(io.BytesIO(content), len(content))
    assert isinstance(found, AudioFacts), found
    return found


@pytest.mark.parametrize("size", [None, OPEN], ids=["sized", "open"])
def test_last_block_ends_what_states_no_duration(size: bytes | None) -> None:
    clusters = _cluster(0, 0, 100, 200, size=size) + _cluster(300, 0, 100, size=size)
    content = HEAD + _element("18538067", TRACKS + clusters, size)
    found = _facts(content)
    assert (found.codec, found.rate_hz, found.channels) == ("PCM 16-bit little-endian", 16000, 2)
    assert (found.duration_us, found.end, found.issue) == (500_000, len(content), "")
    assert found.ending is (Ending.DECLARED if size is None else Ending.OPEN)


def test_a_stated_duration_of_more_than_a_year_is_not_taken() -> None:
    info = _element("1549a966", _element("4489", struct.pack(">d", 1e15)))
    found = _facts(HEAD + _element("18538067", info + TRACKS + _cluster(0, 0, 100)))
    assert found.duration_us == 200_000


#: The header of a FLAC frame of 256 samples, the 4th of its stream (RFC 9639, 9.1).
_FLAC_FRAME = bytes.fromhex("fff88518 03") + bytes((_crc8(bytes.fromhex("fff8851803")),))


@pytest.mark.parametrize(
    ("codec", "sound", "samples"),
    [
        (b"A_PCM/INT/LIT", bytes(400), 100),
        (b"A_PCM/INT/BIG", bytes(400), 100),
        (b"A_WAVPACK4", (300).to_bytes(4, "little") + bytes(100), 300),
        (b"A_FLAC", _FLAC_FRAME + bytes(100), 256),
        (b"A_ALAC", (1 << 44 | 300 << 9).to_bytes(8) + bytes(100), 300),
        # Of these nothing but the times of the blocks tells their length.
        (b"A_ALAC", bytes(100), 1600),
        (b"A_FLAC", bytes(100), 1600),
        (b"A_TTA1", bytes(100), 1600),
    ],
)
def test_last_block_says_itself_how_long_it_is(codec: bytes, sound: bytes, samples: int) -> None:
    tracks = _element("1654ae6b", _track(codec, audio=RATE))

    found = _facts(HEAD + _element("18538067", tracks + _cluster(0, 0, 100, 200, sound=sound)))

    assert (found.duration_us, found.issue) == (200_000 + samples * 1_000_000 // 16_000, "")


def test_single_block_that_does_not_say_how_long_it_is_has_no_duration() -> None:
    tracks = _element("1654ae6b", _track(b"A_TTA1", audio=RATE))

    found = _facts(HEAD + _element("18538067", tracks + _cluster(0, 0)))

    assert (found.codec, found.duration_us, found.issue) == ("TTA", None, "")


def test_next_file_ends_a_segment_without_a_size() -> None:
    found = _facts(STREAMED + STREAMED)
    assert (found.end, found.trailing, found.issue) == (len(STREAMED), len(STREAMED), "")


def test_cut_has_the_duration_of_what_is_there() -> None:
    content = HEAD + _element("18538067", TRACKS + _cluster(0, 0, 100, 200) + _cluster(300, 0, 100))
    found = _facts(content[:-10])
    assert (found.ending, found.duration_us) == (Ending.CUT, 400_000)
    assert found.issue == f"truncated: {len(content) - 10} of at least {len(content)} bytes are present"


def test_damage_is_passed_over_to_the_next_cluster() -> None:
    at, first = len(HEAD) + 12 + len(TRACKS), _cluster(0, 0, 100)
    content = HEAD + _element("18538067", TRACKS + first + _cluster(300, 0, 100))
    found = _facts(content[:at] + b"\0\0" + content[at + 2 :])
    assert (found.duration_us, found.end) == (500_000, len(content))
    assert found.full_issue == (
        f"damaged: {len(first)} bytes in 1 place are no element of it ({len(first)} bytes at byte {at})"
    )
    last = at + len(first)
    lost = _facts(content[:last] + b"\0\0" + content[last + 2 :])
    assert (lost.duration_us, lost.end) == (200_000, last)
    assert lost.issue == f"damaged: there is no element at byte {last}, where one is due"


def test_element_that_is_not_known_is_passed_over() -> None:
    content = HEAD + _element(
        "18538067", TRACKS + _element("4dbb", b"new") + _cluster(0, 0, 100) + _element("4dbc", b"")
    )
    found = _facts(content)
    assert (found.duration_us, found.end, found.issue, found.damage) == (200_000, len(content), "", ())


def test_damage_everywhere_is_passed_in_linear_time() -> None:
    piece = b"\0" * 20 + _cluster(0, 0)
    content = HEAD + _element("18538067", TRACKS + piece * 20_000)
    assert _facts(content).issue == "damaged: 400000 bytes in 20000 places are no element of it"


@pytest.mark.parametrize(
    ("track", "codec", "rate", "channels"),
    [
        (_track(b"A_OPUS", audio=RATE), "Opus", 48000, 2),
        (_track(b"A_AAC", private=bytes.fromhex("2b920800"), audio=RATE), "HE-AAC", 44100, 2),
        (_track(b"A_AAC/MPEG4/LC/SBR", audio=RATE + _element("78b5", struct.pack(">d", 32000.0))), "HE-AAC", 32000, 2),
        (_track(b"A_PCM/FLOAT/IEEE", audio=RATE), "PCM 16-bit float little-endian", 16000, 2),
        (_track(b"A_MS/ACM", private=struct.pack("<HHIIHH", 7, 1, 8000, 8000, 1, 8)), "mu-law", 8000, 1),
        (_track(b"A_DTS"), "DTS", 8000, 1),
        (_track(b"A_NEW/ONE"), "A_NEW/ONE", 8000, 1),
    ],
)
def test_codings(track: bytes, codec: str, rate: int, channels: int) -> None:
    found = _facts(HEAD + _element("18538067", _element("1654ae6b", track)))
    assert (found.codec, found.rate_hz, found.channels, found.duration_us) == (codec, rate, channels, None)


def test_without_sound() -> None:
    pictures = HEAD + _element("18538067", _element("1654ae6b", _track(b"V_VP8", kind=1)))
    found = matroska.describe(io.BytesIO(pictures), len(pictures))
    assert found == Undescribed("This Matroska file has no track of sound.", foreign=True)
    for other in (HEAD, HEAD + _element("18538067", b""), pictures[:-4]):
        lacking = matroska.describe(io.BytesIO(other), len(other))
        assert isinstance(lacking, Undescribed)
        assert not lacking.foreign


def test_other_documents_are_not_claimed() -> None:
    assert matroska.matches(MKA, "")
    assert not matroska.matches(_element("1a45dfa3", _element("4282", b"other")), "")
    assert not matroska.matches(b"\x1a\x45\xdf\xa3\0", "")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("ec81", EbmlElement(0xEC, 0, 2, 1)),
        ("4282840000", EbmlElement(0x4282, 0, 3, 4)),
        ("1f43b67501ffffffffffffff", EbmlElement(0x1F43B675, 0, 12, None)),
        ("a3ff", EbmlElement(0xA3, 0, 2, None)),
        ("0000", None),
        ("a300", None),
        ("1f43", None),
        ("", None),
    ],
)
def test_headers(raw: str, expected: EbmlElement | None) -> None:
    content = bytes.fromhex(raw)
    assert read_element(Window(io.BytesIO(content), len(content)), 0) == expected


def test_many_small_elements_are_read_in_linear_time() -> None:
    content = HEAD + _element("18538067", TRACKS + _element("ec", b"") * 50_000 + _cluster(0, 0, 100))
    assert _facts(content).duration_us == 200_000
