"""ID3 tags of each version, and those that lie."""

from __future__ import annotations

import io

from parsers.formats.audio.tagging import id3
from parsers.formats.audio.tagging.tags import Tags
from parsers.formats.audio.window import Window
from parsers.record import Timestamp


def _tag(version: int, frames: bytes, flags: int = 0) -> bytes:
    size = len(frames)
    coded = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3" + bytes([version, 0, flags]) + coded + frames


def _read(content: bytes) -> tuple[int, dict[str, str], tuple[str, ...], list[Timestamp]]:
    tags, timestamps = Tags(), list[Timestamp]()
    length = id3.read(Window(io.BytesIO(content), len(content)), tags, timestamps)
    return length, tags.values, tags.notes, timestamps


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
