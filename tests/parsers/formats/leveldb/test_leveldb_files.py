"""Logs, tables and MANIFEST files of LevelDB, whole and damaged."""

from __future__ import annotations

import io
import random
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pyarrow as pa
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsers.coding import CodingError, decode
from parsers.formats.crc32c import crc32c, crc32c_from
from parsers.formats.leveldb import log_file, table_file, versions
from parsers.formats.leveldb.checksum import masked_crc32c
from parsers.formats.leveldb.database_files import file_entries
from parsers.formats.leveldb.entry import LevelEntry
from parsers.formats.leveldb.log_file import begins_log
from parsers.formats.leveldb.manifest import Manifest
from parsers.formats.leveldb.versions import LevelProvenance, VersionCollector
from parsers.formats.snappy import SnappyError, decompress
from parsers.locator import resolve
from parsers.parser import Source
from parsers.record import Issue

Level = Any
Writes = list[tuple[bytes, int, bytes | None]]

_settings = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(content: bytes, name: str) -> tuple[list[LevelEntry], list[Issue]]:
    """The entries of a file and what could not be read; each locator leads to its entry and its value."""
    found = list(file_entries(Source.of(content, name)))
    entries = [item for item in found if isinstance(item, LevelEntry)]
    for entry in entries:
        assert (entry.value or b"") in resolve(io.BytesIO(content), entry.locator).content or not entry.value_at
        if entry.value_at:
            assert resolve(io.BytesIO(content), entry.value_at).content == entry.value
    for item in found:
        resolve(io.BytesIO(content), item.locator)
    return entries, [item for item in found if isinstance(item, Issue)]


def snappy(content: bytes) -> bytes:
    return bytes(pa.Codec("snappy").compress(content, asbytes=True))


@pytest.mark.parametrize("size", [2047, 2048, 2049, 5001])
def test_the_checksum_of_many_bytes_is_that_of_one_after_another(size: int) -> None:
    content = random.Random(size).randbytes(size)
    value = 0xFFFFFFFF
    for byte in content:
        value = crc32c_from(value, bytes((byte,)))
    assert crc32c_from(0xFFFFFFFF, content) == value


def test_the_checksum_is_that_of_the_standard() -> None:
    # RFC 3720, B.4, and crc32c_test.cc of LevelDB.
    assert crc32c(bytes(32)) == 0x8A9136AA
    assert crc32c(b"\xff" * 32) == 0x62A8AB43
    assert crc32c(bytes(range(32))) == 0x46DD794E
    assert crc32c(b"123456789") == 0xE3069283
    assert masked_crc32c(b"foo") != crc32c(b"foo")


def test_a_log_gives_its_writes_in_order(leveldb: Level) -> None:
    log = leveldb.log(leveldb.batch(7, (b"a", b"one"), (b"b", None)), leveldb.batch(9, (b"a", b"")))
    entries, issues = read(log, "000003.log")
    assert issues == []
    assert [(entry.key, entry.value, entry.sequence) for entry in entries] == [
        (b"a", b"one", 7), (b"b", None, 8), (b"a", b"", 9),
    ]  # fmt: skip
    assert entries[0].locator == "bytes:19+7"


@pytest.mark.parametrize("filler", [32768 - 7 - 12 - 40, 32768 - 7 - 7 - 12 - 6, 100])
def test_a_record_in_fragments_is_put_together(leveldb: Level, filler: int) -> None:
    long = bytes(range(256)) * 400
    log = leveldb.log(leveldb.batch(1, (b"f", bytes(filler))), leveldb.batch(2, (b"long", long), (b"after", b"x")))
    entries, issues = read(log, "000003.log")
    assert issues == []
    assert [entry.value for entry in entries] == [bytes(filler), long, b"x"]
    assert entries[1].value_at == ""
    assert entries[1].locator == entries[2].locator


