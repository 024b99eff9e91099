from __future__ import annotations

import bz2
import gzip
import lzma
import os
import random
import tracemalloc
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from echoforensics.errors import SourceError
from echoforensics.evidence.limits import Budget, ExpansionLimitError
from echoforensics.evidence.media.compressed_image import gzip_bytes
from echoforensics.evidence.media.compressed_image.gzip_bytes import GzipBytes
from echoforensics.evidence.media.compressed_image.spool import Spool
from echoforensics.evidence.media.file_bytes import FileBytes
from echoforensics.evidence.media.media import Media
from echoforensics.evidence.media.opener import open_image
from echoforensics.evidence.source import open_source

Open = Callable[[Path], Media]
AssertSameBytes = Callable[[Media, bytes], None]
MEBIBYTE = 1024 * 1024


def in_members(compress: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    return lambda disk: b"".join(compress(disk[at : at + MEBIBYTE]) for at in range(0, len(disk), MEBIBYTE))


def zstd_unsized(disk: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_content_size=False).compress(disk)


SKIPPABLE = b"\x50\x2a\x4d\x18\x04\0\0\0rest"
FORMS: dict[str, tuple[str, Callable[[bytes], bytes], bool]] = {
    "gz": ("gzip", gzip.compress, False),
    "gz in members": ("gzip", in_members(gzip.compress), False),
    "gz and padding": ("gzip", lambda disk: gzip.compress(disk) + bytes(1000), False),
    "xz": ("xz", lzma.compress, True),
    "xz in streams": ("xz", in_members(lzma.compress), False),
    "xz in streams, padded": ("xz", in_members(lambda part: lzma.compress(part) + bytes(8)), False),
    "zstd": ("zstd", zstandard.compress, True),
    "zstd of unknown length": ("zstd", zstd_unsized, True),
    "zstd in frames": ("zstd", in_members(zstandard.compress), False),
    "zstd in frames, some skipped": (
        "zstd",
        lambda d: SKIPPABLE + in_members(zstandard.compress)(d) + SKIPPABLE,
        False,
    ),
    "zstd of one frame behind a skipped one": ("zstd", lambda d: SKIPPABLE + zstandard.compress(d), True),
    "bz2": ("bzip2", bz2.compress, True),
    "bz2 in streams": ("bzip2", in_members(bz2.compress), True),
}


@pytest.mark.parametrize("form", FORMS)
def test_compressed_disks_are_read(
    form: str, tmp_path: Path, disk_bytes: bytes, opened: Open, assert_same_bytes: AssertSameBytes
) -> None:
    name, compress, spooled = FORMS[form]
    path = tmp_path / "disk.img.packed"
    path.write_bytes(compress(disk_bytes))

    media = opened(path)

    assert (media.kind, media.segments, media.is_raw) == (f"raw image compressed with {name}", (path,), False)
    assert_same_bytes(media, disk_bytes)
    assert media.issues == ()
    assert [note.startswith("it is compressed in one piece") for note in media.notes] == [True] * spooled
    media.close()


def test_xz_in_blocks_is_read_by_its_index(
    tmp_path: Path, disk_bytes: bytes, run_program: Callable[..., str], opened: Open, assert_same_bytes: AssertSameBytes
) -> None:
    path = tmp_path / "disk.img"
    path.write_bytes(disk_bytes)
    run_program("xz", "--block-size=512KiB", path)

    media = opened(tmp_path / "disk.img.xz")

    assert_same_bytes(media, disk_bytes)
    assert (media.issues, media.notes) == ((), ())


@pytest.mark.parametrize("form", ["gz", "xz in streams", "zstd", "bz2"])
def test_file_systems_in_them_walk(
    form: str, tmp_path: Path, ext_image: Path, assert_walks: Callable[[Path], None]
) -> None:
    path = tmp_path / "data.img.packed"
    path.write_bytes(FORMS[form][1](ext_image.read_bytes()))

    assert_walks(path)
    media = open_source(path).hash(("sha256",)).media
    assert media == open_source(ext_image).hash(("sha256",)).whole


@pytest.mark.parametrize("form", ["gz", "xz"])
def test_compressed_android_sparse_image_is_read(
    form: str,
    tmp_path: Path,
    ext_image: Path,
    run_program: Callable[..., str],
    opened: Open,
    assert_same_bytes: AssertSameBytes,
) -> None:
    run_program("img2simg", ext_image, tmp_path / "x.simg")
    path = tmp_path / "x.simg.packed"
    path.write_bytes(FORMS[form][1]((tmp_path / "x.simg").read_bytes()))

    media = opened(path)

    assert media.kind == f"Android sparse image compressed with {FORMS[form][0]}"
    assert_same_bytes(media, ext_image.read_bytes())
    assert media.issues == ()


@pytest.mark.parametrize("form", FORMS)
def test_compressed_documents_are_no_disks(form: str, tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(FORMS[form][1](b"a line\n" * 100_000))

    assert open_image(path, path.read_bytes()[:65536]) is None


@pytest.mark.parametrize(
    ("form", "cut", "least"),
    [("gz", 100_000, 2_000_000), ("xz", 100_000, 2_000_000), ("zstd", 100_000, 1_500_000), ("bz2", 100_000, 2_000_000)],
)
def test_what_breaks_off_is_read_up_to_there(form: str, cut: int, least: int, tmp_path: Path, opened: Open) -> None:
    disk = bytearray(random.Random(2).randbytes(3 * MEBIBYTE))
    disk[512:520] = b"EFI PART"
    path = tmp_path / "x"
    path.write_bytes(FORMS[form][1](bytes(disk))[:-cut])

    media = opened(path)

    assert least < media.size < len(disk)
    assert media.read(0, media.size) == disk[: media.size]
    (issue,) = media.issues
    assert (
        issue
        == f"the compressed data breaks off at byte {path.stat().st_size}; {media.size} bytes of content were read"
    )


@pytest.mark.parametrize("form", ["gz", "xz", "bz2"])
def test_damage_ends_what_is_read_and_is_reported(form: str, tmp_path: Path, disk_bytes: bytes, opened: Open) -> None:
    packed = bytearray(FORMS[form][1](disk_bytes))
    packed[-6] ^= 0x10  # gzip and bzip2: a checksum; xz: its footer
    path = tmp_path / "x"
    path.write_bytes(packed)

    media = opened(path)

    assert media.read(0, media.size) == disk_bytes[: media.size]
    assert len(media.issues) == 1
    assert "damaged" in media.issues[0]


@pytest.mark.parametrize("form", ["xz in streams", "zstd in frames"])
def test_damaged_block_is_a_hole(form: str, tmp_path: Path, opened: Open) -> None:
    disk = bytearray(random.Random(2).randbytes(3 * MEBIBYTE))
    disk[512:520] = b"EFI PART"
    packed = bytearray(FORMS[form][1](bytes(disk)))
    at = packed.index(disk[MEBIBYTE + 500_000 : MEBIBYTE + 500_020])
    packed[at : at + 4] = bytes(4)
    path = tmp_path / "x"
    if form.startswith("zstd"):
        parts = [
            zstandard.ZstdCompressor(write_checksum=True).compress(disk[o : o + MEBIBYTE])
            for o in range(0, len(disk), MEBIBYTE)
        ]
        packed = bytearray(b"".join(parts))
        packed[packed.index(disk[MEBIBYTE + 500_000 : MEBIBYTE + 500_020])] ^= 1
    path.write_bytes(packed)

    media = opened(path)

    assert media.read(0, media.size) == disk[:MEBIBYTE] + bytes(MEBIBYTE) + disk[2 * MEBIBYTE :]
    (issue,) = media.issues
    assert f"bytes {MEBIBYTE} to {2 * MEBIBYTE - 1} of the media could not be read and are given as zeros" in issue


def test_bytes_behind_gzip_data_are_reported(
    tmp_path: Path, disk_bytes: bytes, opened: Open, assert_same_bytes: AssertSameBytes
) -> None:
    path = tmp_path / "x.gz"
    path.write_bytes(gzip.compress(disk_bytes) + b"something else")

    media = opened(path)

    assert_same_bytes(media, disk_bytes)
    assert media.issues == (
        f"14 bytes lie behind the compressed data and were not read; {len(disk_bytes)} bytes of content were read",
    )


def test_states_of_gzip_stay_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gzip_bytes, "MAX_STATES", 8)
    content = random.Random(4).randbytes(MEBIBYTE) * 3
    path = tmp_path / "x.gz"
    path.write_bytes(gzip.compress(content, 1))

    data = GzipBytes(FileBytes(path), Budget(0), spacing=20_000)

    assert 4 <= len(data._states) <= 8
    drawn = random.Random(5)
    for _ in range(200):
        at, size = drawn.randrange(len(content)), drawn.randrange(1, 90_000)
        assert data.read(at, size) == content[at : at + size]


@pytest.mark.parametrize("form", ["gz", "xz in streams", "zstd"])
def test_several_threads_may_read(form: str, tmp_path: Path, disk_bytes: bytes, opened: Open) -> None:
    path = tmp_path / "x"
    path.write_bytes(FORMS[form][1](disk_bytes))
    media = opened(path)

    def read(seed: int) -> list[int]:
        drawn = random.Random(seed)
        places = [(drawn.randrange(len(disk_bytes)), drawn.randrange(1, 30_000)) for _ in range(60)]
        return [at for at, size in places if media.read(at, size) != disk_bytes[at : at + size]]

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(read, range(4))) == [[]] * 4


