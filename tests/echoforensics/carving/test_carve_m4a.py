from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echoforensics.carving import m4a, wav
from echoforensics.carving.carved import Carved, Grade, View

Scan = Callable[..., list[Carved]]


def _view(content: bytes) -> View:
    return View(len(content), lambda offset, size: content[offset : offset + size])


def _box(name: bytes, content: bytes = b"", size: int | None = None) -> bytes:
    return (8 + len(content) if size is None else size).to_bytes(4, "big") + name + content


def _ftyp(brand: bytes = b"M4A ") -> bytes:
    return _box(b"ftyp", brand + bytes(4) + brand + b"isom")


def _moov(*kinds: bytes) -> bytes:
    tracks = (_box(b"trak", _box(b"mdia", _box(b"hdlr", bytes(8) + kind + bytes(12)))) for kind in kinds)
    return _box(b"moov", _box(b"mvhd", bytes(100)) + b"".join(tracks))


SOUND = bytes(range(255)) * 30
WHOLE = _ftyp() + _box(b"free", bytes(20)) + _box(b"mdat", SOUND) + _moov(b"soun")


@pytest.mark.parametrize("before", [0, 512, 4099])
@pytest.mark.parametrize("brand", [b"M4A ", b"mp42", b"isom", b"3gp4"])
def test_its_boxes_say_where_it_ends(before: int, brand: bytes, after: bytes, scan_for: Scan) -> None:
    planted = _ftyp(brand) + _moov(b"soun") + _box(b"mdat", SOUND)

    assert scan_for(b"\x01" * before + planted + after, *m4a.SIGNATURES) == [
        Carved(
            "M4A recording",
            ".m4a",
            ((before, len(planted)),),
            Grade.WHOLE,
            "what follows its last box is no box of such a file" if after else "the media ends with its last box",
            f"brand {brand.decode().strip()}",
        )
    ]


def test_two_that_touch_and_one_within_a_box_of_another(scan_for: Scan) -> None:
    inner = b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0" + bytes(16) + b"data\0\0\0\0"
    outer = _ftyp() + _box(b"free", b"abc" + inner + b"d") + _box(b"mdat", SOUND) + _moov(b"soun")

    found = scan_for(WHOLE + outer, *m4a.SIGNATURES, *wav.SIGNATURES)

    assert [(each.suffix, each.ranges) for each in found] == [
        (".m4a", ((0, len(WHOLE)),)),
        (".m4a", ((len(WHOLE), len(outer)),)),
        (".wav", ((len(WHOLE) + outer.index(inner), len(inner)),)),
    ]


def test_large_boxes_and_fragments(scan_for: Scan) -> None:
    large = (1).to_bytes(4, "big") + b"mdat" + (16 + len(SOUND)).to_bytes(8, "big") + SOUND
    planted = _ftyp() + _moov(b"soun") + large + _box(b"moof", bytes(30)) + _box(b"mdat", SOUND) + _box(b"mfra")

    (found,) = scan_for(planted + b"...", *m4a.SIGNATURES)

    assert (found.ranges, found.grade) == (((0, len(planted)),), Grade.WHOLE)


def test_pictures_are_named(scan_for: Scan) -> None:
    (found,) = scan_for(_ftyp(b"isom") + _moov(b"vide", b"soun") + _box(b"mdat", SOUND), *m4a.SIGNATURES)

    assert (found.kind, found.suffix) == ("MP4 recording with pictures", ".mp4")


def test_a_box_beyond_the_media_and_one_without_a_size_cut_it_short(scan_for: Scan) -> None:
    early = _ftyp() + _moov(b"soun") + _box(b"mdat", SOUND)
    (beyond,) = scan_for(early[:-10], *m4a.SIGNATURES)
    (endless,) = scan_for(_ftyp() + _moov(b"soun") + _box(b"mdat", SOUND, size=0), *m4a.SIGNATURES)

    assert (beyond.length, beyond.grade) == (len(early) - 10, Grade.CUT)
    assert beyond.ending == "its box mdat states 10 bytes more than the media has"
    assert (endless.length, endless.grade) == (len(_ftyp() + _moov(b"soun")), Grade.CUT)
    assert endless.ending == "its last box (mdat) states no size; it is taken without that box"


@pytest.mark.parametrize("brand", [b"3gp4", b"3gr6", b"isoa", b"M4VH", b"mmp4", b"MSNV", b"F4A "])
def test_other_brands_are_known(brand: bytes, scan_for: Scan) -> None:
    planted = _ftyp(brand) + _moov(b"soun") + _box(b"mdat", SOUND)

    assert [each.ranges for each in scan_for(b"-" + planted + b"-", *m4a.SIGNATURES)] == [((1, len(planted)),)]


def test_words_in_other_boxes_are_no_track(scan_for: Scan) -> None:
    handler = b"hdlr" + bytes(8) + b"vide" + bytes(12)
    others = _box(b"udta", handler) + _box(b"udta", _box(handler[:4], handler[4:]))
    moov = _box(b"moov", _box(b"mvhd", bytes(100)) + others + _moov(b"soun")[8 + 108 :])
    (found,) = scan_for(_ftyp() + moov + _box(b"mdat", SOUND), *m4a.SIGNATURES)

    assert found.kind == "M4A recording"


