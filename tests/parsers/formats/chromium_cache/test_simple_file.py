"""The parts of a simple cache's files, byte by byte as Chromium's source describes them."""

from __future__ import annotations

import hashlib
import struct
import zlib

import pytest

from parsers.formats.chromium_cache import simple_file
from parsers.formats.chromium_cache.cache_key import MAX_KEY
from parsers.formats.chromium_cache.hashes import super_fast_hash
from parsers.formats.chromium_cache.simple_file import SimpleFileError, SimplePart, SimpleSpan, header, parts, streams

KEY = b"1/0/https://alexa.amazon.com/api/cards"
BODY, NOTE = b'{"cards":[]}', b"the note"
CUT_OFF = "The file's end is not as it should be; it was cut off, or was still being written."


def _head(key: bytes = KEY, *, version: int = 5, packed: bool = False, stated: int | None = None) -> bytes:
    length = len(key) if stated is None else stated
    fields = struct.pack("<QIII", 0xFCFB6D1BA7725C30, version, length, super_fast_hash(key))
    return fields + (b"" if packed else bytes(4)) + key


def _end(content: bytes, *, flags: int = 1, packed: bool = False, size: int | None = None) -> bytes:
    stated = len(content) if size is None else size
    return struct.pack("<QIII", 0xF4FA6F45970D41D8, flags, zlib.crc32(content), stated) + (b"" if packed else bytes(4))


def _file(*, packed: bool = False, sha256: bytes = b"", flags: int = 1) -> bytes:
    last = _end(NOTE, flags=flags | (2 if sha256 else 0), packed=packed)
    return _head(packed=packed) + BODY + _end(BODY, packed=packed, size=0, flags=flags) + NOTE + sha256 + last


@pytest.mark.parametrize("packed", [False, True])
def test_a_header_and_its_key(packed: bool) -> None:
    found = header(_head(packed=packed) + b"what follows")

    assert (found.key, found.end, found.packed) == (KEY, (20 if packed else 24) + len(KEY), packed)
    assert (found.version, found.end_size, found.issue) == (5, 20 if packed else 24, "")


@pytest.mark.parametrize(("version", "known"), [(4, False), (5, True), (9, True), (10, False)])
def test_versions_that_are_known(version: int, known: bool) -> None:
    issue = header(_head(version=version)).issue

    assert issue == ("" if known else f"The file's version, {version}, is not known.")


def test_the_shortest_header() -> None:
    found = header(_head(b"k", packed=True))

    assert (found.key, found.end) == (b"k", 21)


@pytest.mark.parametrize("head", [b"", _head()[:19], b"x" + _head()[1:], _head(b"")[:19]])
def test_what_is_no_header(head: bytes) -> None:
    with pytest.raises(SimpleFileError, match="the header of a simple cache file was expected"):
        header(head)


@pytest.mark.parametrize(
    ("head", "stated", "follow"),
    [
        (_head(b"", packed=True), 0, 0),
        (_head(b"ab", packed=True, stated=3), 3, 2),
        (_head(bytes(MAX_KEY + 1), packed=True), MAX_KEY + 1, MAX_KEY + 1),
    ],
)
def test_keys_that_cannot_be(head: bytes, stated: int, follow: int) -> None:
    with pytest.raises(SimpleFileError, match=f"^its key is stated as {stated} bytes long, and {follow} bytes follow$"):
        header(head)


def test_the_longest_key() -> None:
    assert len(header(_head(bytes(MAX_KEY))).key) == MAX_KEY


@pytest.mark.parametrize(("cut", "packed"), [(0, False), (1, True)])
def test_a_key_that_does_not_match_its_hash(cut: int, packed: bool) -> None:
    head = bytearray(_head())
    head[16] ^= 1
    found = header(bytes(head[: len(head) - cut]))

    assert (found.packed, found.end) == (packed, (20 if packed else 24) + len(KEY))
    assert found.key == (bytes(4) + KEY[:-4] if packed else KEY)
    assert found.issue == "The key does not match the hash in the header."


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("sha256", [b"", hashlib.sha256(KEY).digest()])
def test_the_streams_of_a_whole_file(packed: bool, sha256: bytes) -> None:
    content = _file(packed=packed, sha256=sha256)
    found = streams(content, header(content))

    assert found.note is not None
    assert content[found.body.offset :][: found.body.length] == BODY
    assert content[found.note.offset :][: found.note.length] == NOTE
    assert (found.body.issue, found.note.issue, found.issues) == ("", "", ())


def test_streams_that_are_empty() -> None:
    content = _head() + _end(b"") + _end(b"")
    form = header(content)

    assert streams(content, form) == simple_file.Streams(SimpleSpan(form.end, 0), SimpleSpan(form.end + 24, 0))


@pytest.mark.parametrize("flags", [0, 1])
def test_streams_that_do_not_match_their_checksums(flags: int) -> None:
    content = _file(flags=flags).replace(BODY, BODY.swapcase()).replace(NOTE, NOTE.swapcase())
    found = streams(content, header(content))

    assert found.note is not None
    assert found.body.issue == ("The body does not match its checksum." if flags else "")
    assert found.note.issue == ("The note on the answer does not match its checksum." if flags else "")