@pytest.mark.parametrize("form", FORMS)
def test_bombs_end_at_the_budget(
    form: str, tmp_path: Path, disk_bytes: bytes, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("echoforensics.evidence.limits.MAX_EXPANSION_FLOOR", 2 * MEBIBYTE)
    monkeypatch.setattr("echoforensics.evidence.limits.MAX_EXPANSION_RATIO", 0)
    path = tmp_path / "x"
    path.write_bytes(FORMS[form][1](disk_bytes))

    with pytest.raises(SourceError, match="expands beyond 2097152 bytes"):
        opened(path)
    assert issubclass(ExpansionLimitError, OSError)


def test_bomb_takes_no_memory_and_no_room(tmp_path: Path) -> None:
    path = tmp_path / "x.zst"
    packer = zstandard.ZstdCompressor().compressobj()
    path.write_bytes(b"".join([*(packer.compress(bytes(MEBIBYTE)) for _ in range(100)), packer.flush()]))
    assert path.stat().st_size < 64 * 1024
    tracemalloc.start()

    spool = Spool(FileBytes(path), zstandard.FRAME_HEADER, Budget(0))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert (spool.size, spool.issues) == (100 * MEBIBYTE, ())
    assert spool.read(50 * MEBIBYTE, 10) == bytes(10)
    assert os.fstat(spool._file.fileno()).st_blocks * 512 < MEBIBYTE
    assert most < 48 * MEBIBYTE
    spool.close()


SMALL = bytes(512) + b"EFI PART" + random.Random(6).randbytes(3000) + bytes(9000)
SAMPLES = [
    gzip.compress(SMALL) * 2,
    lzma.compress(SMALL) * 2,
    zstandard.compress(SMALL) * 2,
    bz2.compress(SMALL) * 2,
]


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    sample=st.sampled_from(SAMPLES),
    changes=st.lists(st.tuples(st.integers(0, 7000), st.integers(0, 255)), max_size=4),
    ends=st.lists(st.tuples(st.integers(1, 60), st.integers(0, 255)), max_size=3),
    length=st.integers(6, 8000),
)
def test_mutated_compressed_data_raises_nothing_else(
    sample: bytes, changes: list[tuple[int, int]], ends: list[tuple[int, int]], length: int, tmp_path: Path
) -> None:
    content = bytearray(sample)
    for at, value in (*changes, *((-at, value) for at, value in ends)):
        content[max(at, -len(content)) % len(content)] = value
    path = tmp_path / "fuzz"
    path.write_bytes(content[:length])

    try:
        media = open_image(path, bytes(content[:128]))
    except SourceError:
        return
    if media is not None:
        assert len(media.read(10, 20_000)) == max(0, min(20_000, media.size - 10))
        media.close()


def test_zlib_gives_no_more_than_is_asked_for_of_a_head() -> None:
    assert len(zlib.decompressobj(31).decompress(gzip.compress(bytes(10 * MEBIBYTE)), 1000)) == 1000
