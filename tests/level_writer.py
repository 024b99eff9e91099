"""Writes the files of a LevelDB database."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

from parsers.formats.leveldb.checksum import masked_crc32c


def varint(number: int) -> bytes:
    made = bytearray()
    while number > 127:
        made.append(number & 127 | 128)
        number >>= 7
    return bytes((*made, number))


def sized(content: bytes) -> bytes:
    return varint(len(content)) + content


class LevelWriter:
    """Writes the files of a LevelDB database as its documents describe them."""

    BLOCK = 32768

    @staticmethod
    def batch(sequence: int, *writes: tuple[bytes, bytes | None]) -> bytes:
        """A batch of puts, and of deletions where a value is None."""
        made = struct.pack("<QI", sequence, len(writes))
        for key, value in writes:
            made += bytes((value is not None,)) + sized(key) + (b"" if value is None else sized(value))
        return made

    @classmethod
    def log(cls, *records: bytes) -> bytes:
        """A log of records, in fragments where they reach beyond a block."""
        made = bytearray()
        for record in records:
            for kind, piece in cls._fragments(record, made):
                content = bytes((kind,)) + piece
                made += struct.pack("<IH", masked_crc32c(content), len(piece)) + content
        return bytes(made)

    @classmethod
    def _fragments(cls, record: bytes, made: bytearray) -> Iterator[tuple[int, bytes]]:
        first, rest = True, record
        while True:
            room = cls.BLOCK - len(made) % cls.BLOCK
            if room < 7:
                made += bytes(room)
                room = cls.BLOCK
            piece, rest = rest[: room - 7], rest[room - 7 :]
            yield (2 if first else 3) if rest else (1 if first else 4), piece
            first = False
            if not rest:
                return

    @staticmethod
    def block(items: list[tuple[bytes, bytes]], every: int = 16) -> bytes:
        """A block of keys and values, its keys shortened between restart points."""
        made, restarts, before = bytearray(), [], b""
        for number, (key, value) in enumerate(items):
            shared = 0
            if number % every == 0:
                restarts.append(len(made))
            else:
                length = min(len(before), len(key))
                differing = int.from_bytes(before[:length], "big") ^ int.from_bytes(key[:length], "big")
                shared = length - (differing.bit_length() + 7) // 8
            made += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
            before = key
        return bytes(made) + struct.pack(f"<{len(restarts)}I", *restarts) + struct.pack("<I", len(restarts))

    @classmethod
    def table(
        cls,
        writes: list[tuple[bytes, int, bytes | None]],
        kind: int = 0,
        compress: Callable[[bytes], bytes] = bytes,
        per_block: int = 20,
        every: int = 16,
    ) -> bytes:
        """A table of keys, sequence numbers and values (None for a deletion)."""
        items = [
            (key + struct.pack("<Q", sequence << 8 | (value is not None)), value or b"")
            for key, sequence, value in writes
        ]
        made, index = bytearray(), []

        def put(content: bytes, kind: int) -> bytes:
            at = len(made)
            content += bytes((kind,))
            made.extend(content + struct.pack("<I", masked_crc32c(content)))
            return varint(at) + varint(len(content) - 1)

        for start in range(0, len(items), per_block):
            lot = items[start : start + per_block]
            index.append((lot[-1][0], put(compress(cls.block(lot, every)), kind)))
        handles = put(cls.block([]), 0) + put(cls.block(index, 1), 0)
        return bytes(made) + handles.ljust(40, b"\0") + struct.pack("<Q", 0xDB4775248B80FB57)

    @classmethod
    def manifest(
        cls, log: int, tables: tuple[int, ...] = (), removed: tuple[int, ...] = (), order: bytes = b"leveldb.Bytewise"
    ) -> bytes:
        """A MANIFEST of one edit that gives the order of keys and the log, and one for each table."""
        edits = [b"\x01" + sized(order) + b"\x02" + varint(log) + b"\x09\x00\x03" + varint(99) + b"\x04\x63"]
        ends = sized(b"a" * 9) + sized(b"z" * 9)
        edits += [b"\x07\x00" + varint(number) + varint(1000) + ends for number in (*tables, *removed)]
        edits += [b"\x06\x00" + varint(number) + b"\x05\x01" + sized(b"k" * 9) for number in removed]
        return cls.log(*edits)
