from __future__ import annotations

import random
import struct
import zlib
from array import array
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from echoforensics.errors import SourceError
from echoforensics.evidence.media.ewf import chunks as ewf_chunks
from echoforensics.evidence.media.ewf.segments import segment_number
from echoforensics.evidence.media.file_bytes import RandomBytes
from echoforensics.evidence.media.media import Media
from echoforensics.evidence.media.opener import open_image
from echoforensics.evidence.source import open_source

CHUNK = 32768
MEBIBYTE = 1024 * 1024
Open = Callable[[Path], Media]
AssertSameBytes = Callable[[Media, bytes], None]


def section(kind: bytes, at: int, content: bytes = b"", following: int | None = None) -> bytes:
    size = 76 + len(content)
    raw = struct.pack("<16sQQ40x", kind, at + size if following is None else following, size)
    return raw + struct.pack("<I", zlib.adler32(raw)) + content


def ewf(disk: bytes, errors: tuple[tuple[int, int], ...] = (), chunks: int | None = None) -> bytes:
    """An EWF image of one segment: every other chunk compressed, with a second table, hash and errors."""
    raw = b"EVF\x09\x0d\x0a\xff\x00\x01" + struct.pack("<HH", 1, 0)
    count = -(-len(disk) // CHUNK)
    geometry = struct.pack("<IIIIQ", 1, count if chunks is None else chunks, CHUNK // 512, 512, len(disk) // 512)
    raw += section(b"volume", len(raw), geometry.ljust(1052, b"\0"))
    entries, content, base = [], b"", len(raw) + 76
    for number in range(count):
        chunk = disk[number * CHUNK : (number + 1) * CHUNK]
        packed = zlib.compress(chunk)
        compressed = number % 2 == 0 and len(packed) < len(chunk)
        entries.append(len(content) | compressed << 31)
        content += packed if compressed else chunk + struct.pack("<I", zlib.adler32(chunk))
    raw += section(b"sectors", len(raw), content)
    head = struct.pack("<I4xQ4x", count, base)
    listed = struct.pack(f"<{count}I", *entries)
    table = head + struct.pack("<I", zlib.adler32(head)) + listed + struct.pack("<I", zlib.adler32(listed))
    raw += section(b"table", len(raw), table)
    raw += section(b"table2", len(raw), table)
    if errors:
        found = b"".join(struct.pack("<II", *each) for each in errors)
        raw += section(b"error2", len(raw), struct.pack("<I", len(errors)).ljust(520, b"\0") + found)
    return raw + section(b"done", len(raw), following=len(raw))


@pytest.fixture(scope="session")
def random_disk() -> bytes:
    return random.Random(3).randbytes(3 * MEBIBYTE + 5120)


@pytest.mark.parametrize(
    ("extension", "number"),
    [("E01", 1), ("e99", 99), ("EAA", 100), ("EAZ", 125), ("EZZ", 775), ("FAA", 776), ("E00", None), ("F01", None),
     ("D01", None), ("E1", None), ("E0A", None)],
)  # fmt: skip
def test_segments_are_numbered_by_their_ending(extension: str, number: int | None) -> None:
    assert segment_number(extension, "E") == number


def test_image_made_here_is_read(
    tmp_path: Path, disk_bytes: bytes, opened: Open, assert_same_bytes: AssertSameBytes
) -> None:
    path = tmp_path / "x.E01"
    path.write_bytes(ewf(disk_bytes, ((5, 8), (100, 1))))

    media = opened(path)

    assert_same_bytes(media, disk_bytes)
    assert media.issues == (
        "segment x.E01: it says that 8 sectors from sector 5 on could not be read when the image was acquired",
        "segment x.E01: it says that 1 sectors from sector 100 on could not be read when the image was acquired",
    )


@pytest.mark.parametrize("form", ["encase6", "encase5", "ftk", "smart", "ewfx", "linen6"])
@pytest.mark.parametrize("compression", ["none", "best"])
def test_images_by_ewfacquire_are_read(
    form: str,
    compression: str,
    tmp_path: Path,
    disk_bytes: bytes,
    run_program: Callable[..., str],
    opened: Open,
    assert_same_bytes: AssertSameBytes,
) -> None:
    (tmp_path / "x.raw").write_bytes(disk_bytes)
    run_program(
        "ewfacquire",
        "-u",
        "-q",
        "-f",
        form,
        "-c",
        compression,
        "-S",
        "1048576",
        "-t",
        tmp_path / "x",
        tmp_path / "x.raw",
    )
    first = next(path for path in tmp_path.iterdir() if path.suffix.lower() in (".e01", ".s01"))

    media = opened(first)

    assert_same_bytes(media, disk_bytes)
    assert media.issues == ()
    assert len(media.segments) > 1 or compression == "best"
    assert "md5" in media.stored_hashes


def test_file_system_in_several_segments_walks(
    ext_image: Path, make_ewf: Callable[..., Path], assert_walks: Callable[[Path], None]
) -> None:
    assert_walks(make_ewf(ext_image, MEBIBYTE))


def test_damaged_chunk_is_zeros_and_reported(
    tmp_path: Path, random_disk: bytes, opened: Open, assert_same_bytes: AssertSameBytes
) -> None:
    raw = bytearray(ewf(random_disk))
    raw[raw.index(random_disk[70_000:70_100])] ^= 1
    path = tmp_path / "x.E01"
    path.write_bytes(raw)

    media = opened(path)

    assert_same_bytes(media, random_disk[: 2 * CHUNK] + bytes(CHUNK) + random_disk[3 * CHUNK :])
    assert media.issues == (
        f"bytes {2 * CHUNK} to {3 * CHUNK - 1} of the media could not be read and are given as zeros: the checksum of"
        " the image's chunk that holds them does not match",
    )
    assert media.holes is not None
    assert list(media.holes) == [(2 * CHUNK, CHUNK)]


def test_compressed_chunk_that_runs_on_is_zeros_and_reported(
    tmp_path: Path, opened: Open, assert_same_bytes: AssertSameBytes
) -> None:
    disk = bytes(CHUNK) + random.Random(4).randbytes(CHUNK) + bytes(CHUNK)
    raw = bytearray(ewf(disk))
    # In place of the first chunk's stream: one of the same length that holds more than a chunk, and no checksum.
    packed = len(zlib.compress(bytes(CHUNK)))
    longer = zlib.compress(b"\1" * (4 * CHUNK))[:packed]
    at = raw.index(zlib.compress(bytes(CHUNK)))
    raw[at : at + packed] = longer
    path = tmp_path / "x.E01"
    path.write_bytes(raw)

    media = opened(path)

    assert_same_bytes(media, disk)
    assert media.issues == (
        f"bytes 0 to {CHUNK - 1} of the media could not be read and are given as zeros: the chunk of the image that"
        " holds them is damaged: its stream does not end where it should",
    )


def test_chunk_larger_than_what_is_kept_is_inflated_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, random_disk: bytes, opened: Open
) -> None:
    path = tmp_path / "x.E01"
    path.write_bytes(ewf(random_disk))
    read = ewf_chunks.read_chunk
    chunks: list[int] = []

    def counted(data: RandomBytes, places: array[int], number: int, wanted: int, chunk_size: int) -> bytes:
        chunks.append(number)
        return read(data, places, number, wanted, chunk_size)

    monkeypatch.setattr("echoforensics.evidence.media.ewf.image._KEPT_BYTES", CHUNK // 2)
    monkeypatch.setattr("echoforensics.evidence.media.ewf.image.read_chunk", counted)
    media = opened(path)
    pieces = [media.read(at, 512) for at in range(0, 3 * CHUNK, 512)]

    assert b"".join(pieces) == random_disk[: 3 * CHUNK]
    assert chunks == [0, 1, 2]


def test_damaged_first_table_leaves_the_second(
    tmp_path: Path, disk_bytes: bytes, opened: Open, assert_same_bytes: AssertSameBytes
) -> None:
    raw = bytearray(ewf(disk_bytes))
    raw[raw.index(b"table\0") + 76 + 40] ^= 1
    path = tmp_path / "x.E01"
    path.write_bytes(raw)

    media = opened(path)

    assert_same_bytes(media, disk_bytes)
    assert media.issues == ()


@pytest.mark.parametrize("which", ["both tables", "cut off within the chunks"])
def test_chunks_without_a_table_are_found(
    which: str, tmp_path: Path, disk_bytes: bytes, opened: Open, assert_same_bytes: AssertSameBytes
) -> None:
    raw = bytearray(ewf(disk_bytes))
    at = raw.index(b"table\0")
    if which == "both tables":
        raw[at + 76 + 40] ^= 1
        raw[raw.index(b"table2\0") + 76 + 40] ^= 1
    else:
        raw = raw[: at - 40_000]
    path = tmp_path / "x.E01"
    path.write_bytes(raw)

    media = opened(path)

    # Whole chunks. 40 000 bytes are the last one, which is stored as it is, a compressed one and part of one before.
    left = len(disk_bytes) if which == "both tables" else len(disk_bytes) - 3 * CHUNK
    assert_same_bytes(media, disk_bytes[:left])
    if which == "both tables":
        assert [issue.partition(" at byte ")[0] for issue in media.issues] == [
            "segment x.E01: the tables of the chunks"
        ]
    else:
        assert media.issues[-1] == (
            f"the image says that its media has {len(disk_bytes)} bytes; only the first {left} are in the segments that"
            f" are here; the last {len(disk_bytes) - left} are missing"
        )


@pytest.fixture
def segments(tmp_path: Path, random_disk: bytes, run_program: Callable[..., str]) -> list[Path]:
    """Four segments of an image of ``random_disk``."""
    (tmp_path / "raw").write_bytes(random_disk)
    run_program("ewfacquire", "-u", "-q", "-c", "none", "-S", "1048576", "-t", tmp_path / "x", tmp_path / "raw")
    found = sorted(tmp_path.glob("x.E*"))
    assert len(found) == 4
    return found


@pytest.mark.parametrize("number", [2, 3])
def test_missing_segment_in_the_middle_is_a_hole(
    number: int, segments: list[Path], random_disk: bytes, opened: Open
) -> None:
    segments[number - 1].unlink()

    source = open_source(segments[0])
    hashes = source.hash(("sha256",))
    media = source.media
    assert media is not None

    assert media.size == len(random_disk)
    assert media.issues[0] == f"segment {number} of x.E01 is missing"
    assert len(media.issues) == 2
    assert media.issues[1].endswith("given as zeros: no segment that is here holds them")
    assert media.holes is not None
    ((at, length),) = media.holes
    assert length > 900_000
    assert media.read(0, at) == random_disk[:at]
    assert media.read(at, length) == bytes(length)
    assert media.read(at + length, len(random_disk)) == random_disk[at + length :]
    assert sorted(hashes.parts) == sorted(path.name for path in segments if path.exists())
    assert any("image says that the MD5" in issue for issue in hashes.issues)


def test_missing_last_segment_ends_the_media(segments: list[Path], random_disk: bytes, opened: Open) -> None:
    segments[3].unlink()

    media = opened(segments[0])

    assert media.issues[0] == "segment 3 of x.E01 says that more follow; they are missing"
    assert media.read(0, media.size) == random_disk[: media.size]
    assert 2_900_000 < media.size < len(random_disk)


def test_segment_of_other_bytes_is_reported(segments: list[Path], random_disk: bytes, opened: Open) -> None:
    segments[1].write_bytes(b"overwritten")

    media = opened(segments[0])

    assert media.issues[:2] == (
        "the segment x.E02 does not begin as a segment of an EWF image; it was not read",
        "segment 2 of x.E01 is missing",
    )
    assert media.read(media.size - 100, 100) == random_disk[-100:]


def test_later_segment_names_the_first(segments: list[Path], opened: Open) -> None:
    with pytest.raises(SourceError, match=r"name the first one, .*x\.E01"):
        opened(segments[2])
    segments[0].unlink()
    with pytest.raises(SourceError, match="the first one is not beside it"):
        opened(segments[2])


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"LVF\x09\x0d\x0a\xff\x00", "logical evidence"),
        (b"EVF2\x0d\x0a\x81\x00" + bytes(100), "Ex01.*cannot be opened with libewf"),
        (b"EVF\x09\x0d\x0a\xff\x00\x01\x01\0\0\0" + bytes(500), "does not say how large"),
    ],
)
def test_what_cannot_be_read_is_refused(head: bytes, what: str, tmp_path: Path, opened: Open) -> None:
    path = tmp_path / "x.E01"
    path.write_bytes(head)

    with pytest.raises(SourceError, match=what):
        opened(path)


