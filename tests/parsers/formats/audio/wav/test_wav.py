"""WAV headers as writers leave them, and as an attacker might."""

from __future__ import annotations

import io
import struct

import pytest

from parsers.formats.audio.facts import AudioFacts, Ending, Undescribed
from parsers.formats.audio.tagging.tags import MAX_TAGS, MAX_TEXT
from parsers.formats.audio.wav import describe as wav

PCM = struct.pack("<HHIIHH", 1, 1, 16000, 32000, 2, 16)


def _chunk(kind: bytes, content: bytes, length: int | None = None) -> bytes:
    size = len(content) if length is None else length
    return kind + size.to_bytes(4, "little") + content + (b"\0" if len(content) & 1 else b"")


def _riff(*chunks: bytes, size: int | None = None) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + (len(body) if size is None else size).to_bytes(4, "little") + body


def _facts(content: bytes) -> AudioFacts:
    found = wav.describe(io.BytesIO(content), len(content))
    assert isinstance(found, AudioFacts)
    return found


def test_empty_recording_is_whole() -> None:
    found = _facts(_riff(_chunk(b"fmt ", PCM), _chunk(b"data", b"")))
    assert (found.duration_us, found.issue, found.end, found.ending) == (0, "", 44, Ending.DECLARED)


@pytest.mark.parametrize("data_length", [0, 0xFFFFFFFF, 0x7FFFF000])
@pytest.mark.parametrize("riff_length", [0, 36, 0xFFFFFFFF, 0x7FFFF024])
def test_streamed(riff_length: int, data_length: int) -> None:
    content = _riff(_chunk(b"fmt ", PCM), _chunk(b"data", bytes(3200), data_length), size=riff_length)
    found = _facts(content)
    assert found.issue.startswith("of unknown length: its header gives none")
    assert found.issue.endswith("; 3200 bytes of sound are present")
    assert (found.duration_us, found.end, found.ending, found.trailing) == (100_000, 3244, Ending.OPEN, 0)


def test_unsized_header_with_sized_sound_ends_with_the_sound() -> None:
    content = _riff(_chunk(b"fmt ", PCM), _chunk(b"data", bytes(3200)), size=0) + b"RIFF foreign"
    found = _facts(content)
    assert found.issue == "not finished: its RIFF header gives no length, though its sound data does"
    assert (found.end, found.trailing, found.duration_us) == (3244, 12, 100_000)


def test_empty_data_before_other_chunks_is_empty() -> None:
    found = _facts(_riff(_chunk(b"fmt ", PCM), _chunk(b"data", b""), _chunk(b"JUNK", bytes(100))))
    assert (found.issue, found.duration_us) == ("", 0)


def test_sound_beyond_the_riff_length() -> None:
    found = _facts(_riff(_chunk(b"fmt ", PCM), _chunk(b"data", bytes(3200)), size=100))
    assert found.issue == "damaged: its RIFF header gives 108 bytes, its sound data reaches to byte 3244"
    assert (found.end, found.duration_us) == (3244, 100_000)


def test_cut_behind_the_sound_says_that_the_sound_is_complete() -> None:
    content = _riff(_chunk(b"fmt ", PCM), _chunk(b"data", bytes(320)), _chunk(b"JUNK", bytes(100)))[:-50]
    found = _facts(content)
    assert found.issue == "truncated: 422 of 472 bytes are present; its sound data is complete"
    assert found.duration_us == 10_000


def test_odd_length_with_and_without_its_padding_byte() -> None:
    eight = struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8)
    padded = _riff(_chunk(b"fmt ", eight), _chunk(b"data", bytes(801)))
    bare = _riff(_chunk(b"fmt ", eight), _chunk(b"data", bytes(801))[:-1])
    uncounted = bare + b"\0"
    for content in (padded, bare, uncounted):
        found = _facts(content)
        assert (found.issue, found.end, found.trailing, found.duration_us) == ("", len(content), 0, 100_125)


def test_damaged_chunk() -> None:
    content = _riff(_chunk(b"fmt ", PCM), b"\x01\x02\x03\x04\0\0\0\0", _chunk(b"data", bytes(320)))
    found = _facts(content)
    # Its size is right, so that the next chunk is found.
    assert found.full_issue == "damaged: 8 bytes in 1 place are no header of a chunk (8 bytes at byte 36)"
    assert (found.end, found.duration_us) == (len(content), 10_000)
    lost = _facts(_riff(_chunk(b"fmt ", PCM), b"\x01\x02\x03\x04\1\1\0\0", _chunk(b"data", bytes(320))))
    assert lost.issue == "damaged: there is no chunk at byte 36, where one is due"
    assert lost.duration_us is None


def test_without_data_chunk() -> None:
    found = _facts(_riff(_chunk(b"fmt ", PCM), _chunk(b"JUNK", bytes(10))))
    assert (found.issue, found.duration_us) == ("damaged: it has no data chunk", None)


