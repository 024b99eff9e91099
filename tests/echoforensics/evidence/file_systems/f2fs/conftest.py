"""Small F2FS images, made by the tests' own code after Linux's include/linux/f2fs_fs.h, and volumes in memory."""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from echoforensics.evidence.media.media import Media, ReadImage
from echoforensics.evidence.volume import Volume
from echoforensics.evidence.volumes.pieces import contiguous

ROOT = 3
EXTRA, INODE_CHECKSUM, FLEXIBLE, CRTIME, SB_CHECKSUM, COMPRESSION = 0x8, 0x20, 0x40, 0x100, 0x800, 0x2000


def crc(data: bytes, seed: int = 0xF2F52010) -> int:
    """Bit by bit, as the kernel's crc32_le is defined, but for zlib's table."""
    return zlib.crc32(data, seed ^ 0xFFFFFFFF) ^ 0xFFFFFFFF


class F2fsImage:
    """An image in the making. Segments have 16 blocks, so that it stays small."""

    segment = 16

    def __init__(self, block_size: int = 4096, features: int = EXTRA | SB_CHECKSUM, payload: int = 0) -> None:
        self.size = block_size
        self.features = features
        self.payload = payload
        self.checkpoint, self.sit, self.nat_area, self.ssa, self.main = 16, 48, 80, 144, 160
        self.main_segments = 12
        self.end = self.main + self.main_segments * self.segment
        self.blocks: dict[int, bytes] = {}
        self.nat: dict[int, tuple[int, int]] = {}
        self.old_nat: dict[int, tuple[int, int]] = {}
        self.journal: dict[int, tuple[int, int]] = {}
        self.orphans: list[int] = []
        self.flags = 0x1 | 0x4
        self.large_bitmap = False
        self.uuid = bytes(range(16))
        self._next = self.main

    @property
    def per_node(self) -> int:
        return (self.size - 24) // 4

    @property
    def per_inode(self) -> int:
        return (self.size - 360 - 20 - 24) // 4

    def put(self, data: bytes, at: int | None = None) -> int:
        """Lay a block into the main area."""
        block = self._next if at is None else at
        self._next = max(self._next, block) + 1
        self.blocks[block] = data.ljust(self.size, b"\0")
        return block

    def content(self, data: bytes) -> list[int]:
        return [self.put(data[at : at + self.size]) for at in range(0, len(data), self.size)]

    def node(self, number: int, inode: int, numbers: Sequence[int]) -> int:
        body = struct.pack(f"<{len(numbers)}I", *numbers).ljust(self.size - 24, b"\0")
        block = self.put(body + struct.pack("<IIIQI", number, inode, 0, 1, 0))
        self.nat[number] = (inode, block)
        return block

    def inode(
        self,
        number: int,
        mode: int = stat.S_IFREG | 0o640,
        size: int = 0,
        numbers: Sequence[int] = (),
        nodes: Sequence[int] = (),
        inline: bytes | None = None,
        links: int = 1,
        name: bytes = b"",
        folder: int = ROOT,
        advice: int = 0,
        flags: int = 0,
        extra: int = 36,
        xattr: int = 0,
        compression: tuple[int, int] = (0, 2),
        nanoseconds: int = 123456789,
        seal: bool = True,
    ) -> int:
        """An inode and its place in the node address table; its block."""
        how = (0x20 if extra else 0) | (0x1 if xattr else 0)
        if inline is not None:
            how |= 0x4 if stat.S_ISDIR(mode) else 0x2
        times = (1_600_000_001, 1_600_000_002, 1_600_000_003)
        head = struct.pack("<HBBIIIQQqqqIIII", mode, advice, how, 0, 0, links, size, 0, *times, *[nanoseconds] * 3, 77)
        head += struct.pack("<IIIII", 0, 0, flags, folder, len(name)) + name.ljust(256, b"\0") + bytes(12)
        body = bytearray(head.ljust(self.size - 24, b"\0"))
        if extra:
            fields = (extra, xattr, 0, 0, 1_500_000_000, 5, 0, *compression, 0)
            body[360 : 360 + extra] = struct.pack("<HHIIqIQBBH", *fields).ljust(extra, b"\0")[:extra]
        at = 360 + extra
        if inline is not None:
            body[at + 4 : at + 4 + len(inline)] = inline
        else:
            struct.pack_into(f"<{len(numbers)}I", body, at, *numbers)
        struct.pack_into(f"<{len(nodes)}I", body, 360 + 4 * self.per_inode, *nodes)
        body += struct.pack("<IIIQI", number, number, 0, 1, 0)
        if self.features & INODE_CHECKSUM and seal:
            seed = crc(struct.pack("<II", number, 77), crc(self.uuid, 0xFFFFFFFF))
            struct.pack_into("<I", body, 368, crc(bytes(body), seed))
        block = self.put(bytes(body))
        self.nat[number] = (number, block)
        return block

    def names(self, entries: Sequence[tuple[Any, ...]], room: int | None = None) -> bytes:
        """A block of names: (name, inode, type, whether it stands, hash)."""
        length = room or self.size
        count = length * 8 // (19 * 8 + 1)
        block = bytearray(length)
        first, at = length - 19 * count, 0
        for name, inode, kind, *rest in entries:
            live, code = (*rest, True, 0)[:2] if len(rest) != 1 else (rest[0], 0)
            wide = -(-len(name) // 8)
            struct.pack_into("<IIHB", block, first + 11 * at, code, inode, len(name), kind)
            block[first + 11 * count + 8 * at : first + 11 * count + 8 * at + len(name)] = name
            for slot in range(at, at + wide):
                block[slot >> 3] |= live << (slot & 7)
            at += wide
        return bytes(block)

    def folder(self, number: int, entries: Sequence[tuple[Any, ...]], folder: int = ROOT, **more: Any) -> int:
        """A folder whose names are in one block."""
        block = self.put(self.names([(b".", number, 2), (b"..", folder, 2), *entries]))
        return self.inode(number, stat.S_IFDIR | 0o755, self.size, [block], links=2, folder=folder, **more)

    def build(self, versions: tuple[int, int] = (7, 6)) -> bytearray:
        """The image: both superblocks, both checkpoints (a version of 0 leaves one out), tables and blocks."""
        image = bytearray(self.end * self.size)
        for block in (0, 1):
            image[block * self.size + 1024 : block * self.size + 1024 + 3072] = self.superblock()
        per_block = self.size // 9
        # The second place of the table's first block counts; the first place holds what was true before.
        for table, place in ((self.old_nat, self.nat_area), (self.nat, self.nat_area + self.segment)):
            for number, (inode, at) in table.items():
                shift = number // per_block * self.size + number % per_block * 9
                struct.pack_into("<BII", image, place * self.size + shift, 0, inode, at)
        for index, version in enumerate(versions):
            if version:
                pack = self.pack(version)
                start = (self.checkpoint + index * self.segment) * self.size
                image[start : start + len(pack)] = pack
        for block, data in self.blocks.items():
            image[block * self.size : (block + 1) * self.size] = data
        return image

    def superblock(self) -> bytes:
        segments = (self.end - self.checkpoint) // self.segment
        log_block = self.size.bit_length() - 1
        head = struct.pack("<IHHIIIIIIIQ", 0xF2F52010, 1, 16, 9, log_block - 9, log_block, 4, 1, 1, 3068, self.end)
        head += struct.pack("<7I", segments, segments, 2, 2, 4, 1, self.main_segments)
        areas = (self.checkpoint, self.checkpoint, self.sit, self.nat_area, self.ssa, self.main)
        head += struct.pack("<9I", *areas, ROOT, 1, 2) + self.uuid
        block = bytearray(head.ljust(3072, b"\0"))
        struct.pack_into("<I", block, 1664, self.payload)
        struct.pack_into("<I", block, 2180, self.features)
        struct.pack_into("<I", block, 3068, crc(bytes(block[:3068])))
        return bytes(block)

    def pack(self, version: int) -> bytes:
        """A checkpoint: head, payload, orphans, summaries, tail."""
        orphans = struct.pack(f"<{len(self.orphans)}I", *self.orphans).ljust(self.size - 16, b"\0")
        orphans += struct.pack("<IHHII", 0, 1, 1, len(self.orphans), 0)
        listed = [orphans] if self.orphans else []
        entries = b"".join(struct.pack("<IBII", n, 0, *place) for n, place in self.journal.items())
        journal = struct.pack("<H", len(self.journal)) + entries
        if self.flags & 0x4:
            summaries = [journal.ljust(self.size, b"\0")]
        else:
            hot = (bytes(self.size // 8 * 7) + journal).ljust(self.size, b"\0")
            summaries = [hot] + [bytes(self.size)] * (5 if self.flags & 0x21 else 2)
        total = 2 + self.payload + len(listed) + len(summaries)
        flags = self.flags | (0x2 if self.orphans else 0) | (0x400 if self.large_bitmap else 0)
        head = self.head(version, flags, total, 1 + self.payload + len(listed))
        payload = [bytes(self.size)] * self.payload
        return b"".join([head, *payload, *listed, *summaries, head])

    def head(self, version: int, flags: int, total: int, summaries: int) -> bytes:
        block = bytearray(self.size)
        place = 192 if self.large_bitmap else self.size - 4
        struct.pack_into("<Q", block, 0, version)
        struct.pack_into("<III", block, 132, flags, total, summaries)
        struct.pack_into("<III", block, 156, 64, 256, place)
        at = 196 if self.large_bitmap else 192 if self.payload else 192 + 64
        block[at : at + 256] = b"\xff" * 256
        rest = (
            crc(bytes(block[place + 4 :]), crc(bytes(block[:place])))
            if self.large_bitmap
            else crc(bytes(block[:place]))
        )
        struct.pack_into("<I", block, place, rest)
        return bytes(block)


@pytest.fixture(scope="session")
def f2fs_image() -> type[F2fsImage]:
    """What makes an image."""
    return F2fsImage


@pytest.fixture(scope="session")
def volume_of() -> Callable[[bytes | bytearray], Volume]:
    """A volume whose bytes are in memory."""

    def make(content: bytes | bytearray) -> Volume:
        raw = bytes(content)
        image = ReadImage(len(raw), lambda at, size: raw[at : at + size], lambda: None)
        return contiguous(Media("raw image", image, ()), "", "test", 0, len(raw), "whole")

    return make
