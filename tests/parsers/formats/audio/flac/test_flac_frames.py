"""What STREAMINFO, the blocks of metadata and the frames' headers of a FLAC stream say, and how they agree."""

from __future__ import annotations

import io

import pytest

from parsers.formats.audio.checksums import crc8
from parsers.formats.audio.flac.frame_length import measure
from parsers.formats.audio.flac.frames import FlacFrameHeader, parse
from parsers.formats.audio.flac.metadata import MetadataBlock, StreamInfo, metadata_blocks
from parsers.formats.audio.window import Window

INFO = StreamInfo(192, 4096, 14, 9000, 16000, 2, 16, 0)


def _raw_info(info: StreamInfo) -> bytes:
    packed = info.rate << 44 | (info.channels - 1) << 41 | (info.bits - 1) << 36 | info.total
    sizes = info.least_block.to_bytes(2, "big") + info.most_block.to_bytes(2, "big")
    return sizes + info.shortest.to_bytes(3, "big") + info.longest.to_bytes(3, "big") + packed.to_bytes(8, "big")


def _header(codes: int, channels: int, behind: bytes = b"") -> FlacFrameHeader | None:
    raw = b"\xff\xf8" + bytes((codes, channels, 7)) + behind
    return parse(raw + bytes((crc8(raw),)))


def test_stream_info_is_read_whatever_it_says() -> None:
    for info in (INFO, StreamInfo(0, 0, 5, 4, 0, 8, 1, (1 << 36) - 1)):
        assert StreamInfo.parse(_raw_info(info) + bytes(16)) == info
    assert StreamInfo.parse(_raw_info(INFO) + bytes(15)) is None


@pytest.mark.parametrize(
    "change",
    [{"least_block": 15}, {"most_block": 191}, {"rate": 0}, {"bits": 3}, {"shortest": 9001}],
    ids=lambda change: next(iter(change)),
)
def test_what_no_encoder_may_say_is_reported(change: dict[str, int]) -> None:
    assert INFO.is_possible
    assert INFO._replace(shortest=0, longest=0, bits=4, least_block=16).is_possible
    assert not INFO._replace(**change).is_possible


def test_metadata_blocks_up_to_the_last() -> None:
    content = b"fLaC" + b"\0\0\0\x02ab" + b"\x04\0\0\x01c" + b"\x81\0\0\x09"
    window = Window(io.BytesIO(content + b"d"), len(content) + 1)
    blocks = list(metadata_blocks(window, 4))

    assert blocks == [MetadataBlock(4, 0, 2, False), MetadataBlock(10, 4, 1, False), MetadataBlock(15, 1, 9, True)]
    # Of the last, not all is there.
    assert [(block.start, block.end) for block in blocks] == [(8, 10), (14, 15), (19, 28)]
    assert len(list(metadata_blocks(Window(io.BytesIO(content), len(content) - 1), 4))) == 2


def test_headers_that_suit_and_those_that_suit_wholly() -> None:
    # 4096 samples, 16000 Hz by its code, two channels, 16 bits.
    plain = _header(0xC5, 0x18)
    assert plain is not None
    assert (plain.block, plain.rate, plain.bits, plain.writes_rate) == (4096, 16000, 16, False)
    assert (plain.suits(INFO), plain.suits_wholly(INFO)) == (True, True)
    assert (plain.following, plain.verbatim(INFO)) == (8, 4096 * 4)
    # Rate, channels or bits of another stream suit neither way.
    for other in (_header(0xC9, 0x18), _header(0xC5, 0x08), _header(0xC5, 0x1C)):
        assert other is not None
        assert (other.suits(INFO), other.suits_wholly(INFO)) == (False, False)
    # As the stream says.
    unsaid = _header(0xC0, 0x10)
    assert unsaid is not None
    assert (unsaid.rate, unsaid.bits, unsaid.suits_wholly(INFO)) == (0, 0, True)


@pytest.mark.parametrize(
    ("codes", "behind", "rate", "wholly"),
    [
        (0xCC, b"\x10", 16000, True),
        (0xCD, b"\x3e\x80", 16000, True),
        (0xCE, b"\x06\x40", 16000, True),
        (0xCC, b"\x11", 17000, False),
        (0xCC, b"\x00", 0, False),
        (0xD5, b"", 16000, False),  # 8192 samples, more than the stream's blocks have
    ],
)
def test_written_rates_and_long_blocks(codes: int, behind: bytes, rate: int, wholly: bool) -> None:
    header = _header(codes, 0x18, behind)
    assert header is not None
    assert (header.rate, header.writes_rate) == (rate, bool(behind))
    assert (header.suits(INFO), header.suits_wholly(INFO)) == (True, wholly)


def test_bits_of_padding_that_are_not_zero_are_reported() -> None:
    # One constant subframe of 9 bits, with 7 bits of padding: 0 0000000 and then the value.
    header = FlacFrameHeader(192, 1, (0,), 9, 0, 0, False, 0)
    for padding, is_zero in ((0, True), (1, False), (0x40, False)):
        raw = ((0x155 << 7) | padding).to_bytes(3, "big") + bytes(2)
        assert measure(raw + b"more", header, 16) == (5, is_zero)
