"""Arbitrary bytes, and good recordings with some bytes changed: never an exception, never a claim out of bounds."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.formats.audio.facts import AudioFacts, Undescribed
from parsers.formats.audio.formats import FORMATS, AudioFormat
from parsers.formats.audio.tagging.tags import MAX_TAGS, MAX_TEXT
from parsers.parser import Source
from parsers.record import Issue, Record
from parsers.recording.parser import RecordingParser

FIXTURES = Path(__file__).parent / "fixtures"
CONTENTS = {path.name: path.read_bytes() for path in FIXTURES.iterdir() if path.suffix not in {".md", ".sh"}}
STARTS = (
    b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0",
    b"RIFF\0\0\0\0WAVEdata",
    b"OggS\0\2",
    b"fLaC\0\0\0\x22",
    b"#!AMR\n",
    b"#!AMR-WB\n",
    b"\0\0\0\x18ftypM4A ",
    b"ID3\3\0\0\0\0\0\0",
    b"\xff\xfb\x90\x64",
    b"\xff\xf1\x60\x40",
    b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0",
    b"FORM\0\0\1\0AIFCCOMM\0\0\0\x16",
    b"FORM\xff\xff\xff\xffAIFFSSND\xff\xff\xff\xff",
    b"caff\0\1\0\0desc\0\0\0\0\0\0\0\x20",
    bytes.fromhex("726966662e91cf11a5d628db04c10000") + b"\xff" * 8 + bytes.fromhex("77617665f3acd3118cd100c04f8edb8a"),
    b".snd\0\0\0\x18",
    bytes.fromhex("1a45dfa380") + b"\x18\x53\x80\x67",
    bytes.fromhex("1a45dfa380") + b"\x18\x53\x80\x67\x01" + b"\xff" * 7 + b"\x1f\x43\xb6\x75\xff",
    (b"\x47\x40\0\x10\0\0\xb0\x0d" + bytes(180)) * 5,
    b"\x0b\x77\0\0\x40\x50\x43\xe1",
    b"\x56\xe0\x20\0",
    b"",
)


class _Counting(io.BytesIO):
    """A stream that knows how much was read at once."""

    largest = 0

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert size >= 0
        self.largest = max(self.largest, size)
        return super().read(size)


def _check(found: AudioFacts | Undescribed, size: int) -> None:
    if isinstance(found, Undescribed):
        assert found.what
        return
    assert 0 <= found.end <= size
    assert found.trailing == size - found.end
    assert found.duration_us is None or 0 <= found.duration_us <= 366 * 86400 * 1_000_000
    assert len(found.metadata) <= MAX_TAGS
    assert all(len(value) <= MAX_TEXT for value in found.metadata.values())
    assert found.whole is (found.issue == "")


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.name)
@settings(max_examples=60, deadline=None)
@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=600))
def test_arbitrary_bytes(known: AudioFormat, start: bytes, rest: bytes) -> None:
    content = start + rest
    stream = _Counting(content)
    _check(known.describe(stream, len(content)), len(content))
    assert stream.largest <= len(content)
    assert known.matches(content, "a") in (True, False)


@pytest.mark.parametrize("name", sorted(CONTENTS))
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_changed_recordings(name: str, data: st.DataObject) -> None:
    content = bytearray(CONTENTS[name])
    # Headers are at the start and the end; most changes go there.
    places = st.one_of(
        st.integers(0, min(300, len(content) - 1)),
        st.integers(max(0, len(content) - 1200), len(content) - 1),
        st.integers(0, len(content) - 1),
    )
    for at, new in data.draw(st.lists(st.tuples(places, st.binary(min_size=1, max_size=4)), max_size=6)):
        content[at : at + len(new)] = new
    size = data.draw(st.integers(0, len(content)))
    cut = bytes(content[: size if data.draw(st.booleans()) else len(content)])
    source = Source.of(cut, name)
    kinds = []
    for found in RecordingParser().parse(source):
        kinds.append(type(found))
        if isinstance(found, Record):
            json.dumps(dict(found.fields), ensure_ascii=False).encode()
            found.message.encode()
        else:
            assert isinstance(found, Issue)
            assert len(found.excerpt) <= 64
            assert found.what.endswith(".")
    assert kinds.count(Record) <= 1
    if name not in ("video.mp4", "video.mkv"):  # moving pictures without a track of sound give nothing
        assert bool(kinds) is RecordingParser().claims(source)
    for known in FORMATS:
        if known.matches(cut[:65536], name):
            _check(known.describe(io.BytesIO(cut), len(cut)), len(cut))


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.name)
def test_size_that_is_more_than_the_stream_holds(known: AudioFormat) -> None:
    for content in CONTENTS.values():
        found = known.describe(io.BytesIO(content), len(content) + 1000)
        assert isinstance(found, (AudioFacts, Undescribed))