@pytest.mark.parametrize("content", [_riff(_chunk(b"data", bytes(320))), _riff(_chunk(b"fmt ", PCM[:10])), _riff()])
def test_without_readable_format(content: bytes) -> None:
    found = wav.describe(io.BytesIO(content), len(content))
    assert found == Undescribed(
        "A RIFF/WAVE header without a readable fmt chunk: the coding of the sound is not known."
    )


@pytest.mark.parametrize(
    ("tag", "channels", "rate", "block"), [(1, 0, 16000, 2), (1, 1, 0, 2), (1, 1, 16000, 0), (3, 0, 0, 0)]
)
def test_format_of_zeros(tag: int, channels: int, rate: int, block: int) -> None:
    layout = struct.pack("<HHIIHH", tag, channels, rate, 0, block, 16)
    found = _facts(_riff(_chunk(b"fmt ", layout), _chunk(b"data", bytes(320))))
    assert found.issue == "damaged: its format gives no sample rate, channels or block size"
    assert found.duration_us in (None, 10_000)


def test_part_of_a_sample_is_reported() -> None:
    found = _facts(_riff(_chunk(b"fmt ", PCM), _chunk(b"data", bytes(321))))
    assert (found.duration_us, found.issue, found.notes) == (
        10_000,
        "",
        ("The last 1 bytes are less than one sample.",),
    )


@pytest.mark.parametrize(
    ("tag", "bits", "codec"),
    [
        (1, 8, "PCM 8-bit unsigned"),
        (1, 24, "PCM 24-bit little-endian"),
        (3, 64, "PCM 64-bit float little-endian"),
        (6, 8, "A-law"),
        (7, 8, "mu-law"),
        (0x31, 0, "GSM 6.10"),
        (0x55, 0, "MPEG Layer III"),
        (0x1234, 16, "WAVE format 0x1234"),
    ],
)
def test_codec_names(tag: int, bits: int, codec: str) -> None:
    layout = struct.pack("<HHIIHH", tag, 1, 8000, 8000, 1, bits)
    found = _facts(_riff(_chunk(b"fmt ", layout), _chunk(b"data", bytes(8000))))
    assert (found.codec, found.bits, found.duration_us) == (codec, bits or None, 1_000_000)


def test_extensible_of_an_unknown_sub_format() -> None:
    layout = struct.pack("<HHIIHHHHI", 0xFFFE, 1, 8000, 16000, 2, 16, 22, 12, 0) + bytes(range(16))
    found = _facts(_riff(_chunk(b"fmt ", layout), _chunk(b"data", bytes(1600))))
    assert (found.codec, found.bits, found.duration_us) == ("WAVE format 0xFFFE", 12, 100_000)


def test_extensible_with_reversed_numbers() -> None:
    guid = struct.pack(">IHH", 3, 0, 16) + bytes.fromhex("800000aa00389b71")
    form = struct.pack(">HHIIHHHHI", 0xFFFE, 2, 8000, 64000, 8, 32, 22, 32, 3) + guid
    body = b"WAVEfmt " + len(form).to_bytes(4, "big") + form + b"data" + (6400).to_bytes(4, "big") + bytes(6400)
    found = _facts(b"RIFX" + len(body).to_bytes(4, "big") + body)
    assert (found.codec, found.channels, found.duration_us) == ("PCM 32-bit float big-endian", 2, 100_000)


def test_sample_count_that_fits_no_truncated_sound_is_not_used() -> None:
    layout = struct.pack("<HHIIHH", 0x11, 1, 8000, 4000, 256, 4)
    fact = _chunk(b"fact", (8000).to_bytes(4, "little"))
    whole = _riff(_chunk(b"fmt ", layout), fact, _chunk(b"data", bytes(4000)))
    # Fifteen blocks of 505 samples and one of 313 are there.
    assert _facts(whole).duration_us == 986_000
    less = _chunk(b"fact", (7600).to_bytes(4, "little"))
    assert _facts(_riff(_chunk(b"fmt ", layout), less, _chunk(b"data", bytes(4000)))).duration_us == 950_000
    cut = _facts(whole[:-2000])
    assert cut.duration_us == 493_000


def test_chunks_that_are_not_read_are_named() -> None:
    found = _facts(_riff(_chunk(b"fmt ", PCM), _chunk(b"iXML", b"<x/>"), _chunk(b"data", bytes(320))))
    assert found.notes == ("Its chunk 'iXML' of 4 bytes was not read.",)


def test_many_and_long_tags_are_bounded() -> None:
    info = b"INFO" + b"".join(_chunk(b"I%03d" % number, b"x" * 10) for number in range(400))
    long = b"INFO" + _chunk(b"ICMT", b"y" * 10_000)
    found = _facts(_riff(_chunk(b"fmt ", PCM), _chunk(b"LIST", long), _chunk(b"LIST", info), _chunk(b"data", b"")))
    assert len(found.metadata) == MAX_TAGS
    assert len(found.metadata["ICMT"]) == MAX_TEXT
    assert found.notes == (
        "1 of its tags were cut at 4096 characters.",
        "145 of its tags were left out: unreadable, or beyond what is kept.",
    )