def test_a_damaged_record_is_named_and_reading_goes_on(leveldb: Level) -> None:
    records = [leveldb.batch(number, (b"key%d" % number, b"v" * 10_000)) for number in range(1, 8)]
    log = bytearray(leveldb.log(*records))
    log[12_000] ^= 1
    entries, issues = read(bytes(log), "000003.log")
    assert [entry.sequence for entry in entries] == [1, 3, 4, 5, 6, 7]
    (issue,) = issues
    assert issue.what == "A record of the log is damaged: its checksum does not fit."
    assert issue.locator == "bytes:10027+10027"


@pytest.mark.parametrize(
    ("start", "length", "left", "where"),
    [
        (10_027, 10_027, [1, 5, 6, 7], "bytes:10027+22741"),  # one record, before others of its block
        (2 * 32_768, 32_768, [1, 2, 3, 4, 5, 6], "bytes:65536+32768"),  # a whole block, with the rest of one after it
    ],
)
def test_zeros_between_records_are_an_issue(
    leveldb: Level, start: int, length: int, left: list[int], where: str
) -> None:
    records = [leveldb.batch(number, (b"key%d" % number, b"v" * 10_000)) for number in range(1, 14)]
    log = bytearray(leveldb.log(*records))
    log[start : start + length] = bytes(length)
    entries, issues = read(bytes(log), "000003.log")
    assert [entry.sequence for entry in entries][: len(left)] == left
    assert issues[0].what.startswith("Zeros lie where ")
    assert issues[0].locator == where


def test_zeros_at_the_end_are_space_that_was_never_written(leveldb: Level) -> None:
    log = leveldb.log(leveldb.batch(1, (b"a", b"b")))
    entries, issues = read(log + bytes(100_000), "000003.log")
    assert ([entry.sequence for entry in entries], issues) == ([1], [])


def test_a_damaged_length_costs_the_rest_of_its_block(leveldb: Level) -> None:
    records = [leveldb.batch(number, (b"key%d" % number, b"v" * 10_000)) for number in range(1, 8)]
    log = bytearray(leveldb.log(*records))
    log[10_027 + 4] ^= 0xFF
    entries, issues = read(bytes(log), "000003.log")
    # The fourth began in that block.
    assert [entry.sequence for entry in entries] == [1, 5, 6, 7]
    assert [issue.what for issue in issues] == [
        "A record of the log is damaged: its checksum does not fit.",
        "A fragment of a record stands alone: the record's beginning is not before it.",
    ]


@pytest.mark.parametrize(
    ("cut", "what"),
    [
        (3, "A record of the log says that it has 21 bytes; 18 are there."),
        (25, "The log breaks off within the header of a record."),
    ],
)
def test_a_log_that_breaks_off(leveldb: Level, cut: int, what: str) -> None:
    log = leveldb.log(leveldb.batch(1, (b"a", b"one")), leveldb.batch(2, (b"b", b"three")))
    entries, issues = read(log[:-cut], "000003.log")
    assert [entry.key for entry in entries] == [b"a"]
    assert [issue.what for issue in issues] == [what]
    assert read(log + bytes(500), "000003.log")[1] == []


def test_a_batch_that_does_not_fit_is_an_issue(leveldb: Level) -> None:
    batch = leveldb.batch(1, (b"a", b"one"), (b"b", b"two"))
    for damaged in (
        batch[:-2],
        batch.replace(b"\x02\0\0\0", b"\x03\0\0\0"),
        batch[:8],
        batch[:12] + b"\x09" + batch[13:],
    ):
        assert len(read(leveldb.log(damaged), "000003.log")[1]) == 1


@pytest.mark.parametrize(
    ("kind", "compress", "coding"),
    [(0, bytes, ""), (1, snappy, "coding:snappy"), (2, zstandard.ZstdCompressor().compress, "coding:zstd")],
)
def test_a_table_gives_its_entries(leveldb: Level, kind: int, compress: Callable[[bytes], bytes], coding: str) -> None:
    writes: Writes = [(b"key%04d" % number, number + 1, b"value %d " % number * 9) for number in range(100)]
    writes[40] = (b"key0040", 41, None)
    entries, issues = read(leveldb.table(writes, kind, compress), "000005.ldb")
    assert issues == []
    assert [(entry.key, entry.sequence, entry.value) for entry in entries] == writes
    assert {entry.locator.partition(";")[2].partition(";")[0] for entry in entries} == {coding}


