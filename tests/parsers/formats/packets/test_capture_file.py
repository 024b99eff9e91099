"""Captures of packets: known by their first bytes; keys of TLS sessions in them are found whatever the bytes."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.formats.packets.capture_file import holds_tls_keys, is_packet_capture

SECTION = struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)
KEYS = struct.pack("<IIIII", 10, 20, 0x544C534B, 0, 20)


@pytest.mark.parametrize(
    ("head", "known"),
    [
        (bytes.fromhex("d4c3b2a1 02000400 00000000"), True),
        (bytes.fromhex("a1b23c4d 00020004 00000000"), True),
        (SECTION, True),
        (b"\x0a\x0d\x0d\x0a" + bytes(8), False),
        (b"{}", False),
        (b"", False),
    ],
)
def test_a_capture_is_known_by_its_first_bytes(head: bytes, known: bool) -> None:
    assert is_packet_capture(head) is known


def test_keys_are_found_behind_other_blocks() -> None:
    other = struct.pack("<III", 6, 12, 12)
    assert holds_tls_keys(io.BytesIO(SECTION + other * 3 + KEYS))
    assert not holds_tls_keys(io.BytesIO(SECTION + other * 3))
    assert not holds_tls_keys(io.BytesIO(SECTION + KEYS.replace(b"KSLT", b"XXXX")))
    assert not holds_tls_keys(io.BytesIO(SECTION + struct.pack("<III", 6, 0, 0) + KEYS))


@given(st.binary(max_size=200))
def test_any_bytes_can_follow_a_section(content: bytes) -> None:
    holds_tls_keys(io.BytesIO(SECTION + content))
    holds_tls_keys(io.BytesIO(content))
