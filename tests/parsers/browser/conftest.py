"""Caches made byte by byte as Chromium's and OkHttp's sources describe them."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from parsers.formats.chromium_cache.hashes import super_fast_hash
from parsers.locator import resolve
from parsers.parser import Parser, Source
from parsers.record import Issue, Record

#: 2017-07-13 08:00:00.123456 UTC and so on, in microseconds since 1601.
SENT = 13_144_406_400_123_456
CAME = SENT + 250_000
USED = SENT + 60_000_000
CREATED = SENT - 1_000
HEADER_MAGIC = 0xFCFB6D1BA7725C30
END_MAGIC = 0xF4FA6F45970D41D8
PART_MAGIC = 0xEB97BF016553676B

Files = dict[str, bytes]


def http_info(
    headers: tuple[str, ...] = ("Content-Type: application/json",),
    status: str = "HTTP/1.1 200 OK",
    sent: int = SENT,
    came: int = CAME,
    first: int | None = None,
    truncated: bool = False,
) -> bytes:
    """A note on an answer, of version 3; with further flags where the first response's time is given."""
    flags = 3 | (1 << 12 if truncated else 0)
    payload = struct.pack("<I", flags)
    if first is not None:
        payload = struct.pack("<II", flags | 1 << 31, 1 << 2)
    payload += struct.pack("<qq", sent, came)
    payload += b"" if first is None else struct.pack("<q", first)
    raw = "\0".join((status, *headers, "", "")).encode()
    payload += struct.pack("<I", len(raw)) + raw + bytes(-len(raw) % 4)
    return struct.pack("<I", len(payload)) + payload


def simple_name(key: str) -> str:
    return hashlib.sha1(key.encode()).digest()[7::-1].hex()


def simple_header(key: str, version: int = 5, packed: bool = False) -> bytes:
    raw = key.encode()
    head = struct.pack("<QIII", HEADER_MAGIC, version, len(raw), super_fast_hash(raw))
    return head + (b"" if packed else bytes(4)) + raw


def simple_end(content: bytes, flags: int = 1, packed: bool = False) -> bytes:
    return struct.pack("<QIII", END_MAGIC, flags, zlib.crc32(content), len(content)) + (b"" if packed else bytes(4))


def simple_main(key: str, info: bytes, body: bytes, packed: bool = False, sha: bool = True) -> bytes:
    """A ``_0`` file."""
    digest = hashlib.sha256(key.encode()).digest() if sha else b""
    return b"".join(
        (
            simple_header(key, packed=packed),
            body,
            simple_end(body, packed=packed),
            info,
            digest,
            simple_end(info, 3 if sha else 1, packed),
        )
    )


def simple_parts(key: str, parts: list[tuple[int, bytes]]) -> bytes:
    """A ``_s`` file."""
    made = simple_header(key, 9)
    for start, content in parts:
        made += struct.pack("<QqqII", PART_MAGIC, start, len(content), zlib.crc32(content), 0) + content
    return made


def simple_index(entries: Mapping[str, int], changed: int = USED) -> bytes:
    """An index of names and when each was last used."""
    payload = struct.pack("<QIQQI", 0x656E74657220796F, 9, len(entries), 4096, 0)
    for name, used in entries.items():
        payload += bytes.fromhex(name)[::-1] + struct.pack("<qQ", used, 0x100)
    payload += struct.pack("<q", changed)
    return struct.pack("<II", len(payload), zlib.crc32(payload)) + payload


@dataclass
class Block:
    """An entry to be written into a block-file cache."""

    key: str
    streams: tuple[bytes, bytes, bytes] = (b"", b"", b"")
    state: int = 0
    flags: int = 0
    linked: bool = True
    allocated: bool = True
    created: int = CREATED


