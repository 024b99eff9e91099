"""What a failed check leaves: all content that can be read, and then what is wrong with it."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import tarfile
import zipfile
import zlib
from collections.abc import Callable

import lz4.frame
import pytest
import zstandard
from hypothesis import assume, given
from hypothesis import strategies as st

from echoforensics.evidence.archives.broken_zip import open_zip
from echoforensics.evidence.archives.compressed_file import is_compressed, open_compressed
from echoforensics.evidence.entry import READ_ERRORS, Container, ContentError, Entry, EvidenceIssue
from echoforensics.evidence.limits import Budget

CONTENT = b"".join(b"line %d of a log, %d\n" % (n, random.Random(n).randrange(10**9)) for n in range(20_000))
CHECKSUM = "its checksum does not match what was read of it"

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lambda content: lzma.compress(content, check=lzma.CHECK_CRC32),
    "zstd": zstandard.ZstdCompressor(write_checksum=True).compress,
    "lz4": lambda content: lz4.frame.compress(content, content_checksum=True, block_linked=False),
    "lzma": lambda content: lzma.compress(content, lzma.FORMAT_ALONE),
}


def read_all(container: Container) -> tuple[bytes, Exception | None]:
    (entry,) = container.entries()
    assert isinstance(entry, Entry)
    return read_entry(entry)


def read_entry(entry: Entry) -> tuple[bytes, Exception | None]:
    assert entry.opener is not None
    content = b""
    with entry.opener() as stream:
        try:
            while piece := stream.read1(65536):  # type: ignore[attr-defined]
                content += piece
        except READ_ERRORS as error:
            return content, error
    return content, None


def compressed(packed: bytes) -> Container:
    return open_compressed(lambda: io.BytesIO(packed), packed[:512], "log.packed", Budget(0))


@pytest.mark.parametrize("kind", PACKERS)
def test_whole_content_has_no_issue(kind: str) -> None:
    packed = PACKERS[kind](CONTENT)

    assert read_all(compressed(packed)) == (CONTENT, None)


@pytest.mark.parametrize("kind", [kind for kind in PACKERS if kind != "lzma"])
@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_damage_within_is_said_once_and_marked(kind: str, place: float) -> None:
    packed = bytearray(PACKERS[kind](CONTENT))
    packed[int(len(packed) * place)] ^= 0x10

    content, error = read_all(compressed(bytes(packed)))

    assert isinstance(error, ContentError)
    assert error.damaged
    assert content != CONTENT


def test_gzip_whose_checksum_alone_is_wrong_is_given_whole() -> None:
    packed = bytearray(gzip.compress(CONTENT))
    packed[-8] ^= 1

    content, error = read_all(compressed(bytes(packed)))

    assert (content, str(error)) == (CONTENT, CHECKSUM)


def test_gzip_member_behind_a_damaged_one_is_read() -> None:
    first = bytearray(gzip.compress(b"first" * 1000))
    first[-6] ^= 1

    content, error = read_all(compressed(bytes(first) + gzip.compress(b"second") + bytes(512)))

    assert (content, str(error)) == (b"first" * 1000 + b"second", CHECKSUM)


def test_text_behind_gzip_is_no_damage() -> None:
    content, error = read_all(compressed(gzip.compress(CONTENT) + b"text"))

    assert content == CONTENT
    assert isinstance(error, ContentError)
    assert (error.damaged, str(error)) == (False, "bytes that are not compressed follow its compressed data")


@pytest.mark.parametrize("kind", ["gzip", "bzip2", "xz"])
@pytest.mark.parametrize("zeros", [0, 4, 512, 20_000])
def test_streams_one_behind_the_other_with_zeros_between_are_read(kind: str, zeros: int) -> None:
    packed = PACKERS[kind](CONTENT) + bytes(zeros) + PACKERS[kind](b"the next day\n") + bytes(zeros)

    assert read_all(compressed(packed)) == (CONTENT + b"the next day\n", None)


@pytest.mark.parametrize("kind", ["bzip2", "xz"])
@pytest.mark.parametrize("behind", [b"text", b"\0\0\0\0text", b"B", b"\xfd7z"])
def test_bytes_behind_a_stream_are_no_damage(kind: str, behind: bytes) -> None:
    content, error = read_all(compressed(PACKERS[kind](CONTENT) + behind))

    assert content == CONTENT
    assert isinstance(error, ContentError)
    assert (error.damaged, str(error)) == (False, "bytes that are not compressed follow its compressed data")


@pytest.mark.parametrize("kind", ["bzip2", "xz"])
def test_second_stream_cut_off_is_named(kind: str) -> None:
    content, error = read_all(compressed(PACKERS[kind](CONTENT) + PACKERS[kind](CONTENT)[:-1000]))

    assert content.startswith(CONTENT)
    assert (type(error), str(error)) == (EOFError, "the compressed data is cut off before its end")


def test_content_that_needs_a_dictionary_is_no_damage() -> None:
    trained = zstandard.train_dictionary(4096, [CONTENT[at : at + 500] for at in range(0, 200_000, 500)])
    packed = zstandard.ZstdCompressor(dict_data=trained).compress(CONTENT)

    content, error = read_all(compressed(packed))

    assert content == b""
    assert isinstance(error, ContentError)
    assert not error.damaged
    assert str(error).startswith("it is compressed with a dictionary, which is not in it")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("directory", [True, False])
def test_zip_member_whose_checksum_alone_is_wrong_is_given_whole(method: int, directory: bool) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("log", CONTENT)
    crc = zlib.crc32(CONTENT).to_bytes(4, "little")
    raw = out.getvalue().replace(crc, bytes((crc[0] ^ 1,)) + crc[1:])
    if not directory:
        if method not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            pytest.skip("without its directory, of a zip stored and deflated members are read")
        raw = raw[: raw.index(b"PK\x01\x02")]
    container = open_zip(lambda: io.BytesIO(raw), Budget(0))

    (entry,) = [each for each in container.entries() if isinstance(each, Entry)]
    content, error = read_entry(entry)
    assert (content, str(error)) == (CONTENT, CHECKSUM)


def test_deflated_member_that_breaks_gives_what_comes_before() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("log", CONTENT)
    raw = bytearray(out.getvalue())
    raw[100_000:100_040] = b"\xff" * 40  # no valid block, so that it breaks soon behind

    content, error = read_all(open_zip(lambda: io.BytesIO(bytes(raw)), Budget(0)))

    assert isinstance(error, ContentError)
    assert error.damaged
    same = next((n for n, pair in enumerate(zip(content, CONTENT, strict=False)) if pair[0] != pair[1]), len(content))
    assert same > 150_000


def test_tar_in_a_damaged_gzip_says_so_for_the_archive() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name in ("a", "b"):
            info = tarfile.TarInfo(name)
            info.size = len(CONTENT)
            archive.addfile(info, io.BytesIO(CONTENT))
    packed = bytearray(gzip.compress(out.getvalue()))
    packed[-8] ^= 1

    found = []
    for each in compressed(bytes(packed)).entries():
        found.append(each if isinstance(each, EvidenceIssue) else each.path)
        if isinstance(each, Entry) and each.opener:
            with each.opener() as stream:
                assert stream.read() == CONTENT

    assert found == ["a", "b", EvidenceIssue("", CHECKSUM, damaged=True)]


@given(st.sampled_from(sorted(PACKERS)), st.binary(max_size=200), st.floats(0, 1))
def test_any_bytes(kind: str, noise: bytes, place: float) -> None:
    packed = bytearray(PACKERS[kind](CONTENT[:20_000]))
    at = max(1, int(place * len(packed)))
    packed[at : at + len(noise)] = noise

    assume(is_compressed(bytes(packed[:512])))
    for each in open_compressed(lambda: io.BytesIO(bytes(packed)), bytes(packed[:512]), "x", Budget(0)).entries():
        if isinstance(each, Entry) and each.opener:
            try:
                with each.opener() as stream:
                    while stream.read1(65536):  # type: ignore[attr-defined]
                        pass
            except READ_ERRORS:
                continue
