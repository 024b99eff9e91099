"""A hash tree over many leaves: one root for all, and short proofs that a leaf belongs to it.

The tree is that of RFC 6962 (section 2.1): leaves are hashed with a prefix byte 0 and nodes with a prefix byte 1, so
that they cannot be confused. If the leaves do not fill the tree, the last node of a level moves up unchanged. Levels
are kept in temporary files, so memory does not grow with the number of leaves.

References:
    https://www.rfc-editor.org/rfc/rfc6962#section-2.1
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import IO, Self

#: The size of a hash in bytes.
HASH_SIZE = 32
#: The root of an empty tree: the SHA-256 of nothing.
EMPTY_ROOT = hashlib.sha256().digest()

#: A smaller level is kept in memory. Also the number of bytes to read and write at a time.
_IN_MEMORY = 1 << 20
_BLOCK = 1 << 16
_BUCKETS = 256


def leaf_hash(content: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\0" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over two hashes."""
    return hashlib.sha256(b"\1" + left + right).digest()


class _TemporaryHashes:
    """Hashes in temporary files, which are deleted on close."""

    _files: ExitStack

    def close(self) -> None:
        """Delete the temporary files."""
        self._files.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class HashTree(_TemporaryHashes):
    """The tree over leaf hashes in the given order. Close it, or use it in a ``with`` statement.

    Attributes:
        size: the number of leaves.
        root: its root.

    Raises:
        OSError: there is no room for the temporary files.
    """

    def __init__(self, leaves: Iterable[bytes]) -> None:
        """Build the tree from leaf hashes of :data:`HASH_SIZE` bytes each."""
        self.size = 0
        self._levels: list[IO[bytes]] = []
        self._sizes: list[int] = []
        with ExitStack() as files:
            self._files = files
            self._build(leaves)
            self._files = files.pop_all()
        self.root = self._hash(len(self._levels) - 1, 0) if self.size else EMPTY_ROOT

    def leaf(self, index: int) -> bytes:
        """Return the hash of a leaf. Raises IndexError if it does not exist."""
        if not 0 <= index < self.size:
            raise IndexError(f"the tree has {self.size} leaves, and none of the number {index}")
        return self._hash(0, index)

    def find(self, leaf: bytes) -> int | None:
        """Return a leaf's number in a tree with sorted leaves. None if it is not in the tree."""
        low, high = 0, self.size
        while low < high:
            middle = (low + high) // 2
            if self._hash(0, middle) < leaf:
                low = middle + 1
            else:
                high = middle
        return low if low < self.size and self._hash(0, low) == leaf else None

    def path(self, index: int) -> list[bytes]:
        """Return the hashes that :func:`root_of` needs for a leaf. Raises IndexError as :meth:`leaf` does."""
        self.leaf(index)
        found = []
        for level, size in enumerate(self._sizes):
            beside = index ^ 1
            if beside < size:
                found.append(self._hash(level, beside))
            index >>= 1
        return found

    def _build(self, leaves: Iterable[bytes]) -> None:
        level = self._new_level()
        for leaf in leaves:
            level.write(leaf)
            self.size += 1
        size = self.size
        while True:
            self._sizes.append(size)
            if size <= 1:
                return
            above = self._new_level()
            for block in _blocks(level):
                above.write(_nodes(block))
            level, size = above, (size + 1) // 2

    def _new_level(self) -> IO[bytes]:
        made = _temporary_file(self._files, _IN_MEMORY)
        self._levels.append(made)
        return made

    def _hash(self, level: int, index: int) -> bytes:
        self._levels[level].seek(index * HASH_SIZE)
        return self._levels[level].read(HASH_SIZE)


def root_of(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes | None:
    """Return the root that a path leads to from a leaf. None if no tree of this size has such a path.

    Args:
        index: the leaf's number, from 0.
        size: the number of leaves in the tree.
        leaf: the leaf's hash.
        path: the path from :meth:`HashTree.path`.
    """
    if not 0 <= index < size:
        return None
    found, given = leaf, iter(path)
    while size > 1:
        if index ^ 1 < size:
            beside = next(given, None)
            if beside is None:
                return None
            found = node_hash(beside, found) if index & 1 else node_hash(found, beside)
        index, size = index >> 1, (size + 1) // 2
    return found if next(given, None) is None else None


class SortedHashes(_TemporaryHashes):
    """Takes hashes in any order and returns them sorted. Close it, or use it in a ``with`` statement.

    Hashes are stored by first byte in temporary files; one file at a time is sorted in memory.

    Attributes:
        size: the number of hashes added.
    """

    def __init__(self) -> None:
        self.size = 0
        self._files = ExitStack()
        self._buckets: list[IO[bytes] | None] = [None] * _BUCKETS

    def add(self, hashed: bytes) -> None:
        """Add a hash of :data:`HASH_SIZE` bytes. Raises OSError if there is no room for it."""
        bucket = self._buckets[hashed[0]]
        if bucket is None:
            bucket = _temporary_file(self._files, _BLOCK)
            self._buckets[hashed[0]] = bucket
        bucket.write(hashed)
        self.size += 1

    def __iter__(self) -> Iterator[bytes]:
        for bucket in filter(None, self._buckets):
            bucket.seek(0)
            content = bucket.read()
            yield from sorted(content[at : at + HASH_SIZE] for at in range(0, len(content), HASH_SIZE))


def _temporary_file(stack: ExitStack, in_memory: int) -> IO[bytes]:
    """Create a file that is deleted when the stack closes; up to ``in_memory`` bytes stay in memory."""
    return stack.enter_context(tempfile.SpooledTemporaryFile(in_memory))


def _blocks(level: IO[bytes]) -> Iterator[bytes]:
    level.seek(0)
    while block := level.read(_BLOCK):
        yield block


def _nodes(block: bytes) -> bytes:
    """Return the level above a block of hashes; with an odd number, the last hash moves up unchanged."""
    pairs = (block[at : at + 2 * HASH_SIZE] for at in range(0, len(block), 2 * HASH_SIZE))
    return b"".join(hashlib.sha256(b"\1" + pair).digest() if len(pair) == 2 * HASH_SIZE else pair for pair in pairs)