@dataclass
class BlockMaker:
    """Writes a block-file cache: index, data_0 to data_3, and files of their own."""

    table: int = 256
    sizes: tuple[int, ...] = (36, 256, 1024, 4096)
    blocks: dict[int, list[bytes]] = field(default_factory=lambda: {0: [], 1: [], 2: [], 3: []})
    used: dict[int, list[bool]] = field(default_factory=lambda: {0: [], 1: [], 2: [], 3: []})
    own: Files = field(default_factory=dict)

    def put(self, number: int, content: bytes, allocated: bool = True) -> int:
        size = self.sizes[number]
        count = max(1, -(-len(content) // size))
        at = len(self.blocks[number])
        padded = content.ljust(count * size, b"\0")
        self.blocks[number] += [padded[i * size : (i + 1) * size] for i in range(count)]
        self.used[number] += [allocated] * count
        return 0x80000000 | (number + 1) << 28 | (count - 1) << 24 | number << 16 | at

    def stream(self, content: bytes, allocated: bool) -> int:
        if not content:
            return 0
        for number in (1, 2, 3):
            if len(content) <= 4 * self.sizes[number]:
                return self.put(number, content, allocated)
        name = len(self.own) + 1
        self.own[f"f_{name:06x}"] = content
        return 0x80000000 | name

    def entry(self, block: Block, following: int) -> int:
        raw = block.key.encode()
        addresses = [self.stream(content, block.allocated) for content in block.streams] + [0]
        long_key = self.stream(raw, block.allocated) if len(raw) > 927 else 0
        inner = b"" if long_key else raw + b"\0"
        at = len(self.blocks[1])
        count = max(1, -(-(96 + len(inner)) // 256))
        own = 0x80000000 | 2 << 28 | (count - 1) << 24 | 1 << 16 | at
        node = struct.pack("<qqIIIi", USED, CAME, 0, 0, own, 0)
        node_at = self.put(0, node + struct.pack("<I", super_fast_hash(node)), block.allocated)
        sizes = [len(content) for content in block.streams] + [0]
        made = struct.pack(
            "<IIIiiiqiI4i4II16x", super_fast_hash(raw), following, node_at, 2, 0, block.state, block.created, len(raw),
            long_key, *sizes, *addresses, block.flags,
        )  # fmt: skip
        assert self.put(1, made + struct.pack("<I", super_fast_hash(made)) + inner, block.allocated) == own
        return own

    def files(self, blocks: list[Block]) -> Files:
        table = [0] * self.table
        for block in blocks:
            place = super_fast_hash(block.key.encode()) & (self.table - 1)
            own = self.entry(block, table[place] if block.linked else 0)
            if block.linked:
                table[place] = own
        header = struct.pack(
            "<IIiIiiIiiiqq", 0xC103CAC3, 0x30000, len(blocks), 0, len(self.own), 1, 0, self.table, 0, 0, CREATED, 0
        )
        made = {"index": header.ljust(368, b"\0") + struct.pack(f"<{self.table}I", *table)}
        for number, size in enumerate(self.sizes):
            head = struct.pack("<IIhhiii", 0xC104CAC3, 0x20000, number, 0, size, len(self.blocks[number]), 1024)
            bits = bytearray(8192 - 80)
            for block_number, used in enumerate(self.used[number]):
                bits[block_number // 8] |= used << block_number % 8
            made[f"data_{number}"] = head.ljust(80, b"\0") + bytes(bits) + b"".join(self.blocks[number])
        return made | self.own


def block_part(start: int, content: bytes, signature: int) -> bytes:
    """The third stream of a part: which of its bytes are there."""
    first, whole = start // 1024, len(content) // 1024
    bits = bytearray(128)
    for block in range(first, first + whole):
        bits[block // 8] |= 1 << block % 8
    rest = len(content) % 1024
    return struct.pack("<QIiii40x", signature, 0xC103CAC3, 0, first + whole, rest) + bytes(bits)


class Made:
    """Everything the tests build caches with."""

    http_info = staticmethod(http_info)
    simple_name = staticmethod(simple_name)
    simple_header = staticmethod(simple_header)
    simple_end = staticmethod(simple_end)
    simple_main = staticmethod(simple_main)
    simple_parts = staticmethod(simple_parts)
    simple_index = staticmethod(simple_index)
    block_part = staticmethod(block_part)
    Block = Block
    BlockMaker = BlockMaker
    SENT, CAME, USED, CREATED = SENT, CAME, USED, CREATED


@pytest.fixture(scope="session")
def made() -> Any:
    return Made


@pytest.fixture(scope="session")
def read_cache() -> Callable[..., tuple[list[Record], list[Issue]]]:
    """Reads a file with those beside it that one of the parsers claims, and follows every locator."""

    def read(files: Files, path: str, *parsers: Parser) -> tuple[list[Record], list[Issue]]:
        def source(at: str) -> Source | None:
            if at not in files:
                return None
            content = files[at]
            return Source(at, len(content), content[:65536], lambda: io.BytesIO(content), beside)

        def beside(at: str) -> Source | None:
            found = source(at)
            return found if found and any(parser.claims(found) for parser in parsers) else None

        main = source(path)
        assert main is not None
        claiming = [parser for parser in parsers if parser.claims(main)]
        assert claiming, f"{path} is not claimed"
        found = [item for parser in claiming for item in parser.parse(main)]
        folder = path.rpartition("/")[0]
        for item in found:
            inside = item.file if isinstance(item, Record) and item.file else ""
            content = files[f"{folder}/{inside}".removeprefix("/") if inside else path]
            resolve(io.BytesIO(content), item.locator)
            for timestamp in item.timestamps if isinstance(item, Record) else ():
                resolve(io.BytesIO(content), timestamp.locator)
        return [one for one in found if isinstance(one, Record)], [one for one in found if isinstance(one, Issue)]

    return read
