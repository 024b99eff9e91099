"""Formats that are named and not read."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.formats.audio import unread
from parsers.formats.audio.facts import Undescribed
from parsers.formats.audio.formats import recognise
from parsers.parser import Source
from parsers.record import Issue
from parsers.recording.parser import RecordingParser

FIXTURES = Path(__file__).parent / "fixtures"
#: Bytes that are no text and no zeros.
REST = bytes(range(128, 256)) * 16
EXAMPLES = {
    "Windows Media file": bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"),
    "WavPack file": b"wvpk" + bytes(4) + b"\x10\x04",
    "Monkey's Audio file": b"MAC \x96\x0f",
    "Musepack file": b"MP+\x17",
    "DSD stream file": b"DSD \x1c" + bytes(7),
    "DSD file (DSDIFF)": b"FRM8" + bytes(8) + b"DSD ",
    "True Audio file": b"TTA1",
    "TAK file": b"tBaK",
    "OptimFROG file": b"OFR \x0c\0\0\0",
    "Shorten file": b"ajkg\x02",
    "stream of DTS": b"\x7f\xfe\x80\x01",
    "stream of AC-3 whose bytes are swapped": (b"\x77\x0b\0\0\x40\0" + bytes(200)) * 5,
    "RealAudio or RealMedia file": b".RMF",
    "MPEG programme stream": b"\0\0\1\xba",
    "SILK recording": b"\x02#!SILK_V3",
    "AMR recording of several channels": b"#!AMR_MC1.0\n",
    "EVRC recording": b"#!EVRC\n",
    "QCP recording": b"RIFF\x10\0\0\0QLCMfmt ",
    "xWMA file": b"RIFF\x10\0\0\0XWMAfmt ",
    "AVI file": b"RIFF\x10\0\0\0AVI LIST....strhauds",
    "Flash video file": b"FLV\x01\x05",
    "Creative Voice file": b"Creative Voice File\x1a",
    "NIST SPHERE file": b"NIST_1A\n   1024\n",
    "IRCAM sound file": b"\x64\xa3\x01\0",
    "portable voice file": b"PVF1\n",
    "Amiga sound file (8SVX)": b"FORM\0\0\1\0" + b"8SVXVHDR",
    "QOA file": b"qoaf",
    "Sndtool file": b"SOUND\x1a",
    "Macintosh sound file": bytes(65) + b"FSSD" + bytes(59) + b"HCOM",
    "Ogg stream without its beginning": b"OggS\0\0" + bytes(20) + b"\1\x20",
    "ADIF": b"ADIF\0\0",
    "picture with a film behind it": b"\xff\xd8\xff\xe1..http://ns.google.com/photos/1.0/camera/ MotionPhoto=1",
    "MIDI file": b"MThd\0\0\0\6",
    "tracker music (MOD)": bytes(1080) + b"M.K.",
    "tracker music (XM)": b"Extended Module: ",
    "tracker music (S3M)": bytes(44) + b"SCRM",
    "tracker music (IT)": b"IMPM",
    "dictation of an Olympus": b"\x02dss",
    "stream of Dolby TrueHD": b"\xf0\x10\x20\x30\xf8\x72\x6f\xba",
    "frames of FLAC": (FIXTURES / "speech.flac").read_bytes().partition(b"\xff\xf8")[2].join((b"\xff\xf8", b"")),
    "Psion sound file (WVE)": b"ALawSoundFile**\0",
    "Turtle Beach": b"SOUND SAMPLE DATA 2.1 ",
    "HTK file of sound": bytes.fromhex("00003520000004e200020000"),
    "MATLAB file with sound": bytes(4) + bytes.fromhex("0100000001000000000000000b000000") + b"samplerate\0",
    "CAF file whose description": b"caff\0\1\0\0data",
}


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_each_is_named(name: str) -> None:
    content = EXAMPLES[name] + REST
    source = Source.of(content, "a")
    assert RecordingParser().claims(source)
    (issue,) = RecordingParser().parse(source)
    assert isinstance(issue, Issue)
    assert name in issue.what
    assert issue.what.startswith("Recognised by its first bytes: ")
    assert "not read" in issue.what
    assert issue.excerpt == content[:64]


def test_what_may_hold_sound_is_not_sound_for_certain() -> None:
    for name, certain in (("QOA file", True), ("MIDI file", False), ("picture with a film behind it", False)):
        assert unread.is_sound(EXAMPLES[name] + REST) is certain
    assert not unread.is_sound(REST)


def test_tag_before_it_hides_none() -> None:
    tag = b"ID3\3\0\0\0\0\0\x0a" + bytes(10)
    (issue,) = RecordingParser().parse(Source.of(tag + EXAMPLES["Monkey's Audio file"] + REST, "a.ape"))
    assert isinstance(issue, Issue)
    assert "Monkey's Audio file" in issue.what


@pytest.mark.parametrize(
    "content",
    [
        b"MAC address of the kitchen: 00:11:22:33:44:55" + b" " * 100,
        b"MP+ is no music" * 10,
        b"wvpk" + REST,
        b"RIFF\x10\0\0\0WEBPVP8 " + REST,
        b"FORM\0\0\1\0ILBM" + REST,
        b"FLV\x01\x01\0\0\0\x09" + REST,
        b"RIFF\x10\0\0\0AVI LIST....strhvids movi" + REST,
        b"\x77\x0b" + REST,
        b"\xff\xd8\xff\xe0\0\x10JFIF" + REST,
    ],
)
def test_others_are_not_named(content: bytes) -> None:
    assert not unread.matches(content, "a")
    assert recognise(content) is None


@pytest.mark.parametrize("name", ["cbr_plain.mp3", "speech.aac"])
@pytest.mark.parametrize("frames", [1, 2])
def test_too_few_frames_are_named(name: str, frames: int) -> None:
    content = (FIXTURES / name).read_bytes()
    ends = [at for at in range(1, 1200) if unread.matches(content[:at], name)]
    assert len(ends) == 2
    whole = content[: ends[frames - 1]]
    assert recognise(whole, "a") is not None
    found = unread.describe(io.BytesIO(whole), len(whole))
    assert isinstance(found, Undescribed)
    assert "of fewer than three frames" in found.what
    if name.endswith(".mp3"):
        assert unread.matches(whole + b"TAG" + bytes(125), "a")
    assert not unread.matches(whole + b"more", "a")


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([b"", b"\xff\xfb\0", b"RIFF", b"FORM", *EXAMPLES.values()]), st.binary(max_size=300))
def test_arbitrary_bytes(start: bytes, rest: bytes) -> None:
    content = start[:8] + rest
    found = unread.describe(io.BytesIO(content), len(content))
    assert isinstance(found, Undescribed)
    assert unread.matches(content, "a") is ("Recognised" in found.what)