@pytest.mark.parametrize("size", [0, 7, 200, 0xFFFFFFFF])
def test_boxes_within_that_do_not_fit_are_not_followed(size: int, scan_for: Scan) -> None:
    inner = _box(b"mdia", _box(b"hdlr", bytes(8) + b"vide" + bytes(12)))
    wrong = _box(b"trak", inner, size)
    moov = _box(b"moov", _moov(b"soun")[8:] + wrong)
    (found,) = scan_for(_ftyp() + moov + _box(b"mdat", SOUND), *m4a.SIGNATURES)

    assert found.kind == "M4A recording"


@pytest.mark.parametrize("rest", [_moov(b"soun"), _ftyp()[:8], b"\0\0\0\x08abcd", b"\0\0\0\x04free" + bytes(20)])
def test_what_is_left_of_another_file_is_not_part_of_it(rest: bytes, scan_for: Scan) -> None:
    found = scan_for(WHOLE + rest + bytes(40), *m4a.SIGNATURES)

    assert [(each.ranges, each.grade) for each in found] == [(((0, len(WHOLE)),), Grade.WHOLE)]


def test_truncated_at_every_place() -> None:
    head = _ftyp() + _moov(b"soun")
    sound = (1).to_bytes(4, "big") + b"mdat" + (316).to_bytes(8, "big") + SOUND[:300]
    early = head + sound + _box(b"free", bytes(5))
    whole = [len(head + sound), len(early)]
    for end in range(len(head), len(early) + 1):
        found = m4a.carve(_view(early[:end]), 0)
        if end < len(head) + 8:
            # There is no sound yet, nor the name of its box.
            assert found is None
            continue
        assert found is not None
        # Of less than eight bytes nothing can be told.
        is_known = end - whole[0] not in range(1, 8)
        assert found.length == (end if is_known else whole[0])
        assert found.grade is (Grade.CUT if is_known and end not in whole else Grade.WHOLE)


def test_hostile_sizes_cost_little() -> None:
    reads = 0

    def read(offset: int, size: int) -> bytes:
        nonlocal reads
        reads += 1
        return content[offset : offset + size]

    content = _ftyp() + b"".join(_box(b"free", bytes(100)) for _ in range(9000)) + _moov(b"soun")
    assert m4a.carve(View(len(content), read, window=4096), 0) is None
    assert reads < 10
    huge = _ftyp() + _moov(b"soun") + (1).to_bytes(4, "big") + b"mdat" + b"\xff" * 8
    content = huge + bytes(100)
    found = m4a.carve(View(1 << 40, read), 0)

    assert found is not None
    assert (found.length, found.grade) == (1 << 40, Grade.CUT)
    assert reads < 20


@pytest.mark.parametrize("flags", ["0", "faststart", "frag_keyframe+empty_moov"])
def test_a_recording_by_an_encoder(
    flags: str, tmp_path: Path, after: bytes, scan_for: Scan, run_program: Callable[..., str]
) -> None:
    path = tmp_path / "speech.m4a"
    source = ("-v", "error", "-f", "lavfi", "-i", "sine=d=0.5:r=16000", "-c:a", "aac")
    run_program("ffmpeg", *source, *(("-movflags", flags) if flags != "0" else ()), path)
    planted = path.read_bytes()
    (found,) = scan_for(b"\x01" * 1001 + planted + after, *m4a.SIGNATURES)

    assert (found.kind, found.ranges, found.grade) == ("M4A recording", ((1001, len(planted)),), Grade.WHOLE)


@pytest.mark.parametrize(
    "other",
    [
        _ftyp(),
        _ftyp() + _box(b"mdat", SOUND),
        _ftyp() + _moov() + _box(b"mdat", SOUND),
        _ftyp() + _moov(b"text") + _box(b"mdat", SOUND),
        _ftyp(b"heic") + _moov(b"soun") + _box(b"mdat", SOUND),
        _box(b"ftyp", b"M4A ", size=4) + WHOLE[24:],
    ],
)
def test_what_is_no_recording_is_none(other: bytes, scan_for: Scan) -> None:
    assert scan_for(other, *m4a.SIGNATURES) == []


@settings(deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=9), st.integers(0, len(WHOLE)))
def test_damaged_bytes_never_raise_nor_lead_beyond_the_media(at: int, change: bytes, end: int) -> None:
    content = (WHOLE[:at] + change + WHOLE[at + len(change) :])[:end]
    found = m4a.carve(_view(content), 0)

    assert found is None or 0 < found.length <= len(content)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_arbitrary_bytes_never_raise(content: bytes) -> None:
    for each in (content, _ftyp() + content, _ftyp() + _moov(b"soun") + content):
        found = m4a.carve(_view(each), 0)
        assert found is None or 0 < found.length <= len(each)
