from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echoforensics.carving import m4a, wav
from echoforensics.carving.carved import Carved, Grade, View

Scan = Callable[..., list[Carved]]


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
            "what follows its last box is no box of such a file",
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


@pytest.mark.parametrize(
    "other",
    [
        _ftyp(),
        _ftyp() + _box(b"mdat", SOUND),
        _ftyp() + _moov() + _box(b"mdat", SOUND),
        _ftyp(b"heic") + _moov(b"soun") + _box(b"mdat", SOUND),
        _box(b"ftyp", b"M4A ", size=4) + WHOLE[24:],
    ],
)
def test_what_is_no_recording_is_none(other: bytes, scan_for: Scan) -> None:
    assert scan_for(other, *m4a.SIGNATURES) == []


@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=9), st.integers(0, len(WHOLE)))
def test_damaged_bytes_never_raise_nor_lead_beyond_the_media(at: int, change: bytes, end: int) -> None:
    content = (WHOLE[:at] + change + WHOLE[at + len(change) :])[:end]
    found = m4a.carve(View(len(content), lambda o, s: content[o : o + s]), 0)

    assert found is None or 0 < found.length <= len(content)
