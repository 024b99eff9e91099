"""Packet captures, pcap and pcapng: detection, and whether they contain TLS session keys.

References:
    libpcap's manual (pcap-savefile); the PCAP Next Generation draft (draft-ietf-opsawg-pcapng), sections 3.1, 4.1 and
    4.7 (Decryption Secrets Block).
"""

from __future__ import annotations

import struct
from typing import BinaryIO

_PCAP = (b"\xa1\xb2\xc3\xd4", b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x4d\x3c\xb2\xa1")
_SECTION = b"\x0a\x0d\x0d\x0a"
_ORDERS = {b"\x1a\x2b\x3c\x4d": ">", b"\x4d\x3c\x2b\x1a": "<"}
_SECRETS = 0x0000000A
_TLS_KEYS = 0x544C534B
#: Length of the smallest block: type, length, and the length again.
_LEAST = 12
#: Limit on the blocks examined in one capture.
MAX_BLOCKS = 2_000_000


def is_packet_capture(head: bytes) -> bool:
    """Whether a file begins like a packet capture.

    Args:
        head: its first bytes, at least twelve of them.
    """
    return head[:4] in _PCAP or (head[:4] == _SECTION and head[8:12] in _ORDERS)


def holds_tls_keys(stream: BinaryIO) -> bool:
    """Whether a pcapng has a Decryption Secrets Block with TLS session keys. Always False for a pcap.

    Args:
        stream: the file, seekable, at its start.

    Raises:
        OSError: the evidence cannot be read.
    """
    at, order = 0, ""
    for _ in range(MAX_BLOCKS):
        stream.seek(at)
        block = stream.read(16)
        if block[:4] == _SECTION:
            order = _ORDERS.get(block[8:12], "")
        if not order or len(block) < _LEAST:
            return False
        kind, length = struct.unpack_from(f"{order}II", block)
        if length < _LEAST or length % 4:
            return False
        if kind == _SECRETS and block[8:12] == struct.pack(f"{order}I", _TLS_KEYS):
            return True
        at += length
    return False
