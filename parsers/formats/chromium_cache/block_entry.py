"""Entries of Chromium's block-file cache, and the nodes that hold their usage times.

References:
    net/disk_cache/blockfile/disk_format.h of Chromium; checked against what Chromium 156 wrote.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from parsers.formats.chromium_cache.block_address import NODES, SIZES, Address
from parsers.formats.chromium_cache.block_files import BlockError, BlockFiles
from parsers.formats.chromium_cache.cache_key import MAX_KEY
from parsers.formats.chromium_cache.hashes import super_fast_hash

_FORM = struct.Struct("<IIIiiiqiI4i4II16xI")
#: Offset of the key in an entry, and the maximum length of a key stored there.
KEY_AT = 96
_INNER_KEY = 4 * 256 - KEY_AT - 1
_HASHED = 92
#: Meanings of an entry's state.
STATES = {0: "normal", 1: "evicted", 2: "doomed"}
#: The streams of an entry.
NOTE, BODY, MADE = 0, 1, 2


class CacheEntry(NamedTuple):
    """A cache entry.

    Attributes:
        address: its own address.
        key_hash: hash of the key, as recorded.
        following: address of the next entry in the same hash bucket.
        node: address of the node with its times.
        reused: how often it was reused, as recorded.
        state: see :data:`STATES`.
        created: microseconds since 1601 UTC.
        key: the key; if ``long_key`` is set, only what the entry itself holds.
        key_size: its length, as recorded.
        long_key: address of a key too long for the entry.
        sizes: lengths of the streams, in bytes.
        streams: their addresses.
        flags: 1 for the parent of a sparse body, 2 for a child.
        intact: whether the entry matches its own hash.
    """

    address: Address
    key_hash: int
    following: Address
    node: Address
    reused: int
    state: int
    created: int
    key: bytes
    key_size: int
    long_key: Address
    sizes: tuple[int, ...]
    streams: tuple[Address, ...]
    flags: int
    intact: bool

    def has_key(self, key: bytes) -> bool:
        """Whether a key matches the hash in the entry."""
        return super_fast_hash(key) == self.key_hash


def parse(content: bytes, address: Address) -> CacheEntry | None:
    """Parse an entry from its blocks; None if the bytes cannot be one."""
    if len(content) < 256:
        return None
    found = _FORM.unpack_from(content)
    state, created, key_size = found[5], found[6], found[7]
    long_key = Address(found[8])
    if state not in STATES or created <= 0 or not 0 < key_size <= MAX_KEY:
        return None
    if not long_key and key_size > _INNER_KEY:
        return None
    return CacheEntry(
        address,
        found[0],
        Address(found[1]),
        Address(found[2]),
        found[3],
        state,
        created,
        content[KEY_AT : KEY_AT + key_size],
        key_size,
        long_key,
        found[9:13],
        tuple(Address(value) for value in found[13:17]),
        found[17],
        super_fast_hash(content[:_HASHED]) == found[18],
    )


def whole_key(entry: CacheEntry, files: BlockFiles) -> bytes:
    """The complete key of an entry, wherever it is stored.

    Raises:
        BlockError: the address of a long key is invalid.
        OSError: the evidence cannot be read.
    """
    return files.read(entry.long_key, entry.key_size) if entry.long_key else entry.key


class RankingsNode(NamedTuple):
    """Usage times of an entry: microseconds since 1601 UTC, 0 for never."""

    used: int = 0
    modified: int = 0


def node(entry: CacheEntry, files: BlockFiles) -> RankingsNode:
    """The node of an entry; an empty one if it is missing or belongs to another entry.

    Raises:
        OSError: the evidence cannot be read.
    """
    if not entry.node or entry.node.kind != NODES:
        return RankingsNode()
    try:
        content = files.read(entry.node, SIZES[NODES])
    except BlockError:
        return RankingsNode()
    if len(content) < SIZES[NODES]:
        return RankingsNode()
    used, modified, _, _, contents = struct.unpack_from("<qqIII", content)
    return RankingsNode(used, modified) if contents == entry.address.value else RankingsNode()