def test_info_size_beyond_the_list_and_the_file() -> None:
    info = b"INFO" + b"INAM" + (0xFFFFFFF0).to_bytes(4, "little") + b"name"
    found = _facts(_riff(_chunk(b"fmt ", PCM), _chunk(b"LIST", info), _chunk(b"data", bytes(320))))
    assert (found.metadata, found.issue, found.duration_us) == ({"INAM": "name"}, "", 10_000)


@pytest.mark.parametrize("day", ["0000-00-00", "2017-13-01", "2017-02-30", "today     ", "          "])
def test_bext_without_a_date(day: str) -> None:
    bext = bytes(256 + 32 + 32) + day.encode() + b"25:00:00" + bytes(256)
    found = _facts(_riff(_chunk(b"fmt ", PCM), _chunk(b"bext", bext), _chunk(b"data", b"")))
    assert found.timestamps == ()


def test_bext_cut_short() -> None:
    found = _facts(_riff(_chunk(b"fmt ", PCM), _chunk(b"bext", bytes(100)), _chunk(b"data", b"")))
    assert found.notes == ("1 of its tags were left out: unreadable, or beyond what is kept.",)


def test_a_huge_recording_is_not_read() -> None:
    class Sparse(io.RawIOBase):
        """A WAV of 1.5 GiB of which only the header exists."""

        head = _riff(_chunk(b"fmt ", PCM), b"data" + (0x6000_0000).to_bytes(4, "little"), size=0x6000_0024)
        position = read_bytes = 0

        def seek(self, offset: int, whence: int = 0) -> int:
            assert whence == 0
            self.position = offset
            return offset

        def read(self, size: int = -1) -> bytes:
            piece = self.head[self.position : self.position + size].ljust(size, b"\0")
            self.position += size
            self.read_bytes += size
            return piece

    stream = Sparse()
    found = wav.describe(stream, 0x6000_002C)  # type: ignore[arg-type]
    assert isinstance(found, AudioFacts)
    assert (found.issue, found.duration_us) == ("", 50_331_648_000)
    assert stream.read_bytes < 1_000_000


def _large(kind: bytes, whole: int, sound: int, content: bytes, riff: int = 0xFFFFFFFF) -> bytes:
    sizes = b"ds64" + (28).to_bytes(4, "little") + struct.pack("<QQQI", whole, sound, 0, 0)
    data = _chunk(b"data", content, 0xFFFFFFFF)
    return kind + riff.to_bytes(4, "little") + b"WAVE" + sizes + _chunk(b"fmt ", PCM) + data


@pytest.mark.parametrize("kind", [b"RF64", b"BW64"])
def test_sizes_of_64_bits(kind: bytes) -> None:
    content = _large(kind, 12 + 36 + 24 + 3200, 3200, bytes(3200))
    found = _facts(content + b"foreign")
    assert (found.duration_us, found.issue, found.end, found.ending) == (100_000, "", len(content), Ending.DECLARED)
    assert found.notes == (f"Its header begins with {kind.decode()}.",)
    cut = _facts(content[:-1600])
    assert (cut.duration_us, cut.ending) == (50_000, Ending.CUT)
    assert cut.issue == f"truncated: {len(content) - 1600} of {len(content)} bytes are present"


def test_sizes_of_64_bits_that_are_not_there_or_absurd() -> None:
    for whole, sound in ((0, 0), (1 << 63, 1 << 63), (0xFFFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF)):
        found = _facts(_large(b"RF64", whole, sound, bytes(3200)))
        assert (found.duration_us, found.ending) == (100_000, Ending.OPEN)
        assert found.issue.startswith("of unknown length: its header gives none")


def test_reversed_numbers() -> None:
    form = struct.pack(">HHIIHH", 1, 1, 16000, 32000, 2, 16)
    body = b"WAVEfmt " + (16).to_bytes(4, "big") + form + b"LIST" + (14).to_bytes(4, "big")
    body += b"INFOINAM" + (2).to_bytes(4, "big") + b"ab" + b"data" + (3200).to_bytes(4, "big") + bytes(3200)
    content = b"RIFX" + len(body).to_bytes(4, "big") + body
    assert wav.matches(content, "")
    found = _facts(content)
    assert (found.codec, found.rate_hz, found.duration_us) == ("PCM 16-bit big-endian", 16000, 100_000)
    assert (found.end, found.issue, found.metadata) == (len(content), "", {"INAM": "ab"})


@pytest.mark.parametrize(("tag", "codec"), [(0x5346, "Flash ADPCM"), (0xF1AC, "FLAC"), (0x7777, "WAVE format 0x7777")])
def test_the_samples_counted_by_the_header_go_before_a_byte_rate_that_is_not_of_the_sound(tag: int, codec: str) -> None:
    form = struct.pack("<HHIIHH", tag, 1, 16000, 16000, 2, 16)
    whole = _riff(_chunk(b"fmt ", form), _chunk(b"fact", struct.pack("<I", 27200)), _chunk(b"data", bytes(10134)))
    found = _facts(whole)
    assert (found.codec, found.duration_us) == (codec, 1_700_000)
    assert "the average byte rate in it gives another" in found.notes[-1]
    assert "reckoned from the average byte rate" in _facts(whole[:5000]).notes[-1]
