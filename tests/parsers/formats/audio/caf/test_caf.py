"""CAF chunks as writers leave them."""

from __future__ import annotations

import io
import struct

import pytest

from parsers.formats.audio.caf import describe as caf
from parsers.formats.audio.facts import AudioFacts, Ending, Undescribed
from parsers.record import Clock


def _chunk(kind: bytes, content: bytes, length: int | None = None) -> bytes:
    return kind + struct.pack(">q", len(content) if length is None else length) + content


def _caf(coding: bytes, packet: tuple[int, int], *chunks: bytes, rate: float = 16000.0, flags: int = 2) -> bytes:
    description = struct.pack(">d4sIIIII", rate, coding, flags, *packet, 1, 16)
    return b"caff\0\1\0\0" + _chunk(b"desc", description) + b"".join(chunks)


def _facts(content: bytes) -> AudioFacts:
    found = caf.describe(io.BytesIO(content), len(content))
    assert isinstance(found, AudioFacts), found
    return found


def _packets(packets: int, valid: int, priming: int, remainder: int) -> bytes:
    return _chunk(b"pakt", struct.pack(">qqii", packets, valid, priming, remainder) + bytes(packets))


def test_size_that_is_left_open() -> None:
    content = _caf(b"lpcm", (2, 1), _chunk(b"data", bytes(4 + 3200), length=-1))
    found = _facts(content)
    assert (found.codec, found.duration_us) == ("PCM 16-bit little-endian", 100_000)
    assert (found.ending, found.end, found.issue) == (Ending.OPEN, len(content), "")


@pytest.mark.parametrize("stated", [0, 4])
def test_size_that_was_not_written_yet(stated: int) -> None:
    content = _caf(b"lpcm", (2, 1), _chunk(b"data", bytes(4) + b"\1\2" * 1600, length=stated))
    found = _facts(content)
    assert (found.duration_us, found.ending, found.end, found.trailing) == (100_000, Ending.OPEN, len(content), 0)
    assert found.issue == "of unknown length: its header gives none, as when sound is written while it is recorded"


@pytest.mark.parametrize("behind", [b"", _chunk(b"info", b"\0\0\0\1title\0kitchen\0")])
def test_recording_of_no_sound(behind: bytes) -> None:
    found = _facts(_caf(b"lpcm", (2, 1), _chunk(b"data", bytes(4)), behind))
    assert (found.duration_us, found.trailing, found.issue) == (0, 0, "")


def test_packets_of_aac_are_counted_with_what_the_encoder_added() -> None:
    found = _facts(_caf(b"aac ", (0, 1024), _packets(10, 8000, 2112, 128), _chunk(b"data", bytes(500))))
    assert (found.codec, found.duration_us, found.bits) == ("AAC-LC", 640_000, None)
    assert found.notes == (
        "The encoder put 2112 samples of silence before the sound and 128 after it; they are counted in the duration.",
    )


def test_last_packet_of_apple_lossless_may_be_short() -> None:
    found = _facts(_caf(b"alac", (0, 4096), _packets(2, 4800, 0, 3392), _chunk(b"data", bytes(500))))
    assert (found.codec, found.duration_us) == ("Apple Lossless", 300_000)


def test_texts_and_a_time() -> None:
    texts = b"\0\0\0\2title\0kitchen\0recorded date\x002017-07-17T06:12:36Z\0"
    found = _facts(_caf(b"lpcm", (2, 1), _chunk(b"info", texts), _chunk(b"data", bytes(4))))
    assert found.metadata == {"title": "kitchen", "recorded date": "2017-07-17T06:12:36Z"}
    (stamp,) = found.timestamps
    assert (stamp.description, stamp.clock, stamp.timestamp) == (
        "Recorded Time",
        Clock.UNKNOWN,
        1_500_271_956_000_000,
    )


def test_what_is_wrong_is_said() -> None:
    sound = _chunk(b"data", bytes(4 + 3200))
    cut = _facts(_caf(b"lpcm", (2, 1), sound)[:-1600])
    assert (cut.duration_us, cut.ending) == (50_000, Ending.CUT)
    assert _facts(_caf(b"lpcm", (2, 1))).issue == "damaged: it has no data chunk"
    assert _facts(_caf(b"aac ", (0, 1024), sound)).issue == "damaged: its table of packets is not there"
    assert _facts(_caf(b"lpcm", (2, 1), sound, rate=float("nan"))).issue.startswith("damaged: its description gives no")
    assert _facts(_caf(b"lpcm", (2, 1), sound, _chunk(b"free", b"", length=-5))).issue.startswith("damaged: its chunk")
    absurd = _facts(_caf(b"flac", (0, 1 << 30), _packets(2, 1 << 40, 0, 0), sound))
    assert (absurd.codec, absurd.duration_us) == ("FLAC", None)
    assert isinstance(caf.describe(io.BytesIO(b"caff\0\1\0\0desc"), 12), Undescribed)


def test_coding_that_is_not_known_is_named() -> None:
    found = _facts(_caf(b"zzzz", (34, 64), _chunk(b"data", bytes(4 + 340))))
    assert (found.codec, found.duration_us) == ("CAF coding 'zzzz'", 40_000)