def test_a_damaged_block_costs_its_own_entries(leveldb: Level) -> None:
    writes: Writes = [(b"key%04d" % number, number + 1, b"value %d" % number) for number in range(60)]
    table = bytearray(leveldb.table(writes))
    table[5] ^= 1
    entries, issues = read(bytes(table), "000005.ldb")
    assert [entry.key for entry in entries] == [key for key, _, _ in writes[20:]]
    (issue,) = issues
    assert issue.what.startswith("A block of the table cannot be read: ")
    assert issue.what.endswith(" at byte 0 are damaged: the checksum does not fit.")


def test_a_table_without_its_end_is_an_issue(leveldb: Level) -> None:
    table = leveldb.table([(b"key", 1, b"value")])
    entries, (issue,) = read(table[:-1], "000005.ldb")
    assert entries == []
    assert issue.what == "The end of the file is not a table's: it may be cut off or of another kind."
    rocks = table[:-8] + struct.pack("<Q", 0x88E241B785F4CFF7)
    assert "a table of RocksDB, which is not read" in read(rocks, "000005.sst")[1][0].what


def test_keys_that_repeat_without_end_are_given_up(leveldb: Level) -> None:
    key = b"k" * 60_000
    items = [(key + bytes((number >> 8, number & 255)) + struct.pack("<Q", 1 << 8 | 1), b"") for number in range(3000)]
    table = leveldb.table([(item[0][:-8], 1, b"") for item in items], per_block=3000, every=3000)
    entries, issues = read(table, "000005.ldb")
    assert 0 < len(entries) < 3000
    assert "its keys come to too many bytes" in issues[0].what


def test_the_manifest_lists_the_files_in_use(leveldb: Level) -> None:
    manifest = Manifest.parse(io.BytesIO(leveldb.manifest(12, (5, 9), (7,), b"idb_cmp1")))
    assert manifest.issues == []
    assert (manifest.comparator, manifest.log, manifest.tables, manifest.removed) == ("idb_cmp1", 12, {5, 9}, {7})
    used = [name for name in manifest.names() if manifest.is_used(name)]
    assert used[:5] == ["000005.ldb", "000005.sst", "000009.ldb", "000009.sst", "000012.log"]
    assert manifest.covers("000007.ldb")
    assert not manifest.is_used("000007.ldb")
    assert not manifest.covers("000011.log")
    assert set(manifest.names()) == {name for name in manifest.names() if manifest.covers(name)}


def test_a_change_of_the_list_that_is_not_known_is_an_issue(leveldb: Level) -> None:
    manifest = Manifest.parse(io.BytesIO(leveldb.log(b"\x02\x04", b"\x63\x00", b"\x07\x00")))
    assert manifest.log == 4
    assert len(manifest.issues) == 2


def test_what_became_of_each_version() -> None:
    collector = VersionCollector(lambda entry: entry.key != b"other")
    for key, sequence, value, used in (
        (b"kept", 1, b"x", True), (b"changed", 2, b"old", True), (b"changed", 3, b"new", True),
        (b"gone", 4, b"y", True), (b"gone", 5, None, True), (b"empty", 6, None, True), (b"left", 7, b"z", False),
        (b"other", 8, b"", True), (b"kept", 1, b"x", False),
    ):  # fmt: skip
        collector.take(LevelEntry(key, value, sequence, ""), used=used)
    assert [(one.entry.key, one.entry.value, one.provenance) for one in collector.versions()] == [
        (b"kept", b"x", LevelProvenance.LIVE),
        (b"changed", b"old", LevelProvenance.OLD),
        (b"changed", b"new", LevelProvenance.LIVE),
        (b"gone", b"y", LevelProvenance.DELETED),
        (b"empty", None, LevelProvenance.DELETED),
        (b"left", b"z", LevelProvenance.UNUSED),
    ]
    assert collector.total == 8
    assert list(collector.issues()) == []