@pytest.mark.parametrize("at", [0, 31])
def test_a_sha_256_of_another_key(at: int) -> None:
    digest = bytearray(hashlib.sha256(KEY).digest())
    digest[at] ^= 1
    content = _file(sha256=bytes(digest))

    assert streams(content, header(content)).issues == (
        "The SHA-256 of the key at the file's end does not match the key.",
    )


@pytest.mark.parametrize("cut", [1, 23, 24, 25, 31])
def test_a_file_that_is_cut_off_behind_its_body(cut: int) -> None:
    content = _file()[:-cut]
    form = header(content)
    found = streams(content, form)
    behind = form.end + len(BODY) + 24

    assert (found.body, found.issues) == (SimpleSpan(form.end, len(BODY)), (CUT_OFF,))
    assert found.note == SimpleSpan(behind, len(content) - behind)


@pytest.mark.parametrize(("cut", "note"), [(24 + len(NOTE), None), (24 + len(NOTE) - 1, 1)])
def test_a_note_that_is_cut_off(cut: int, note: int | None) -> None:
    content = _file()[:-cut]
    found = streams(content, header(content)).note

    assert (found.length if found else None) == note


@pytest.mark.parametrize("kept", [0, 5, len(BODY), len(BODY) + 23])
def test_a_file_that_is_cut_off_within_its_body_or_its_end_record(kept: int) -> None:
    content = (_head() + BODY + _end(BODY))[: len(_head()) + kept]
    form = header(content)

    assert streams(content, form) == simple_file.Streams(SimpleSpan(form.end, kept), None, (CUT_OFF,))


def test_a_damaged_body_before_a_note_that_is_cut_off() -> None:
    content = _file().replace(BODY, BODY.swapcase())[:-1]
    found = streams(content, header(content))

    assert found.body.issue == "The body does not match its checksum."


def test_an_end_record_within_the_key_is_none() -> None:
    # The last end record says that the note begins where the key is.
    key = _end(b"") + b"key"
    content = _head(key) + _end(b"", size=27)
    form = header(content)

    assert streams(content, form).note is None
    assert streams(content, form).issues == (CUT_OFF,)


def _part(start: int, body: bytes, *, crc: int | None = None, length: int | None = None, packed: bool = False) -> bytes:
    stated = len(body) if length is None else length
    checksum = zlib.crc32(body) if crc is None else crc
    head = struct.pack("<QqqI", 0xEB97BF016553676B, start, stated, checksum)
    return head + (b"" if packed else bytes(4)) + body


@pytest.mark.parametrize("packed", [False, True])
def test_the_parts_of_a_body(packed: bool) -> None:
    head = _head(packed=packed)
    content = (
        head + _part(0, b"first", packed=packed) + _part(2**40, b"", packed=packed) + _part(7, b"x", packed=packed)
    )
    size, at = (28 if packed else 32), len(head)

    assert list(parts(content, header(content))) == [
        SimplePart(0, SimpleSpan(at + size, 5)),
        SimplePart(2**40, SimpleSpan(at + 2 * size + 5, 0)),
        SimplePart(7, SimpleSpan(at + 3 * size + 5, 1)),
    ]


def test_no_parts() -> None:
    assert list(parts(_head(), header(_head()))) == []


def test_parts_that_do_not_match_their_checksums() -> None:
    head = _head()
    content = head + _part(0, b"first", crc=1) + _part(5, b"second", crc=0)
    at = len(head) + 32

    assert list(parts(content, header(content))) == [
        SimplePart(0, SimpleSpan(at, 5, f"The part at byte {at} does not match its checksum.")),
        # 0 says that there is no checksum.
        SimplePart(5, SimpleSpan(at + 37, 6)),
    ]


def test_a_part_that_breaks_off() -> None:
    content = _head() + _part(0, b"first", length=6)
    (found,) = parts(content, header(content))

    assert found == SimplePart(0, SimpleSpan(len(_head()) + 32, 5, "A part of 6 bytes breaks off after 5."))


@pytest.mark.parametrize("follows", [b"x", _part(0, b"")[:31], b"x" * 40])
def test_what_is_no_part(follows: bytes) -> None:
    content = _head() + _part(0, b"first") + follows
    at = len(content) - len(follows)
    first, second = parts(content, header(content))

    assert isinstance(first, SimplePart)
    assert second == f"At byte {at} a part of the body was expected; what follows was not read."


@pytest.mark.parametrize(("start", "length"), [(-1, 0), (0, -1)])
def test_a_part_at_a_place_that_cannot_be(start: int, length: int) -> None:
    content = _head() + _part(start, b"", length=length) + _part(0, b"")

    assert list(parts(content, header(content))) == [
        f"At byte {len(_head())} a part says it stands at {start} and is {length} bytes long; not read further."
    ]


def test_parts_have_a_bound() -> None:
    content = _head(packed=True) + _part(0, b"", packed=True) * 10_001
    found = list(parts(content, header(content)))

    assert len(found) == 10_001
    assert found[-1] == "More than 10000 parts: the rest was not read."
    assert len(list(parts(content[:-56], header(content)))) == 9_999
