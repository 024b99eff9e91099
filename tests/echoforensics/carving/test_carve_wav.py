from __future__ import annotations

import random
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
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
PIPED = _wav(b"", size=0xFFFFFFFF)[:40] + b"\xff" * 4 + random.Random(4).randbytes(5000)


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
            "5120 bytes of sound, 0.16 s, 16000 Hz, mono",
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


def test_where_nothing_states_a_size_it_goes_up_to_the_next_header(scan_for: Scan) -> None:
    first, last = scan_for(b"." + PIPED + bytes(3000) + WHOLE, *wav.SIGNATURES)

    assert (first.ranges, first.grade) == (((1, len(PIPED) + 3000),), Grade.CUT)
    assert first.ending == "no size is stated; it is taken up to the next WAV header"
    assert (last.ranges, last.grade) == (((1 + len(PIPED) + 3000, len(WHOLE)),), Grade.WHOLE)


@pytest.mark.parametrize("before", [1, 128 * 1024 - 5, 128 * 1024 - 12, 128 * 1024, 300_001])
def test_the_next_header_is_found_wherever_it_lies(before: int, scan_for: Scan) -> None:
    first, _ = scan_for(PIPED[:44] + b"\x01" * before + WHOLE, *wav.SIGNATURES)

    assert first.length == 44 + before


def test_where_nothing_states_a_size_it_is_taken_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    at_end = wav.carve(_view(PIPED), 0)
    monkeypatch.setattr(wav, "MOST_UNSTATED", 1000)
    bounded = wav.carve(_view(PIPED), 0)

    assert at_end is not None
    assert bounded is not None
    assert (at_end.length, at_end.grade) == (len(PIPED), Grade.CUT)
    assert at_end.ending == "no size is stated; it is taken up to the end of the media"
    assert (bounded.length, bounded.grade) == (1044, Grade.CUT)
    assert bounded.ending == "no size is stated; it is taken up to the bound of 1000 bytes of sound"


def test_the_size_that_sox_writes_to_a_pipe_is_none_even_where_it_fits() -> None:
    planted = WHOLE[:4] + struct.pack("<I", 0x7FFFF000 + 36) + WHOLE[8:40] + struct.pack("<I", 0x7FFFF000) + SOUND
    content = planted + bytes(900) + WHOLE
    found = wav.carve(View(1 << 33, lambda o, s: content[o : o + s].ljust(s, b"\0")), 0)

    assert found is not None
    assert (found.length, found.grade) == (len(planted) + 900, Grade.CUT)
    assert found.ending == "no size is stated; it is taken up to the next WAV header"


@pytest.mark.parametrize(
    ("rest", "belongs"),
    [
        (_chunk(b"LIST", b"INFOabcd"), True),
        (_chunk(b"bext", b"abc"), True),
        (_chunk(b"text", b"abcdefgh"), False),
        (_chunk(b"text", b"abcdefgh") + _chunk(b"LIST", b"INFOabcd"), False),
        (_chunk(b"data", b"abcdefgh"), False),
        (b"LIS", False),
    ],
)
def test_without_a_size_only_chunks_that_are_known_belong_to_it(rest: bytes, belongs: bool, scan_for: Scan) -> None:
    planted = _wav(SOUND, size=0)
    (found,) = scan_for(planted + rest + bytes(64), *wav.SIGNATURES)

    assert (found.length, found.grade) == (len(planted) + (len(rest) if belongs else 0), Grade.ENDED)


def test_a_data_chunk_without_a_size_ends_where_the_header_says(scan_for: Scan) -> None:
    planted = bytearray(_wav(SOUND))
    for size in (bytes(4), b"\xff" * 4):
        planted[40:44] = size
        (found,) = scan_for(bytes(planted) + b"more", *wav.SIGNATURES)

        assert (found.length, found.grade) == (len(planted), Grade.ENDED)
        assert found.ending == "its header says so; its data chunk states no size"
        assert found.detail.startswith("5120 bytes of sound")


def test_a_recording_without_sound_is_whole(after: bytes, scan_for: Scan) -> None:
    planted = _wav(b"", _chunk(b"LIST", b"INFOabcd"))

    assert [(each.ranges, each.grade, each.detail) for each in scan_for(planted + after, *wav.SIGNATURES)] == [
        (((0, len(planted)),), Grade.WHOLE, "0 bytes of sound, 0.00 s, 16000 Hz, mono")
    ]


def test_where_the_header_states_no_size_the_next_recording_is_no_chunk(scan_for: Scan) -> None:
    planted = _wav(SOUND, size=0)
    found = scan_for(planted + planted + WHOLE, *wav.SIGNATURES)

    assert [each.ranges for each in found] == [
        ((0, len(planted)),),
        ((len(planted), len(planted)),),
        ((2 * len(planted), len(WHOLE)),),
    ]


@pytest.mark.parametrize(
    ("size", "words"),
    [(36, "5120 bytes less"), (6000, "844 bytes more"), (10**9, "999994844 bytes more")],
)
def test_where_header_and_chunks_differ_the_chunks_are_believed(
    size: int, words: str, after: bytes, scan_for: Scan
) -> None:
    planted = _wav(SOUND, size=size)
    (found,) = scan_for(b"abc" + planted + after + bytes(8), *wav.SIGNATURES)

    assert (found.ranges, found.grade) == (((3, len(planted)),), Grade.ENDED)
    assert found.ending == f"its header states {words} than its chunks; it ends with its last chunk"


