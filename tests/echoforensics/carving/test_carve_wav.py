from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echoforensics.carving import wav
from echoforensics.carving.carved import Carved, Grade, View

Scan = Callable[..., list[Carved]]


def _chunk(name: bytes, content: bytes, order: str = "<") -> bytes:
    return name + struct.pack(f"{order}I", len(content)) + content + b"\0" * (len(content) % 2)


def _wav(sound: bytes, *more: bytes, kind: bytes = b"RIFF", size: int | None = None) -> bytes:
    order = ">" if kind == b"RIFX" else "<"
    form = struct.pack(f"{order}HHIIHH", 1, 1, 16000, 32000, 2, 16)
    body = b"WAVE" + _chunk(b"fmt ", form, order) + _chunk(b"data", sound, order) + b"".join(more)
    return kind + struct.pack(f"{order}I", len(body) if size is None else size) + body


SOUND = bytes(range(256)) * 20
WHOLE = _wav(SOUND, _chunk(b"LIST", b"INFOISFT\x05\0\0\0Lavf\0\0"))


def _view(content: bytes) -> View:
    return View(len(content), lambda offset, size: content[offset : offset + size])


@pytest.mark.parametrize("before", [0, 512, 5377])
@pytest.mark.parametrize("kind", [b"RIFF", b"RIFX"])
def test_its_header_says_where_it_ends(before: int, kind: bytes, after: bytes, scan_for: Scan) -> None:
    planted = _wav(SOUND, kind=kind)

    assert scan_for(bytes(before) + planted + after, *wav.SIGNATURES) == [
        Carved(
            "WAV recording",
            ".wav",
            ((before, len(planted)),),
            Grade.WHOLE,
            "its header says so",
            f"{len(SOUND)} bytes of sound",
        )
    ]


def test_chunks_behind_the_sound_belong_to_it_and_two_that_touch_are_two(scan_for: Scan) -> None:
    odd = _wav(SOUND[:-1])
    found = scan_for(b"x" + WHOLE + odd + WHOLE, *wav.SIGNATURES, block=700)

    sizes = [(1, len(WHOLE)), (1 + len(WHOLE), len(odd)), (1 + len(WHOLE) + len(odd), len(WHOLE))]
    assert [each.ranges for each in found] == [(size,) for size in sizes]
    assert {each.grade for each in found} == {Grade.WHOLE}


def test_a_last_chunk_of_odd_size_without_its_pad_byte_is_whole(scan_for: Scan) -> None:
    planted = _wav(SOUND[:-1])
    planted = planted[:4] + struct.pack("<I", len(planted) - 9) + planted[8:-1]

    assert [(each.ranges, each.grade) for each in scan_for(planted + b"RIFF", *wav.SIGNATURES)] == [
        (((0, len(planted)),), Grade.WHOLE)
    ]


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
def test_where_the_header_states_no_size_the_chunks_do(size: int, after: bytes, scan_for: Scan) -> None:
    planted = _wav(SOUND, size=size)
    (found,) = scan_for(b"12345" + planted + after, *wav.SIGNATURES)

    assert (found.ranges, found.grade) == (((5, len(planted)),), Grade.ENDED)
    assert found.ending == "its header states no size; it ends with its last chunk"


def test_where_nothing_states_a_size_it_is_cut_short(scan_for: Scan) -> None:
    planted = bytearray(_wav(SOUND, size=0xFFFFFFFF))
    planted[40:44] = b"\xff" * 4

    (found,) = scan_for(bytes(planted), *wav.SIGNATURES)

    assert (found.grade, found.length) == (Grade.CUT, len(planted))
    assert found.ending == "neither its header nor its data chunk states a size that can be"


def test_a_size_beyond_the_media_is_cut_short(scan_for: Scan) -> None:
    (found,) = scan_for(WHOLE[:-100], *wav.SIGNATURES)

    assert (found.ranges, found.grade) == (((0, len(WHOLE) - 100),), Grade.CUT)
    assert found.ending == "its header states 100 bytes more than the media has"


def test_a_chunk_that_states_more_than_the_header_lowers_the_grade(scan_for: Scan) -> None:
    planted = bytearray(WHOLE)
    planted[40:44] = struct.pack("<I", 10**9)

    (found,) = scan_for(bytes(planted) + bytes(99), *wav.SIGNATURES)

    assert (found.length, found.grade) == (len(planted), Grade.ENDED)


def test_a_large_file_states_its_size_in_a_chunk_of_its_own(scan_for: Scan) -> None:
    form = _chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 16000, 32000, 2, 16))
    size = 4 + 36 + len(form) + 8 + len(SOUND)
    planted = b"RF64\xff\xff\xff\xffWAVE" + _chunk(b"ds64", struct.pack("<QQQI", size, len(SOUND), 0, 0)) + form
    planted += b"data" + struct.pack("<I", len(SOUND)) + SOUND

    (found,) = scan_for(planted + bytes(50), *wav.SIGNATURES)

    assert (found.ranges, found.grade) == (((0, len(planted)),), Grade.WHOLE)


@pytest.mark.parametrize(
    "other",
    [
        b"RIFF\x20\0\0\0AVI LIST",
        b"RIFF\x20\0\0\0WEBPVP8 ",
        b"RIFF\x20\0\0\0WAVE" + bytes(40),
        b"RIFF\x20\0\0\0WAVEfmt \x10\0\0\0" + bytes(40),
        b"RIFF",
    ],
)
def test_what_is_no_recording_is_none(other: bytes, scan_for: Scan) -> None:
    assert scan_for(other, *wav.SIGNATURES) == []


@given(st.binary(max_size=60), st.integers(0, len(WHOLE) - 1), st.integers(0, 255))
def test_damaged_bytes_never_raise_and_never_lead_beyond_the_media(tail: bytes, at: int, byte: int) -> None:
    media = bytearray(WHOLE)
    media[at] = byte
    for content in (bytes(media) + tail, WHOLE[:12] + tail, tail):
        found = wav.carve(_view(content), 0)
        assert found is None or 0 < found.length <= len(content)
