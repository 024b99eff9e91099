"""MP4 boxes, honest and not."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from parsers.formats.audio.facts import AudioFacts, Ending, Undescribed
from parsers.formats.audio.mp4 import describe as mp4

FIXTURES = Path(__file__).parents[1] / "fixtures"
M4A = (FIXTURES / "speech.m4a").read_bytes()
FAST = (FIXTURES / "faststart.m4a").read_bytes()
FTYP = FAST[:28]


def _facts(content: bytes) -> AudioFacts:
    found = mp4.describe(io.BytesIO(content), len(content))
    assert isinstance(found, AudioFacts), found
    return found


def _box(kind: bytes, content: bytes = b"") -> bytes:
    return (8 + len(content)).to_bytes(4, "big") + kind + content


def _replaced(content: bytes, box: bytes, at: int, new: bytes) -> bytes:
    """A content with bytes of its first box of a type changed, counted from the box's own content."""
    start = content.index(box) + 4 + at
    return content[:start] + new + content[start + len(new) :]


@pytest.mark.parametrize(
    ("brand", "claimed"),
    [
        (b"M4A ", True),
        (b"mp42", True),
        (b"isom", True),
        (b"3gp5", True),
        (b"dash", True),
        (b"heic", False),
        (b"avif", False),
        (b"crx ", False),
        (b"qt  ", True),
        (b"M4V ", True),
        (b"M4A\0", True),
        (b"kddi", True),
        (b"\0\0\0\0", True),
    ],
)
def test_brands(brand: bytes, claimed: bool) -> None:
    assert mp4.matches(FTYP[:8] + brand + FTYP[12:], "a.m4a") is claimed


@pytest.mark.parametrize("first", [b"moov", b"mdat", b"moof", b"free", b"skip", b"wide"])
def test_file_without_a_file_type_box(first: bytes) -> None:
    rest = FAST[28:]
    content = rest if first == b"moov" else _box(first, bytes(16)) + rest
    assert mp4.matches(content, "a")
    found = _facts(content)
    assert (found.duration_us, found.rate_hz, found.end) == (600_000, 16000, len(content))
    assert "It has no file type box." in found.notes


@pytest.mark.parametrize(
    "head", [b"the free man and the sea", b"easymdat is a word", b"\0\0\0\x10freeand nothing", b"free"]
)
def test_words_are_no_boxes(head: bytes) -> None:
    assert not mp4.matches(head + b" " * 100, "a.m4a")


def test_box_that_is_not_known_before_the_index() -> None:
    content = FTYP + _box(b"PICT", bytes(10)) + FAST[28:]
    assert (_facts(content).duration_us, _facts(content).end) == (600_000, len(content))


def test_length_of_the_first_box_is_looked_at() -> None:
    assert not mp4.matches(b"\0\0\0\0" + FTYP[4:], "a.m4a")
    assert not mp4.matches(b"\xff\xff\xff\xff" + FTYP[4:], "a.m4a")


def test_no_creation_time_is_not_1904() -> None:
    assert _facts(FAST).timestamps == ()


def test_creation_time_out_of_range_is_not_taken_for_one() -> None:
    # A writer that counted from 1970.
    (found,) = _facts(_replaced(M4A, b"mvhd", 4, (1_500_271_956).to_bytes(4, "big") * 2)).timestamps
    assert (found.recorded, found.timestamp) == ("1500271956", None)
    assert found.note == "Seconds since 1904-01-01, but outside 2010 to 2100: not taken for a time."


def test_time_of_change_is_a_timestamp_of_its_own() -> None:
    changed = _facts(_replaced(M4A, b"mvhd", 8, (3_583_116_757).to_bytes(4, "big"))).timestamps
    assert [(m.description, m.timestamp) for m in changed] == [
        ("Creation Time", 1_500_271_956_000_000),
        ("Content Modification Time", 1_500_271_957_000_000),
    ]


def test_box_that_reaches_to_the_end() -> None:
    at = FAST.index(b"mdat") - 4
    found = _facts(FAST[:at] + bytes(4) + FAST[at + 4 :])
    assert (found.end, found.ending, found.issue, found.duration_us) == (len(FAST), Ending.OPEN, "", 600_000)


def test_box_of_64_bit_length() -> None:
    at = FAST.index(b"mdat") - 4
    length = int.from_bytes(FAST[at : at + 4], "big")
    large = (1).to_bytes(4, "big") + b"mdat" + (length + 8).to_bytes(8, "big")
    found = _facts(FAST[:at] + large + FAST[at + 8 :])
    assert (found.end, found.issue, found.duration_us) == (len(FAST) + 8, "", 600_000)


@pytest.mark.parametrize("length", [2, 7, 1])
def test_box_shorter_than_its_own_header_ends_the_recording(length: int) -> None:
    found = _facts(FAST + length.to_bytes(4, "big") + b"free" + bytes(8))
    assert (found.end, found.trailing, found.issue) == (len(FAST), 16, "")