def test_what_is_kept_in_mind_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "MAX_KEPT", 3)
    monkeypatch.setattr(versions, "MAX_KEYS", 2)
    collector = VersionCollector(lambda entry: entry.key.startswith(b"w"))
    for number in range(6):
        collector.take(LevelEntry(b"w%d" % number, b"", number, ""), used=True)
        collector.take(LevelEntry(b"o%d" % number, b"", number, ""), used=True)
    assert len(list(collector.versions())) == 3
    assert [issue.what.partition(":")[0] for issue in collector.issues()] == [
        "3 entries were not read",
        "The database has more than 2 keys. An entry that names the service only in its value may be shown as live"
        " although it was overwritten or deleted.",
    ]


def test_what_expands_too_far_is_not_read(leveldb: Level, monkeypatch: pytest.MonkeyPatch) -> None:
    table = leveldb.table([(b"key%d" % number, 1, bytes(5000)) for number in range(20)], 1, snappy, per_block=5)
    monkeypatch.setattr(table_file, "MAX_BLOCK", 26_000)
    entries, issues = read(table, "000005.ldb")
    assert (len(entries), issues) == (20, [])
    monkeypatch.setattr(table_file, "_MAX_RATIO", 10)
    entries, issues = read(table, "000005.ldb")
    assert 0 < len(entries) < 20
    assert " cannot be decompressed within what all blocks of a table may come to (snappy): it" in issues[0].what
    monkeypatch.setattr(table_file, "MAX_BLOCK", 24_000)
    assert read(table, "000005.ldb")[0] == []


def test_a_record_without_end_is_not_read(leveldb: Level, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_file, "MAX_RECORD", 50_000)
    log = leveldb.log(leveldb.batch(1, (b"long", bytes(120_000))), leveldb.batch(2, (b"after", b"x")))
    entries, issues = read(log, "000003.log")
    assert [entry.key for entry in entries] == [b"after"]
    assert issues[0].what == "A record that began at byte 0 is longer than 50000 bytes; not read."


@given(st.binary(max_size=3000), st.integers(1, 50))
@_settings
def test_snappy_gives_back_what_was_compressed(content: bytes, times: int) -> None:
    content *= times
    packed = snappy(content)
    assert decompress(packed, len(content)) == content
    assert decode(packed, "snappy", len(content)) == content
    if content:
        with pytest.raises(SnappyError):
            decompress(packed, len(content) - 1)


@given(st.binary(max_size=200))
@_settings
def test_any_bytes_are_snappy_or_refused(content: bytes) -> None:
    with suppress(CodingError):
        assert len(decode(content, "snappy", 5000)) <= 5000


@given(st.binary(max_size=400), st.sampled_from(["000003.log", "000005.ldb"]))
@_settings
def test_any_bytes_are_read_or_named(content: bytes, name: str) -> None:
    read(content, name)
    Manifest.parse(io.BytesIO(content))
    begins_log(content)


@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=6)), max_size=5), st.data())
@_settings
def test_mutated_files_are_read_as_far_as_they_go(
    leveldb: Level, edits: list[tuple[float, bytes]], data: st.DataObject
) -> None:
    writes: Writes = [(b"key%04d" % number, number + 1, b"value %d" % number) for number in range(50)]
    files = {
        "000003.log": leveldb.log(*(leveldb.batch(at, (key, value)) for key, at, value in writes)),
        "000005.ldb": leveldb.table(writes, 1, snappy),
        "000006.ldb": leveldb.table(writes),
    }
    name = data.draw(st.sampled_from(sorted(files)))
    content = bytearray(files[name])
    for place, put in edits:
        at = int(place * len(content))
        content[at : at + len(put)] = put
    entries, _ = read(bytes(content), name)
    # What passes its checksum is what was written.
    assert {(entry.key, entry.sequence, entry.value) for entry in entries} <= set(writes)
