"""Where the parts of a layer III frame lie, and the note that an encoder leaves in the first."""

from __future__ import annotations

from pathlib import Path

import pytest

from parsers.formats.audio.checksums import crc16
from parsers.formats.audio.mpeg import encoder_note, side_information
from parsers.formats.audio.mpeg.encoder_note import EncoderNote
from parsers.formats.audio.mpeg.frames import (
    LAYER_III_LONGEST,
    LAYER_III_SECONDS,
    LAYER_III_THIRDS,
    MpegFrame,
    parse,
)

PLAIN = (Path(__file__).parents[1] / "fixtures" / "cbr_plain.mp3").read_bytes()


def _frame(header: str) -> MpegFrame:
    frame = parse(bytes.fromhex(header))
    assert frame is not None
    return frame


@pytest.mark.parametrize(
    ("header", "at", "length", "bit_rate"),
    [
        ("fffb9064", 4, 32, 128),
        ("fffa9064", 6, 32, 128),  # with a checksum
        ("fffb90c4", 4, 17, 128),
        ("fff33884", 4, 17, 24),
        ("fff238c4", 6, 9, 24),
        ("ffe318c4", 4, 9, 8),
    ],
)
def test_place_of_the_side_information(header: str, at: int, length: int, bit_rate: int) -> None:
    frame = _frame(header)
    assert (frame.side_at, frame.side_length, frame.bit_rate) == (at, length, bit_rate)
    assert frame.is_protected is (at == 6)


def test_what_the_bytes_of_a_layer_iii_header_may_be() -> None:
    assert LAYER_III_SECONDS == (0xE2, 0xE3, 0xF2, 0xF3, 0xFA, 0xFB)
    # 14 bit rates, 3 sample rates, with padding and without, the private bit either way.
    assert len(LAYER_III_THIRDS) == 14 * 3 * 4
    # 320 kbit/s at 32 kHz, with padding.
    assert LAYER_III_LONGEST == _frame("fffbea44").length == 1441
    for second in range(256):
        for third in range(256):
            frame = parse(bytes((0xFF, second, third, 0)))
            is_layer_iii = frame is not None and frame.kind[1] == 3
            assert is_layer_iii is (second in LAYER_III_SECONDS and third in LAYER_III_THIRDS)


def test_side_information_that_cannot_be() -> None:
    frame = parse(PLAIN[:4])
    assert frame is not None
    raw = PLAIN[: frame.length]
    assert side_information.is_possible(raw, frame)
    # More values than there are lines, and a size of coded data beyond the frame.
    assert not side_information.is_possible(raw[:4] + b"\xff" * 9 + raw[13:], frame)
    assert not side_information.is_possible(raw[:4] + b"\0\xff\xff" + bytes(6) + raw[13:], frame)
    # Of one that breaks off nothing is said.
    assert side_information.is_possible(raw[:4] + b"\xff" * 8, frame)


def test_checksum_of_a_frame() -> None:
    header = bytes.fromhex("fffa9064")
    frame, side = _frame("fffa9064"), bytes(range(32))
    right = crc16(header[2:] + side, 0xFFFF).to_bytes(2, "big")

    assert side_information.is_checksum_right(header + right + side, frame) is True
    assert side_information.is_checksum_right(header + right + b"\1" + side[1:], frame) is False
    assert side_information.is_checksum_right(header + right + side[:-1], frame) is None
    assert side_information.is_checksum_right(header + right + side, _frame("fffb9064")) is None


def _note(header: str, at: int, content: bytes) -> EncoderNote | None:
    raw = bytes.fromhex(header)
    return encoder_note.read(raw + bytes(at - len(raw)) + content + bytes(200), _frame(header))


def test_notes_and_where_they_may_lie() -> None:
    xing = b"Xing\0\0\0\3\0\0\0\x09\0\0\x10\0"

    assert _note("fffb9064", 36, xing) == EncoderNote("Xing", 9, 4096)
    assert _note("fffb9064", 38, xing) is None
    # Behind a checksum, or where that would be: encoders do either.
    assert _note("fffa9064", 38, xing) == _note("fffa9064", 36, xing) == EncoderNote("Xing", 9, 4096)
    assert _note("fff238c4", 15, xing) == EncoderNote("Xing", 9, 4096)
    assert _note("fffb9064", 36, b"Info\0\0\0\2\0\0\x10\0") == EncoderNote("Info", None, 4096)
    assert _note("fffb9064", 36, b"Info\0\0\0\0\0\0\x10\0") == EncoderNote("Info", None, None)
    assert _note("fff338c4", 36, b"VBRI" + bytes(6) + b"\0\0\x10\0\0\0\0\x09") == EncoderNote(
        "VBRI", 9, 4096, is_size_sure=False
    )
    assert _note("fffd8404", 36, xing) is None  # layer II


def test_note_with_the_name_and_the_silence_of_its_encoder() -> None:
    tag = b"LAME3.100" + bytes(12) + b"\x24\x02\x88"
    content = b"Info\0\0\0\x0f\0\0\0\1\0\0\0\2" + bytes(104)

    assert _note("fffb9064", 36, content + tag) == EncoderNote(
        "Info", 1, 2, encoder="LAME3.100", delay=576, padding=648
    )
    assert _note("fffb9064", 36, content + b"NOBODY" + tag[6:]) == EncoderNote("Info", 1, 2)