def test_index_that_points_beyond_the_end() -> None:
    at = FAST.index(b"stco") + 4
    count = int.from_bytes(FAST[at + 4 : at + 8], "big")
    found = _facts(_replaced(FAST, b"stco", 8 + 4 * (count - 1), (5_000_000).to_bytes(4, "big")))
    assert found.issue == "incomplete: its index points to sound at byte 5000000, beyond its end"


def test_without_index() -> None:
    sound = FTYP + _box(b"mdat", bytes(100))
    assert _facts(sound).issue == (
        "incomplete: its index (the moov box) is not there or cut off, without which it cannot be played"
    )
    other = FTYP[:8] + b"isom" + sound[12:]
    assert mp4.describe(io.BytesIO(other), len(other)) == Undescribed(
        "An MP4 file that cannot be described: its index (the moov box) is not there or cut off, without which it"
        " cannot be played. What it holds is unknown."
    )


def test_without_sound() -> None:
    for movie in (_box(b"moov"), _box(b"moov", _box(b"trak", _box(b"tkhd", bytes(84)))), _box(b"moov", bytes(50))):
        content = FTYP + movie
        assert mp4.describe(io.BytesIO(content), len(content)) == Undescribed("This MP4 file has no track of sound.")


def test_fragments_that_are_not_there() -> None:
    content = (FIXTURES / "fragmented.mp4").read_bytes()
    first = content.index(b"moof") - 4
    found = _facts(content[:first])
    assert (found.issue, found.duration_us) == ("incomplete: none of its fragments is there", None)
    sound = content.index(b"mdat") - 4
    assert _facts(content[:sound]).issue == "incomplete: the sound of its last fragment is not there"


def test_counts_that_lie() -> None:
    fragmented = (FIXTURES / "fragmented.mp4").read_bytes()
    for content, box in ((fragmented, b"trun"), (FAST, b"stsd"), (FAST, b"stco"), (FAST, b"elst"), (FAST, b"stts")):
        found = mp4.describe(io.BytesIO(changed := _replaced(content, box, 4, b"\xff" * 4)), len(changed))
        assert isinstance(found, AudioFacts)
        assert found.duration_us is None or found.duration_us <= 700_000


def test_nesting_without_end() -> None:
    inner = b""
    for _ in range(5000):
        inner = _box(b"trak", inner)
    content = FTYP + _box(b"moov", inner)
    assert isinstance(mp4.describe(io.BytesIO(content), len(content)), Undescribed)


def test_many_tracks_are_bounded() -> None:
    at = FAST.index(b"trak") - 4
    track = FAST[at : at + int.from_bytes(FAST[at : at + 4], "big")]
    header = FAST[FAST.index(b"mvhd") - 4 :][:108]
    content = FTYP + _box(b"moov", header + track * 100)
    assert _facts(content).notes[0] == "It has 32 tracks of sound; the first is described."


def test_day_of_the_item_list() -> None:
    text = b"2017-07-17T06:12:36+09:00"
    item = _box(b"\xa9day", _box(b"data", (1).to_bytes(4, "big") + bytes(4) + text))
    own = _box(b"----", _box(b"name", bytes(4) + b"iTunNORM") + _box(b"data", (1).to_bytes(4, "big") + bytes(4) + b"v"))
    cover = _box(b"covr", _box(b"data", (13).to_bytes(4, "big") + bytes(40)))
    meta = _box(b"meta", bytes(4) + _box(b"ilst", item + own + cover))
    at = FAST.index(b"trak") - 4
    track = FAST[at : at + int.from_bytes(FAST[at : at + 4], "big")]
    found = _facts(FTYP + _box(b"moov", track + _box(b"udta", meta + _box(b"titl", bytes(6) + b"name\0"))))
    assert found.metadata == {"©day": text.decode(), "iTunNORM": "v", "titl": "name"}
    assert [(m.recorded, m.timestamp) for m in found.timestamps] == [(text.decode(), 1_500_239_556_000_000)]
    assert found.notes == ("1 of its tags were left out: unreadable, or beyond what is kept.",)


def test_he_aac_configuration() -> None:
    at = FAST.index(b"\x14\x08", FAST.index(b"esds"))  # AAC-LC, 16000 Hz, mono
    he_aac = int("001011000000101010001000", 2).to_bytes(3, "big")  # SBR: 16000 to 32000 Hz
    found = _facts(FAST[:at] + he_aac + FAST[at + 3 :])
    assert (found.codec, found.rate_hz, found.channels) == ("HE-AAC", 32000, 1)


def test_further_metadata_belongs_to_the_file() -> None:
    found = mp4.describe(io.BytesIO(FAST + b"\0\0\0\x0cmeco1234"), len(FAST) + 12)
    assert isinstance(found, AudioFacts)
    assert (found.end, found.trailing, found.issue) == (len(FAST) + 12, 0, "")
