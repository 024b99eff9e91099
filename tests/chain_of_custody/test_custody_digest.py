from __future__ import annotations

import hashlib
import io
import random
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chain_of_custody import digest
from chain_of_custody.digest import ALGORITHMS, Digests, Hasher, hash_bytes, hash_file, hash_stream

BLOCK = digest.BLOCK_SIZE
INLINE = digest._INLINE_SIZE


def expected(content: bytes, algorithms: tuple[str, ...]) -> dict[str, str]:
    return {name: hashlib.new(name, content).hexdigest() for name in algorithms}


@pytest.mark.parametrize("size", [0, 1, INLINE - 1, INLINE, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 7])
def test_a_stream_hashes_as_hashlib_does(size: int) -> None:
    content = random.Random(size).randbytes(size)
    seen: list[int] = []
    found = hash_stream(io.BytesIO(content), ALGORITHMS, seen.append)
    assert found == Digests(size, expected(content, ALGORITHMS))
    assert seen == [*range(BLOCK, size, BLOCK), *([size] if size else [])]


@given(st.binary(max_size=3000), st.integers(1, 700), st.integers(1, 700))
@settings(max_examples=150, deadline=None)
def test_where_blocks_and_threads_begin_makes_no_difference(content: bytes, block: int, inline: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(digest, "BLOCK_SIZE", block)
        patch.setattr(digest, "_INLINE_SIZE", inline)
        found = hash_stream(io.BytesIO(content), ("sha256", "md5"))
    assert found.size == len(content)
    assert found.values == expected(content, ("sha256", "md5"))


def test_a_stream_is_hashed_from_where_it_stands_and_stays_open() -> None:
    stream = io.BytesIO(b"skipped, hashed")
    stream.seek(9)
    assert hash_stream(stream).sha256 == hashlib.sha256(b"hashed").hexdigest()
    assert not stream.closed


def test_known_digests() -> None:
    assert hash_bytes(b"abc").sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert hash_bytes(b"abc").md5 == "900150983cd24fb0d6963f7d28e17f72"
    assert hash_bytes(b"abc", ["sha1"]) == Digests(3, {"sha1": "a9993e364706816aba3e25717850c26c9cd0d89d"})
    assert hash_bytes(b"abc", ["sha1"]).sha256 is None
    assert hash_bytes(b"abc", ["sha1"]).md5 is None


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "exhibit"
    path.write_bytes(b"exhibit" * 100_000)
    seen: list[int] = []
    assert hash_file(path, progress=seen.append) == hash_bytes(b"exhibit" * 100_000)
    assert seen == [700_000]
    with pytest.raises(FileNotFoundError):
        hash_file(tmp_path / "none")


def test_an_algorithm_asked_for_twice_is_given_once() -> None:
    assert list(hash_bytes(b"", ("sha256", "md5", "sha256")).values) == ["sha256", "md5"]


@pytest.mark.parametrize("name", ["MD5", "crc32", "", "sha-256", "shake_128"])
def test_an_unknown_algorithm_is_refused_by_name(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name!r}; allowed are md5, sha1, sha256, sha512, sha3_256, blake2b"):
        hash_stream(io.BytesIO(), ("sha256", name))


def test_no_algorithm_is_refused() -> None:
    with pytest.raises(ValueError, match="no digest algorithm given"):
        hash_bytes(b"", ())


class Broken(io.RawIOBase):
    """Two blocks, then a read error, as of a damaged medium."""

    def __init__(self) -> None:
        self.left = 2

    def read(self, size: int = -1) -> bytes:
        self.left -= 1
        if self.left < 0:
            raise OSError("input/output error")
        return bytes(size)


def test_a_read_error_passes_through() -> None:
    with pytest.raises(OSError, match="input/output error"):
        hash_stream(Broken())  # type: ignore[arg-type]


class Zeros(io.RawIOBase):
    """A long stream that takes no memory itself."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int = -1) -> bytes:
        size = min(size, self.left)
        self.left -= size
        return bytes(size)


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


def test_memory_stays_flat(traced: None) -> None:
    assert hash_stream(Zeros(64 * BLOCK)).size == 64 * BLOCK  # type: ignore[arg-type]
    assert tracemalloc.get_traced_memory()[1] < 4 * BLOCK


def test_digests_can_be_asked_for_midway_and_after_the_end() -> None:
    with Hasher(("sha256",)) as hasher:
        hasher.update(bytes(INLINE))
        assert hasher.digests() == hash_bytes(bytes(INLINE), ("sha256",))
        hasher.update(b"more")
    assert hasher.digests() == hash_bytes(bytes(INLINE) + b"more", ("sha256",))