def test_a_size_beyond_the_media_is_cut_short(scan_for: Scan) -> None:
    (found,) = scan_for(WHOLE[:-100], *wav.SIGNATURES)

    assert (found.ranges, found.grade) == (((0, len(WHOLE) - 100),), Grade.CUT)
    assert found.ending == "its header states 100 bytes more than the media has"


def test_a_chunk_that_states_more_than_the_header_lowers_the_grade(scan_for: Scan) -> None:
    planted = bytearray(WHOLE)
    planted[40:44] = struct.pack("<I", 10**9)

    (found,) = scan_for(bytes(planted) + bytes(99), *wav.SIGNATURES)

    assert (found.length, found.grade) == (len(planted), Grade.ENDED)
    assert found.ending == "its header says so, though a chunk states more than the media has"


def test_where_nothing_that_is_stated_fits_it_is_cut_short(scan_for: Scan) -> None:
    planted = bytearray(_wav(SOUND, size=0))
    planted[40:44] = struct.pack("<I", 10**9)
    (found,) = scan_for(bytes(planted), *wav.SIGNATURES)

    assert (found.length, found.grade) == (len(planted), Grade.CUT)
    assert found.ending == f"its chunks state {10**9 - len(SOUND)} bytes more than the media has"


def test_truncated_at_every_place() -> None:
    behind_sound = 44 + len(SOUND)
    for end in range(len(WHOLE)):
        found = wav.carve(_view(WHOLE[:end]), 0)
        if end < 44:
            assert found is None
        else:
            assert found is not None
            assert (found.ranges, found.grade) == (((0, end),), Grade.CUT)
            assert found.ending == f"its header states {len(WHOLE) - end} bytes more than the media has"
            assert found.detail.startswith(f"{min(end, behind_sound) - 44} bytes of sound")


@pytest.mark.parametrize("stated", [len(SOUND), 0xFFFFFFFF])
@pytest.mark.parametrize("kind", [b"RF64", b"BW64"])
def test_a_large_file_states_its_sizes_in_a_chunk_of_their_own(
    kind: bytes, stated: int, after: bytes, scan_for: Scan
) -> None:
    form = _chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 16000, 32000, 2, 16))
    size = 4 + 36 + len(form) + 8 + len(SOUND)
    planted = kind + b"\xff\xff\xff\xffWAVE" + _chunk(b"ds64", struct.pack("<QQQI", size, len(SOUND), 0, 0)) + form
    planted += b"data" + struct.pack("<I", stated) + SOUND

    (found,) = scan_for(planted + after, *wav.SIGNATURES)

    assert (found.ranges, found.grade) == (((0, len(planted)),), Grade.WHOLE)


def test_hostile_sizes_cost_little() -> None:
    reads = 0

    def read(offset: int, size: int) -> bytes:
        nonlocal reads
        reads += 1
        return content[offset : offset + size]

    # Chunks without end before the sound; then sizes that no media has.
    content = _wav(b"", size=0)[:36] + b"".join(_chunk(b"JUNK", bytes(300)) for _ in range(9000))
    assert wav.carve(View(len(content), read, window=4096), 0) is None
    assert reads < 10
    content = b"RF64\xff\xff\xff\xffWAVEds64" + struct.pack("<IQQ", 16, 1 << 62, 1 << 62) + WHOLE[12:36]
    content += b"data\xff\xff\xff\xff" + bytes(99)
    found = wav.carve(View(1 << 40, read), 0)

    assert found is not None
    assert (found.length, found.grade) == (1 << 40, Grade.CUT)
    assert reads < 20


@pytest.mark.parametrize("options", [("-c:a", "pcm_s16le"), ("-c:a", "pcm_u8", "-t", "0.1251"), ("-rf64", "always")])
def test_a_recording_by_a_program(
    options: tuple[str, ...], tmp_path: Path, after: bytes, scan_for: Scan, run_program: Callable[..., str]
) -> None:
    path = tmp_path / "sound.wav"
    run_program("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=d=0.3:r=16000", *options, path)
    planted = path.read_bytes()
    (found,) = scan_for(bytes(513) + planted + after, *wav.SIGNATURES)

    assert (found.ranges, found.grade) == (((513, len(planted)),), Grade.WHOLE)


@pytest.mark.parametrize(
    "command",
    [
        ("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=d=0.2:r=16000", "-f", "wav", "-"),
        ("sox", "-n", "-t", "wav", "-", "synth", "0.2", "sine", "400"),
    ],
)
def test_a_recording_that_a_program_wrote_to_a_pipe(
    command: tuple[str, ...], scan_for: Scan, run_program: Callable[..., str]
) -> None:
    run_program(command[0], "-version" if command[0] == "ffmpeg" else "--version")
    planted = subprocess.run(command, check=True, capture_output=True).stdout
    found = scan_for(planted + bytes(1000) + WHOLE, *wav.SIGNATURES)

    assert [(each.ranges, each.grade) for each in found] == [
        (((0, len(planted) + 1000),), Grade.CUT),
        (((len(planted) + 1000, len(WHOLE)),), Grade.WHOLE),
    ]


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


@settings(deadline=None)
@given(st.binary(max_size=60), st.integers(0, len(WHOLE) - 1), st.integers(0, 255))
def test_damaged_bytes_never_raise_and_never_lead_beyond_the_media(tail: bytes, at: int, byte: int) -> None:
    media = bytearray(WHOLE)
    media[at] = byte
    for content in (bytes(media) + tail, WHOLE[:12] + tail, WHOLE[:36] + tail, tail):
        found = wav.carve(_view(content), 0)
        assert found is None or 0 < found.length <= len(content)
