"""Computes digests of evidence: one read, all algorithms at once."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

#: Every supported algorithm, by its name in :mod:`hashlib`.
ALGORITHMS = ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b")

#: SHA-256 is the digest to rely on. MD5 is computed only to match older exhibits.
DEFAULT_ALGORITHMS = ("md5", "sha256")

#: How many bytes to read at a time.
BLOCK_SIZE = 4 << 20

#: How many blocks may wait or be hashed while the next is read. With one, the slowest algorithm stands still each time
#: the reader and the others are not ready at the moment that it is: MD5 and SHA-256 of 1 GiB took 1.84 s by the clock
#: with one, 1.50 with two, and as much with four.
_AHEAD = 2

#: Blocks shorter than this are hashed directly: passing them to a thread takes longer than hashing them.
_INLINE_SIZE = 256 << 10


@dataclass(frozen=True, slots=True)
class Digests:
    """The digests of some bytes.

    Attributes:
        size: the number of bytes hashed.
        values: maps each algorithm to its hexadecimal digest in lower case.
    """

    size: int
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def sha256(self) -> str | None:
        """The SHA-256 digest in hexadecimal, or None if it was not requested."""
        return self.values.get("sha256")

    @property
    def md5(self) -> str | None:
        """The MD5 digest in hexadecimal, or None if it was not requested."""
        return self.values.get("md5")


class Hasher:
    """Hashes consecutive blocks, each algorithm in its own thread.

    :meth:`update` returns while its block, and perhaps the one before, is still being hashed, so that the caller can
    read the next one. Use it as a context manager: leaving it ends the threads.

    Args:
        algorithms: names from :data:`ALGORITHMS`.

    Raises:
        ValueError: an algorithm is unknown, or none is given.
    """

    def __init__(self, algorithms: Iterable[str] = DEFAULT_ALGORITHMS) -> None:
        names = tuple(dict.fromkeys(algorithms))
        unknown = [name for name in names if name not in ALGORITHMS]
        if unknown or not names:
            wrong = f"unknown digest algorithm {unknown[0]!r}" if unknown else "no digest algorithm given"
            raise ValueError(f"{wrong}; allowed are {', '.join(ALGORITHMS)}")
        # Hardened systems refuse MD5 and SHA-1 unless they are marked as not used for security.
        self._hashes = {name: hashlib.new(name, usedforsecurity=False) for name in names}
        # Made when the first large block comes: most files have none.
        self._threads: dict[str, ThreadPoolExecutor] = {}
        self._pending: deque[list[Future[None]]] = deque()
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def update(self, block: bytes) -> None:
        """Hash the next bytes."""
        self._size += len(block)
        if len(block) < _INLINE_SIZE:
            self._wait(0)
            for each in self._hashes.values():
                each.update(block)
            return
        self._wait(_AHEAD - 1)
        if not self._threads:
            self._threads = {name: ThreadPoolExecutor(1, thread_name_prefix="digest") for name in self._hashes}
        self._pending.append([self._threads[name].submit(each.update, block) for name, each in self._hashes.items()])

    def digests(self) -> Digests:
        """Return the digests of everything hashed so far."""
        self._wait(0)
        return Digests(self._size, {name: each.hexdigest() for name, each in self._hashes.items()})

    def close(self) -> None:
        """End the threads. Digests remain available, but large blocks can no longer be added."""
        for thread in self._threads.values():
            thread.shutdown()

    def _wait(self, left: int) -> None:
        """Wait until no more than so many blocks are still being hashed."""
        while len(self._pending) > left:
            for future in self._pending.popleft():
                future.result()


def hash_stream(
    stream: BinaryIO,
    algorithms: Iterable[str] = DEFAULT_ALGORITHMS,
    progress: Callable[[int], None] | None = None,
    watch: Callable[[bytes], None] | None = None,
) -> Digests:
    """Hash a stream from its position to its end in a single read.

    Args:
        stream: a binary stream; neither rewound nor closed.
        algorithms: names from :data:`ALGORITHMS`.
        progress: called with the bytes read so far, after each block.
        watch: called with each block while it is being hashed, for other code that needs the bytes.

    Raises:
        ValueError: an algorithm is unknown, or none is given.
        OSError: the stream cannot be read.
    """
    done = 0
    with Hasher(algorithms) as hasher:
        while block := stream.read(BLOCK_SIZE):
            hasher.update(block)
            if watch is not None:
                watch(block)
            done += len(block)
            if progress is not None:
                progress(done)
        return hasher.digests()


def hash_file(
    path: Path,
    algorithms: Iterable[str] = DEFAULT_ALGORITHMS,
    progress: Callable[[int], None] | None = None,
) -> Digests:
    """Hash the file at ``path``, which is opened read-only. See :func:`hash_stream`."""
    with path.open("rb", buffering=0) as stream:
        return hash_stream(stream, algorithms, progress)


def hash_bytes(content: bytes, algorithms: Iterable[str] = DEFAULT_ALGORITHMS) -> Digests:
    """Hash bytes in memory. Raises ValueError as :func:`hash_stream` does."""
    with Hasher(algorithms) as hasher:
        hasher.update(content)
        return hasher.digests()
