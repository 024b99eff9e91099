"""MPEG audio frames, and the tags around them."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest

from parsers.formats.audio.facts import AudioFacts, Ending, Undescribed
from parsers.formats.audio.formats import FORMATS, recognise
from parsers.formats.audio.mpeg import describe as mp3
from parsers.formats.audio.mpeg.frames import parse
from parsers.formats.audio.tagging import id3

FIXTURES = Path(__file__).parents[1] / "fixtures"
XING = (FIXTURES / "id3v2_xing.mp3").read_bytes()
PLAIN = (FIXTURES / "cbr_plain.mp3").read_bytes()


def _facts(content: bytes) -> AudioFacts:
    found = mp3.describe(io.BytesIO(content), len(content))
    assert isinstance(found, AudioFacts)
    return found


def _tag(version: int, frames: bytes, flags: int = 0) -> bytes:
    size = len(frames)
    coded = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3" + bytes([version, 0, flags]) + coded + frames


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
    frame = parse(bytes.fromhex(header))
    assert frame is not None
    assert (frame.codec, frame.length, frame.samples, frame.channels) == (codec, length, samples, channels)


@pytest.mark.parametrize("header", ["fffb00c4", "fffbf0c4", "fffb9cc4", "ffeb90c4", "fff990c4", "fffb90c6", "fefb90c4"])
def test_headers_that_are_none(header: str) -> None:
    raw = bytes.fromhex(header)
    # Of these, fff9 has layer 0 and is ADTS; the rest use what is reserved, or the free bit rate.
    assert parse(raw) is None


def test_nothing_in_noise_is_claimed() -> None:
    noise = random.Random(71).randbytes(1 << 20)
    starts = [at for at in range(len(noise)) if noise[at] in b"\xffIRO#f"]
    assert len(starts) > 20_000
    assert [at for at in starts if recognise(noise[at : at + 8192]) is not None] == []
    assert not any(known.matches(noise[:65536], "audio-pool.bin") for known in FORMATS)


def test_two_frames_are_not_enough() -> None:
    assert not mp3.matches(PLAIN[:216] + b"more", "a.mp3")
    assert not mp3.matches(PLAIN[:108], "a.mp3")
    assert mp3.matches(PLAIN[:324], "a.mp3")
    assert isinstance(mp3.describe(io.BytesIO(PLAIN), 220), Undescribed)


def test_two_frames_that_are_all_there_is_are_enough() -> None:
    for content in (PLAIN[:216], PLAIN[:216] + XING[-128:]):
        assert mp3.matches(content, "a.mp3")
        found = _facts(content)
        assert (found.duration_us, found.issue, found.trailing) == (72_000, "", 0)


def test_frames_of_another_kind_are_a_joined_recording() -> None:
    other = (FIXTURES / "stereo_id3v24.mp3").read_bytes()
    alone, found = _facts(other), _facts(PLAIN + other)
    assert (found.end, found.issue, found.ending) == (len(PLAIN + other), "", Ending.LAST_FRAME)
    assert alone.duration_us is not None
    # The encoder's note in the second counts as a frame of 1152 samples at 44100 Hz.
    assert found.duration_us == 684_000 + alone.duration_us + 26_122
    behind = len(PLAIN) + id3.tag_length(other)
    assert found.notes == (
        f"A tag lies between its frames, at byte {len(PLAIN)}.",
        f"Its sampling or coding changes at byte {behind}: it was joined from several recordings.",
    )


def test_bit_rate_that_no_header_states() -> None:
    # 108 bytes a frame, none of them padded.
    frames = [PLAIN[at : at + 108] for at in range(0, len(PLAIN), 108)]
    free = b"".join(frame[:2] + bytes([frame[2] & 0x0D]) + frame[3:] for frame in frames)
    found = _facts(free)
    assert (found.end, found.duration_us, found.issue) == (len(free), 684_000, "")
    assert mp3.matches(free, "a.mp3")
    assert not mp3.matches(free[:300], "a.mp3")
    lost = free[: 5 * 108] + b"\0" * 108 + free[6 * 108 :]
    assert _facts(lost).full_issue == "damaged: 108 bytes in 1 place are no frame of it (108 bytes at byte 540)"
    assert isinstance(mp3.describe(io.BytesIO(free[:300]), 300), Undescribed)


def test_frames_lost_at_the_end_against_the_promise() -> None:
    frames, at = [], 71
    while frame := parse(XING[at : at + 4]):
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
    at = parse(frames[:4])
    assert at is not None
    found = _facts(frames + frames[at.length :])
    assert found.duration_us == 2 * 684_000
    assert found.notes[-1] == "Its header promises 19 frames of sound; 38 are present."


def test_vbri() -> None:
    frame = parse(PLAIN[:4])
    assert frame is not None
    note = PLAIN[:36] + b"VBRI" + bytes(10) + (30).to_bytes(4, "big") + PLAIN[54 : frame.length]
    found = _facts(note + PLAIN[frame.length :])
    assert found.issue == "truncated: 18 of 30 frames of sound are present"


@pytest.mark.parametrize("at", [13, 15])
def test_note_in_a_frame_with_a_checksum(at: int) -> None:
    frame = parse(PLAIN[:4])
    assert frame is not None
    # Behind the checksum, or where the note would be without one: encoders do either.
    first = b"\xff\xf2" + PLAIN[2:at] + b"Info\0\0\0\1\0\0\0\x14" + PLAIN[at + 12 : frame.length]
    found = _facts(first + PLAIN[frame.length :])
    assert (found.duration_us, found.issue) == (18 * 36_000, "truncated: 18 of 20 frames of sound are present")


def test_ape_tag_belongs_to_the_recording() -> None:
    item = b"\4\0\0\0\0\0\0\0Title\0name"
    rest = (2000).to_bytes(4, "little") + (len(item) + 32).to_bytes(4, "little") + (1).to_bytes(4, "little")
    ape = b"APETAGEX" + rest + bytes(12) + item + b"APETAGEX" + rest + bytes(12)
    found = _facts(PLAIN + ape + XING[-128:])
    assert (found.end, found.trailing, found.issue) == (len(PLAIN) + len(ape) + 128, 0, "")
    assert found.metadata["ID3v1 artist"] == "Echo"
    assert found.notes == ("1 of its tags were left out: unreadable, or beyond what is kept.",)


def test_tag_beyond_the_head_is_passed_over() -> None:
    head = _tag(3, bytes(100_000))[:65536]
    assert [known.name for known in FORMATS if known.matches(head, "a.bin")] == ["behind tags"]
    content = _tag(3, bytes(100_000))
    assert mp3.describe(io.BytesIO(content), len(content)) == Undescribed(
        "No 3 MPEG audio frames follow each other where the first are due."
    )
    found = _facts(content + PLAIN)
    assert (found.end, found.duration_us) == (len(content) + len(PLAIN), 684_000)
