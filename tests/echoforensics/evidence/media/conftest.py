"""Disks in memory, and what every reader of a storage format is held to."""

from __future__ import annotations

import hashlib
import random
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from echoforensics.errors import SourceError
from echoforensics.evidence.entry import Entry
from echoforensics.evidence.media.media import Media
from echoforensics.evidence.media.opener import open_image
from echoforensics.evidence.source import open_source
from parsers.parser import HEAD_SIZE

FILES = {"local/log/messages": b"line\n" * 3000, "local/system/volume": b"129", "log/empty": b""}
MEBIBYTE = 1024 * 1024


@pytest.fixture(scope="session")
def disk_bytes() -> bytes:
    """3 MiB with a table of one partition: some of it random, some of one byte, most of it zeros."""
    drawn = random.Random(7)
    disk = bytearray(3 * MEBIBYTE)
    disk[446:462] = struct.pack("<B3sB3sII", 0, bytes(3), 0x83, bytes(3), 8, 5000)
    disk[510:512] = b"\x55\xaa"
    disk[8192 : 8192 + 300_000] = drawn.randbytes(300_000)
    disk[MEBIBYTE : MEBIBYTE + 200_000] = b"a line of a log\n" * 12_500
    disk[2 * MEBIBYTE : 2 * MEBIBYTE + 8192] = b"\xab" * 8192
    disk[-5000:] = drawn.randbytes(5000)
    return bytes(disk)


@pytest.fixture
def opened(open_files: Callable[[Path], list[str]]) -> Callable[[Path], Media]:
    """Opens an image by its first bytes. Where that is refused nothing may stay open."""

    def open_it(path: Path) -> Media:
        before = open_files(path.parent)
        with path.open("rb") as stream:
            head = stream.read(HEAD_SIZE)
        media, refused = None, None
        try:
            media = open_image(path, head)
        except SourceError as error:
            refused = error
        if refused is not None:
            # The error still holds the frames of the call, and what is open in them.
            assert open_files(path.parent) == before
            raise refused
        assert media is not None
        return media

    return open_it


@pytest.fixture
def assert_same_bytes() -> Callable[[Media, bytes], None]:
    """That media are these bytes: whole by SHA-256, and at places drawn by chance."""

    def check(media: Media, content: bytes) -> None:
        assert media.size == len(content)
        with media.stream() as stream:
            whole = hashlib.sha256()
            while block := stream.read(100_000):
                whole.update(block)
        assert whole.hexdigest() == hashlib.sha256(content).hexdigest()
        drawn = random.Random(11)
        for _ in range(100):
            at, size = drawn.randrange(len(content)), drawn.choice((1, 511, 4096, 70_000))
            assert media.read(at, size) == content[at : at + size]
        assert media.read(len(content) - 3, 100) == content[-3:]
        assert media.read(len(content), 1) == b""

    return check


@pytest.fixture
def ext_image(tmp_path: Path, make_image: Callable[..., Path]) -> Path:
    """An ext4 image of 2 MiB with FILES."""
    folder = tmp_path / "content"
    for name, content in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return make_image(folder, "ext4", 2)


@pytest.fixture
def assert_walks() -> Callable[[Path], None]:
    """That a source has the files of ``ext_image``."""

    def check(path: Path) -> None:
        source = open_source(path)
        found: dict[str, bytes] = {}
        for item in source.container.entries():
            assert isinstance(item, Entry), item
            if item.opener is not None:
                with item.opener() as stream:
                    found[item.path] = stream.read()
        source.close()
        assert found == FILES

    return check
