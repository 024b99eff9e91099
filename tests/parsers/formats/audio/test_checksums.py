"""Checksums against the standards' own words and check values."""

from __future__ import annotations

import random

from parsers.formats.audio.checksums import crc8, crc16, crc32_of_ogg


def _by_the_bit(data: bytes, polynomial: int, width: int, value: int = 0) -> int:
    top, mask = 1 << (width - 1), (1 << width) - 1
    for byte in data:
        value ^= byte << (width - 8)
        for _ in range(8):
            value = (value << 1 ^ polynomial if value & top else value << 1) & mask
    return value


def test_checksums_are_those_of_the_standards() -> None:
    source = random.Random(3)
    data = [source.randbytes(length) for length in (0, 1, 2, 3, 27, 500)]
    for each in (*data, b"a", b"123456789", bytes(range(256))):
        assert crc8(each) == _by_the_bit(each, 0x07, 8)
        assert crc16(each) == _by_the_bit(each, 0x8005, 16)
        assert crc16(each, 0xFFFF) == _by_the_bit(each, 0x8005, 16, 0xFFFF)
        assert crc32_of_ogg(each) == _by_the_bit(each, 0x04C11DB7, 32)


def test_check_values() -> None:
    # Those by which CRC-16/UMTS, CRC-16/CMS and CRC-8/SMBUS are known.
    assert crc16(b"123456789") == 0xFEE8
    assert crc16(b"6789", crc16(b"12345")) == 0xFEE8
    assert crc16(b"123456789", 0xFFFF) == 0xAEE7
    assert crc8(b"123456789") == 0xF4