GOOD = ewf(b"content\n" * 8192 + random.Random(5).randbytes(CHUNK))


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(9, len(GOOD) - 1), st.binary(min_size=1, max_size=8)), max_size=4),
    headers=st.lists(st.tuples(st.sampled_from([13, 89, 1217, 1293]), st.integers(0, 75), st.binary(max_size=8))),
    length=st.integers(13, len(GOOD)),
)
def test_mutated_images_raise_nothing_else(
    changes: list[tuple[int, bytes]], headers: list[tuple[int, int, bytes]], length: int, tmp_path: Path
) -> None:
    content = bytearray(GOOD)
    for at, piece in (*changes, *((start + within, piece) for start, within, piece in headers)):
        content[at : at + len(piece)] = piece
    for at in (13,):  # a header whose checksum is right leads further in
        content[at + 72 : at + 76] = struct.pack("<I", zlib.adler32(content[at : at + 72]))
    path = tmp_path / "fuzz.E01"
    path.write_bytes(content[:length])

    try:
        media = open_image(path, bytes(content[:64]))
    except SourceError:
        return
    assert media is not None
    for at in (0, media.size - 100):
        assert len(media.read(at, 50_000)) == max(0, min(50_000, media.size - max(at, 0))) * (at >= 0)
    media.close()
