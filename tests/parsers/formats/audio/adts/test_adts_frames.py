"""What the header of an ADTS frame says, and what in it cannot be."""

from __future__ import annotations

import pytest

from parsers.formats.audio.adts.frames import RATES, SECOND_AND_THIRD_BYTES, AdtsHeader, parse


def _raw(second: int, third: int, channels: int, length: int, blocks: int = 1) -> bytes:
    word = 0xFF << 48 | second << 40 | (third | channels >> 2) << 32 | (channels & 3) << 30
    return (word | length << 13 | 0x7FF << 2 | blocks - 1).to_bytes(7, "big")


@pytest.mark.parametrize(
    ("second", "blocks", "size"), [(0xF1, 1, 7), (0xF0, 1, 9), (0xF0, 4, 15), (0xF9, 4, 7), (0xF8, 2, 11)]
)
def test_headers(second: int, blocks: int, size: int) -> None:
    # AAC-LC, 16000 Hz, stereo.
    header = parse(_raw(second, 1 << 6 | 8 << 2, 2, 300, blocks))

    assert header is not None
    assert header == AdtsHeader(header.fixed, 1, RATES.index(16000), 2, 300, blocks, size)
    assert header.fixed == 0xFFF << 16 | (second & 15) << 12 | 0x60 << 4 | 2 << 2
    assert (header.kind, header.is_protected, header.is_as_defined) == ((1, 8, 2), second in (0xF0, 0xF8), True)


def test_frames_with_no_room_for_sound() -> None:
    for length, is_one, has_content in ((6, False, False), (7, True, False), (8, True, False), (9, True, True)):
        header = parse(_raw(0xF1, 0x60, 1, length))
        assert (header is not None) is is_one
        assert header is None or header.has_content is has_content
    for length, is_one, has_content in ((8, False, False), (9, True, False), (16, True, False), (17, True, True)):
        header = parse(_raw(0xF0, 0x60, 1, length, 4))
        assert (header is not None) is is_one
        assert header is None or header.has_content is has_content


def test_fourth_profile_is_of_mpeg_4_alone() -> None:
    for second, is_as_defined in ((0xF0, True), (0xF1, True), (0xF8, False), (0xF9, False)):
        header = parse(_raw(second, 3 << 6, 1, 99))
        assert header is not None
        assert header.is_as_defined is is_as_defined


def test_second_and_third_bytes_are_those_of_headers() -> None:
    listed = {(second, third) for seconds, thirds in SECOND_AND_THIRD_BYTES for second in seconds for third in thirds}
    found = set()
    for second in range(256):
        for third in range(256):
            header = parse(_raw(second, third & 0xFE, 1, 99)[:2] + bytes([third]) + _raw(0, 0, 1, 99)[3:])
            if header is not None and header.is_as_defined:
                found.add((second, third))
    assert found == listed


@pytest.mark.parametrize(("channels", "may"), [(0, {0, 1, 2, 3, 4, 5, 6}), (1, {0, 2, 4, 5, 6}), (2, {1, 2, 4, 5, 6})])
def test_elements_that_a_block_may_begin_with(channels: int, may: set[int]) -> None:
    header = parse(_raw(0xF1, 0x60, channels, 99))
    assert header is not None
    assert {element for element in range(8) if header.may_begin_block(bytes([element << 5]))} == may
    assert header.may_begin_block(b"")
