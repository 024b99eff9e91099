"""WAVs whose sizes were never filled in or are wrong, of several chunks of data, and of codings in blocks."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest

from parsers.formats.audio.damage import Damage
from parsers.formats.audio.facts import AudioFacts, Ending
from parsers.formats.audio.wav import describe as wav

FIXTURES = Path(__file__).parents[1] / "fixtures"
PCM = struct.pack("<HHIIHH", 1, 1, 16000, 32000, 2, 16)
SOUND = bytes(range(1, 251)) * 128  # 32000 bytes: a second


def _facts(content: bytes) -> AudioFacts:
    found = wav.describe(io.BytesIO(content), len(content))
    assert isinstance(found, AudioFacts), found
    return found


def _chunk(name: bytes, content: bytes, size: int | None = None) -> bytes:
    stated = len(content) if size is None else size
    return name + stated.to_bytes(4, "little") + content + b"\0" * (len(content) & 1)


def _riff(*chunks: bytes, size: int | None = None) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + (len(body) if size is None else size).to_bytes(4, "little") + body


FORM = _chunk(b"fmt ", PCM)


@pytest.mark.parametrize("whole", [0, 36, 32036, 90_000_000, 0x7FFF_FFFF, 0xFFFF_FFFF])
@pytest.mark.parametrize("size", [0, 0x7FFF_FFFF, 0xFFFF_FFFF])
def test_size_that_was_never_filled_in(size: int, whole: int) -> None:
    found = _facts(_riff(FORM, _chunk(b"data", SOUND, size), size=whole))
    assert (found.duration_us, found.end, found.trailing) == (1_000_000, 32044, 0)
    assert found.issue.startswith("of unknown length: ")
    assert found.issue.endswith("32000 bytes of sound are present")


def test_header_says_where_sound_of_no_size_ends() -> None:
    found = _facts(_riff(FORM, _chunk(b"data", SOUND, 0)) + bytes(1000))
    assert (found.duration_us, found.end, found.trailing, found.ending) == (1_000_000, 32044, 1000, Ending.DECLARED)


def test_data_chunk_of_no_bytes() -> None:
    empty = _facts(_riff(FORM, _chunk(b"data", b"")))
    assert (empty.duration_us, empty.issue) == (0, "")
    for chunk in (_chunk(b"LIST", b"INFOINAM\2\0\0\0a\0"), _chunk(b"fact", bytes(4))):
        found = _facts(_riff(FORM, _chunk(b"data", b""), chunk))
        assert (found.duration_us, found.issue, found.trailing) == (0, "", 0)
    before = _facts(_riff(FORM, _chunk(b"data", b""), _chunk(b"data", SOUND)))
    assert (before.duration_us, before.issue) == (1_000_000, "")


@pytest.mark.parametrize("whole", [1, 4, 20, 36, 5000])
def test_header_that_states_too_little(whole: int) -> None:
    found = _facts(_riff(FORM, _chunk(b"data", SOUND), size=whole))
    assert (found.duration_us, found.end, found.trailing) == (1_000_000, 32044, 0)
    assert found.issue == f"damaged: its RIFF header gives {8 + whole} bytes, its sound data reaches to byte 32044"


def test_further_chunks_of_data_are_reported() -> None:
    # As programs do, the first is played alone.
    one, two = _chunk(b"data", SOUND[:16000]), _chunk(b"data", SOUND[16000:])
    found = _facts(_riff(FORM, one, _chunk(b"JUNK", b"x"), two))
    assert (found.duration_us, found.trailing) == (500_000, 0)
    assert found.issue == (
        "of several parts: a further data chunk, from byte 16062 on, of 16000 bytes of sound that programs do not play"
    )
    more = _facts(_riff(FORM, one, two, two))
    assert more.issue == (
        "of several parts: 2 further data chunks, from byte 16052 on, of 32000 bytes of sound that programs do not play"
    )


def test_data_before_its_format() -> None:
    found = _facts(_riff(_chunk(b"data", SOUND), FORM))
    assert (found.duration_us, found.rate_hz, found.issue) == (1_000_000, 16000, "")


def test_chunk_of_odd_size_that_is_not_padded() -> None:
    odd = _chunk(b"LIST", b"INFOx")[:-1]
    found = _facts(_riff(FORM, odd, _chunk(b"data", SOUND)))
    assert (found.duration_us, found.issue, found.damage) == (1_000_000, "", ())
    assert f"The chunk at byte {12 + len(FORM) + len(odd)} follows one of odd size that is not padded." in found.notes


def test_name_of_a_chunk_that_is_damaged_hides_no_other() -> None:
    found = _facts(_riff(FORM, _chunk(b"\xb3IST", b"INFO"), _chunk(b"data", SOUND)))
    assert (found.duration_us, found.damage) == (1_000_000, (Damage(36, 8),))


@pytest.mark.parametrize(
    ("form", "block", "samples"),
    [
        # tag, channels, rate, bytes a second, block, bits, bytes that follow, samples of a block
        (struct.pack("<HHIIHHHH", 0x11, 1, 8000, 4000, 256, 4, 2, 505), 256, 505),
        (struct.pack("<HHIIHHHH", 0x11, 2, 22050, 22000, 2048, 4, 2, 2041), 2048, 2041),
        (struct.pack("<HHIIHH", 0x11, 2, 22050, 1, 2048, 4), 2048, 2041),
        (struct.pack("<HHIIHHHH", 2, 1, 11025, 5600, 256, 4, 2, 500), 256, 500),
        (struct.pack("<HHIIHH", 2, 2, 44100, 0, 1024, 4), 1024, 1012),
        (struct.pack("<HHIIHHHH", 0x31, 1, 8000, 1625, 65, 0, 2, 320), 65, 320),
    ],
)
def test_codings_in_blocks_need_no_fact(form: bytes, block: int, samples: int) -> None:
    rate = int.from_bytes(form[4:8], "little")
    for stated in (None, 0, 0xFFFF_FFFF):
        fact = b"" if stated is None else _chunk(b"fact", stated.to_bytes(4, "little"))
        found = _facts(_riff(_chunk(b"fmt ", form), fact, _chunk(b"data", bytes(block * 10))))
        assert found.duration_us == (samples * 10 * 1_000_000 + rate // 2) // rate
    trimmed = _chunk(b"fact", (samples * 10 - 3).to_bytes(4, "little"))
    found = _facts(_riff(_chunk(b"fmt ", form), trimmed, _chunk(b"data", bytes(block * 10))))
    assert found.duration_us == ((samples * 10 - 3) * 1_000_000 + rate // 2) // rate


def test_frames_of_mpeg_audio_are_counted() -> None:
    frames = (FIXTURES / "cbr_plain.mp3").read_bytes()
    form = struct.pack("<HHIIHH", 0x55, 2, 44100, 99, 1, 0)
    found = _facts(_riff(_chunk(b"fmt ", form), _chunk(b"data", frames)))
    assert (found.duration_us, found.rate_hz, found.channels) == (684_000, 16000, 1)
    bad = bytearray(frames)
    bad[540] ^= 0xFF
    found = _facts(_riff(_chunk(b"fmt ", form), _chunk(b"data", bytes(bad))))
    assert found.duration_us == 648_000
    assert found.notes == ("108 bytes of its sound, in 1 places, are no frame of MPEG audio.",)


def test_block_size_that_is_not_stated() -> None:
    form = struct.pack("<HHIIHH", 1, 2, 8000, 0, 0, 24)
    found = _facts(_riff(_chunk(b"fmt ", form), _chunk(b"data", bytes(6 * 8000))))
    assert found.duration_us == 1_000_000
    assert found.issue == "damaged: its format gives no sample rate, channels or block size"
