from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echoforensics.carving import described
from echoforensics.carving.carved import Carved, Grade, View
from parsers.parser import Source
from parsers.recording.parser import RecordingParser

Scan = Callable[..., list[Carved]]
FIXTURES = Path(__file__).parents[2] / "parsers/formats/audio/fixtures"
READ = {
    "speech.aiff": "AIFF recording",
    "ima4.aifc": "AIFF recording",
    "speech.caf": "CAF recording",
    "alac.caf": "CAF recording",
    "speech.w64": "Wave64 recording",
    "speech.au": "AU recording",
    "speech.webm": "Matroska recording",
    "speech.mka": "Matroska recording",
    "video.mkv": "Matroska recording",
}
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c") + (1000).to_bytes(8, "little") + bytes(6)
_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365") + bytes(24) + (3000).to_bytes(8, "little")
NAMED = {
    "Windows Media file": _ASF + _PROPERTIES,
    "AVI file": b"RIFF" + (2992).to_bytes(4, "little") + b"AVI LIST....strhauds",
    "xWMA file": b"RIFF" + (2992).to_bytes(4, "little") + b"XWMAfmt ",
    "QCP recording": b"RIFF" + (2992).to_bytes(4, "little") + b"QLCMfmt ",
    "Amiga sound file": b"FORM" + (2992).to_bytes(4, "big") + b"8SVXVHDR",
    "DSD stream file": b"DSD \x1c" + bytes(7) + (3000).to_bytes(8, "little"),
    "DSD file (DSDIFF)": b"FRM8" + (2988).to_bytes(8, "big") + b"DSD ",
}


@pytest.mark.parametrize("before", [0, 517])
@pytest.mark.parametrize("name", sorted(READ))
def test_what_is_read_is_carved_whole(name: str, before: int, after: bytes, scan_for: Scan) -> None:
    planted = (FIXTURES / name).read_bytes()

    (found,) = scan_for(b"\x01" * before + planted + after, *described.SIGNATURES)

    assert (found.kind, found.ranges, found.grade) == (READ[name], ((before, len(planted)),), Grade.WHOLE)


@pytest.mark.parametrize("name", sorted(READ))
def test_cut_by_the_end_of_the_media(name: str, scan_for: Scan) -> None:
    planted = (FIXTURES / name).read_bytes()
    cut = len(planted) * 3 // 4

    (found,) = scan_for(bytes(100) + planted[:cut], *described.SIGNATURES)

    assert (found.ranges, found.grade) == (((100, cut),), Grade.CUT)


def test_without_a_size(scan_for: Scan) -> None:
    planted = (FIXTURES / "streamed.webm").read_bytes()

    (found,) = scan_for(bytes(100) + planted + bytes(5000), *described.SIGNATURES)

    assert (found.ranges, found.grade) == (((100, len(planted)),), Grade.ENDED)
    assert found.ending == "it states no size; it is taken up to its last part"


def test_bound_of_what_states_no_size(scan_for: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(described, "MOST_UNSTATED", 3000)
    planted = (FIXTURES / "speech.au").read_bytes()
    unsized = planted[:8] + b"\xff" * 4 + planted[12:]

    (found,) = scan_for(unsized + bytes(9000), *described.SIGNATURES)

    assert (found.ranges, found.grade) == (((0, 3000),), Grade.CUT)


@pytest.mark.parametrize("kind", sorted(NAMED))
def test_what_is_named_is_carved_by_its_size(kind: str, after: bytes, scan_for: Scan) -> None:
    planted = NAMED[kind].ljust(3000, b"\x81")

    (found,) = scan_for(bytes(64) + planted + after, *described.SIGNATURES)

    assert found == Carved(
        kind, found.suffix, ((64, 3000),), Grade.ENDED, "its header says so", "a format that is not read"
    )
    assert RecordingParser().claims(Source.of(planted, f"a{found.suffix}"))
    (short,) = scan_for(planted[:2000], *described.SIGNATURES)
    assert (short.ranges, short.grade) == (((0, 2000),), Grade.CUT)


@pytest.mark.parametrize(
    "other",
    [
        _ASF + bytes(500),
        b"RIFF\x10\0\0\0WEBPVP8 " + bytes(50),
        b"\x1a\x45\xdf\xa3" + bytes(200),
        b".snd" + bytes(40),
        b"FORM\0\0\0\x20AIFF" + bytes(32),
    ],
)
def test_what_is_none_is_not_carved(other: bytes, scan_for: Scan) -> None:
    assert scan_for(other, *described.SIGNATURES) == []


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(READ)), st.data())
def test_changed_bytes_never_raise(name: str, data: st.DataObject) -> None:
    content = bytearray((FIXTURES / name).read_bytes())
    for at, new in data.draw(st.lists(st.tuples(st.integers(0, 300), st.binary(min_size=1, max_size=4)), max_size=6)):
        content[at : at + len(new)] = new
    media = bytes(content)
    view = View(len(media), lambda offset, size: media[offset : offset + size])
    for signature in described.SIGNATURES:
        found = signature.carve(view, 0)
        assert found is None or 0 < found.length <= len(media)
