"""MPEG and ADTS frames, and the tags around them."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest

from parsers.formats.audio import adts, id3, mp3, mpeg_frame
from parsers.formats.audio.facts import AudioFacts, Ending, Undescribed
from parsers.formats.audio.formats import FORMATS, recognise
from parsers.formats.audio.tags import Tags
from parsers.formats.audio.window import Window
from parsers.record import Timestamp

FIXTURES = Path(__file__).parent / "fixtures"
XING = (FIXTURES / "id3v2_xing.mp3").read_bytes()
PLAIN = (FIXTURES / "cbr_plain.mp3").read_bytes()
AAC = (FIXTURES / "speech.aac").read_bytes()


def _facts(content: bytes) -> AudioFacts:
    found = mp3.describe(io.BytesIO(content), len(content))
    assert isinstance(found, AudioFacts)
    return found


def _tag(version: int, frames: bytes, flags: int = 0) -> bytes:
    size = len(frames)
    coded = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3" + bytes([version, 0, flags]) + coded + frames


def _read(content: bytes) -> tuple[int, dict[str, str], tuple[str, ...], list[Timestamp]]:
    tags, timestamps = Tags(), list[Timestamp]()
    length = id3.read(Window(io.BytesIO(content), len(content)), tags, timestamps)
    return length, tags.values, tags.notes, timestamps


@pytest.mark.parametrize(
    ("header", "codec", "length", "samples", "channels"),
    [
        ("fffb9064", "MPEG-1 Layer III", 417, 1152, 2),  # 128 kbit/s, 44100 Hz
        ("fffb92c4", "MPEG-1 Layer III", 418, 1152, 1),  # with its padding byte
        ("fff338c4", "MPEG-2 Layer III", 108, 576, 1),  # 24 kbit/s, 16000 Hz
        ("ffe318c4", "MPEG-2.5 Layer III", 72, 576, 1),  # 8 kbit/s, 11025/12000/8000 Hz
        ("fffd8404", "MPEG-1 Layer II", 384, 1152, 2),  # 128 kbit/s, 48000 Hz
        ("ffff8804", "MPEG-1 Layer I", 384, 384, 2),  # 256 kbit/s, 32000 Hz
    ],
)
def test_frame_headers(header: str, codec: str, length: int, samples: int, channels: int) -> None:
    frame = mpeg_frame.parse(bytes.fromhex(header))
    assert frame is not None
    assert (frame.codec, frame.length, frame.samples, frame.channels) == (codec, length, samples, channels)


@pytest.mark.parametrize("header", ["fffb00c4", "fffbf0c4", "fffb9cc4", "ffeb90c4", "fff990c4", "fffb90c6", "fefb90c4"])
def test_headers_that_are_none(header: str) -> None:
    raw = bytes.fromhex(header)
    # Of these, fff9 has layer 0 and is ADTS; the rest use what is reserved, or the free bit rate.
    assert mpeg_frame.parse(raw) is None


def test_nothing_in_noise_is_claimed() -> None:
    noise = random.Random(71).randbytes(1 << 20)
    starts = [at for at in range(len(noise)) if noise[at] in b"\xffIRO#f"]
    assert len(starts) > 20_000
    assert [at for at in starts if recognise(noise[at : at + 8192]) is not None] == []
    assert not any(known.matches(noise[:65536], "audio-pool.bin") for known in FORMATS)


def test_two_frames_are_not_enough() -> None:
    assert not mp3.matches(PLAIN[:216], "a.mp3")
    assert mp3.matches(PLAIN[:324], "a.mp3")
    assert mp3.describe(io.BytesIO(PLAIN), 216) == Undescribed("Only 2 MPEG audio frames follow each other.")
    # Its frames take 311, 268 and 231 bytes.
    assert not adts.matches(AAC[:579], "a.aac")
    assert adts.matches(AAC[:810], "a.aac")
    assert adts.describe(io.BytesIO(AAC), 809) == Undescribed("Only 2 ADTS frames follow each other.")


def test_frames_of_another_kind_end_the_recording() -> None:
    other = (FIXTURES / "stereo_id3v24.mp3").read_bytes()
    found = _facts(PLAIN + other)
    assert (found.end, found.trailing, found.issue, found.ending) == (len(PLAIN), len(other), "", Ending.LAST_FRAME)


def test_frames_lost_at_the_end_against_the_promise() -> None:
    frames, at = [], 71
    while frame := mpeg_frame.parse(XING[at : at + 4]):
        frames.append(at)
        at += frame.length
    assert len(frames) == 20
    for keep in range(3, 20):
        found = _facts(XING[: frames[keep]])
        assert found.issue == f"truncated: {keep - 1} of 19 frames of sound are present"
        assert found.duration_us == (keep - 1) * 36_000


def test_encoder_that_counts_its_own_note() -> None:
    content = bytearray(XING[71:-128])
    at = content.index(b"Xing")
    content[at + 7] &= 0xFD  # no byte count, ...
    del content[at + 12 : at + 16]
    content[content.index(b"\xff\xf3", at) : content.index(b"\xff\xf3", at)] = bytes(4)
    content[at + 8 : at + 12] = (20).to_bytes(4, "big")  # ... and a frame count one too high
    found = _facts(bytes(content))
    assert (found.issue, found.duration_us) == ("", 684_000)


def test_more_frames_than_promised_are_reported() -> None:
    frames = XING[71:-128]
    at = mpeg_frame.parse(frames[:4])
    assert at is not None
    found = _facts(frames + frames[at.length :])
    assert found.duration_us == 2 * 684_000
    assert found.notes[-1] == "Its header promises 19 frames of sound; 38 are present."


def test_vbri() -> None:
    frame = mpeg_frame.parse(PLAIN[:4])
    assert frame is not None
    note = PLAIN[:36] + b"VBRI" + bytes(10) + (30).to_bytes(4, "big") + PLAIN[54 : frame.length]
    found = _facts(note + PLAIN[frame.length :])
    assert found.issue == "truncated: 18 of 30 frames of sound are present"


def test_ape_tag_belongs_to_the_recording() -> None:
    item = b"\4\0\0\0\0\0\0\0Title\0name"
    rest = (2000).to_bytes(4, "little") + (len(item) + 32).to_bytes(4, "little") + (1).to_bytes(4, "little")
    ape = b"APETAGEX" + rest + bytes(12) + item + b"APETAGEX" + rest + bytes(12)
    found = _facts(PLAIN + ape + XING[-128:])
    assert (found.end, found.trailing, found.issue) == (len(PLAIN) + len(ape) + 128, 0, "")
    assert found.metadata["ID3v1 artist"] == "Echo"
    assert found.notes == ("1 of its tags were left out: unreadable, or beyond what is kept.",)


def test_id3_of_each_version() -> None:
    v22 = b"TT2\0\0\5\0room" + b"COM\0\0\x0b\0engabc\0def"
    assert _read(_tag(2, v22)) == (38, {"TT2": "room", "COM abc": "def"}, (), [])
    utf16 = b"\1\xff\xfe" + "küche".encode("utf-16-le")
    v23 = b"TIT2" + len(utf16).to_bytes(4, "big") + b"\0\0" + utf16 + b"TXXX\0\0\0\7\0\0\0who\0me"
    assert _read(_tag(3, v23))[1] == {"TIT2": "küche", "TXXX who": "me"}
    v24 = b"TDRC\0\0\0\x15\0\0\3" + b"2017-07-17T06:12:36Z" + b"TPE1\0\0\0\x06\0\0\3a\0\0bc"
    length, values, notes, timestamps = _read(_tag(4, v24, 0x10) + b"3DI" + bytes(7))
    assert (length, values, notes) == (10 + len(v24) + 10, {"TDRC": "2017-07-17T06:12:36Z", "TPE1": "a; bc"}, ())
    assert [(m.description, m.timestamp) for m in timestamps] == [("Recorded Time", 1_500_271_956_000_000)]


def test_id3_with_extended_header_and_unsynchronisation() -> None:
    frame = b"TIT2\0\0\0\3\0\0\0ab"
    assert _read(_tag(3, b"\0\0\0\6" + bytes(6) + frame, 0x40))[1] == {"TIT2": "ab"}
    assert _read(_tag(4, b"\0\0\0\6" + bytes(2) + frame, 0x40))[1] == {"TIT2": "ab"}
    latin = b"TIT2\0\0\0\3\0\0\0\xff\x00b"
    assert _read(_tag(3, latin, 0x80))[1] == {"TIT2": "ÿb"}


def test_id3_pictures_and_locked_frames_are_left_out() -> None:
    frames = b"APIC\0\0\0\4\0\0\0abc" + b"TIT2\0\0\0\3\0\x40\0ab" + b"TIT3\0\0\0\3\0\0\0cd"
    _, values, notes, _ = _read(_tag(3, frames))
    assert values == {"TIT3": "cd"}
    assert notes == ("2 of its tags were left out: unreadable, or beyond what is kept.",)


def test_id3_sizes_that_lie() -> None:
    frames = b"TIT2\x7f\xff\xff\xff\0\0\0ab"
    assert _read(_tag(3, frames)) == (
        10 + len(frames),
        {},
        ("1 of its tags were left out: unreadable, or beyond what is kept.",),
        [],
    )
    assert id3.tag_length(b"ID3\3\0\0\x80\0\0\0") == 0
    assert id3.tag_length(b"ID3\5\0\0\0\0\0\0") == 0


def test_tag_beyond_the_head_is_claimed_by_mp3_alone() -> None:
    head = _tag(3, bytes(100_000))[:65536]
    assert [known.name for known in FORMATS if known.matches(head, "a.bin")] == ["MP3"]
    assert recognise(head, "a.flac") is None
    content = _tag(3, bytes(100_000))
    assert mp3.describe(io.BytesIO(content), len(content)) == Undescribed(
        "No MPEG audio frame is found where the first is due."
    )
    found = _facts(content + PLAIN)
    assert (found.end, found.duration_us) == (len(content) + len(PLAIN), 684_000)


def test_tag_before_adts() -> None:
    content = _tag(4, b"TIT2\0\0\0\3\0\0\0ab") + AAC
    assert adts.matches(content, "a.aac")
    found = adts.describe(io.BytesIO(content), len(content))
    assert isinstance(found, AudioFacts)
    assert (found.end, found.duration_us, found.metadata) == (len(content), 704_000, {"TIT2": "ab"})


def test_adts_header_bounds() -> None:
    for changed in (b"\xff\xf1\x7c", b"\xff\xf5\x60", b"\xff\xe1\x60"):  # rate index 15, layer 2, no sync
        content = changed + AAC[3:]
        assert not adts.matches(content, "a.aac")
        assert isinstance(adts.describe(io.BytesIO(content), len(content)), Undescribed)
    empty = bytearray(AAC[:7])
    empty[3], empty[4], empty[5] = empty[3] & 0xFC, 0, 0x1F  # a length of 0 would never end
    assert isinstance(adts.describe(io.BytesIO(bytes(empty) * 9), 63), Undescribed)
