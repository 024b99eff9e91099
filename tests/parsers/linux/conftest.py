"""Writes files of systemd's journal, as small as they may be, for tests."""

from __future__ import annotations

import lzma
import struct
from collections.abc import Callable

import lz4.block
import pytest
import zstandard

from parsers.formats.logs.journal import MAGIC

_HEADER_SIZE = 208
_XZ, _LZ4, _ZSTD, _COMPACT = 1, 2, 4, 16
_PACK: dict[str, tuple[int, Callable[[bytes], bytes]]] = {
    "xz": (_XZ, lzma.compress),
    "lz4": (_LZ4, lambda content: struct.pack("<Q", len(content)) + lz4.block.compress(content, store_size=False)),
    "zstd": (_ZSTD, lambda content: zstandard.ZstdCompressor().compress(content)),
}


@pytest.fixture(scope="session")
def journal() -> Callable[..., bytes]:
    """Writes a journal."""
    return _journal


def _journal(entries: list[tuple[int, dict[str, str]]], *, compact: bool = False, compression: str = "") -> bytes:
    """A journal of some entries.

    Args:
        entries: for each its microseconds since 1970, and its fields.
        compact: whether offsets are of four bytes.
        compression: of fields: ``xz``, ``lz4``, ``zstd``, or none.
    """
    body, tail = b"", 0
    for number, (realtime, fields) in enumerate(entries, 1):
        offsets = []
        for name, value in fields.items():
            offsets.append(_HEADER_SIZE + len(body))
            body += _data(f"{name}={value}".encode(), compact=compact, compression=compression)
        items = b"".join(struct.pack("<I", at) if compact else struct.pack("<2Q", at, 0) for at in offsets)
        tail = _HEADER_SIZE + len(body)
        body += _object(3, 0, struct.pack("<3Q16sQ", number, realtime, number, b"B" * 16, 0) + items)
    flags = _COMPACT if compact else 0
    head = struct.pack("<8s2IB7x", MAGIC, 0, flags, 0) + b"F" * 16 + b"M" * 16 + b"B" * 16 + b"S" * 16
    head += struct.pack("<7Q", _HEADER_SIZE, len(body) + 4096, 0, 0, 0, 0, tail)
    return head.ljust(_HEADER_SIZE, b"\0") + body + b"\0" * 4096


def _data(content: bytes, *, compact: bool, compression: str) -> bytes:
    flag = 0
    if compression:
        flag, pack = _PACK[compression]
        content = pack(content)
    return _object(1, flag, b"\0" * (56 if compact else 48) + content)


def _object(kind: int, flags: int, content: bytes) -> bytes:
    size = 16 + len(content)
    return (struct.pack("<BB6xQ", kind, flags, size) + content).ljust((size + 7) // 8 * 8, b"\0")
