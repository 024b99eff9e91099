"""Local Storage and Session Storage in LevelDB files made by hand, and what is claimed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsers.parser import Source
from parsers.record import Clock, Issue, Record
from parsers.web_storage.leveldb_storage import LevelDbStorage

Level = Any
Files = dict[str, bytes]
Read = Callable[..., tuple[list[Record], list[Issue]]]

APP = "data/data/com.amazon.dee.app/app_webview/Default/Local Storage/leveldb/"
BROWSER = "home/user/.config/chromium/Default/Local Storage/leveldb/"
TAB = "home/user/.config/chromium/Default/Session Storage/"
ORIGIN = b"https://alexa.amazon.com"
UTTERANCE = b"A0SAMPLETYPE1:1.0/2020/05/04/10/G000SAMPLE000001/15:07::TNIH_2V.0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0ZXV/1"
CURRENT = b"MANIFEST-000001\n"
WAKE_WORDS = json.dumps({"wakeWords": [{"active": True, "wakeWord": "ALEXA", "deviceSerialNumber": "G0SAMPLE"}]})
_settings = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def local(name: str, origin: bytes = ORIGIN) -> bytes:
    return b"_" + origin + b"\0\x01" + name.encode("latin-1")


def meta(changed: int, size: int) -> bytes:
    def number(value: int) -> bytes:
        made = bytearray()
        while value > 127:
            made.append(value & 127 | 128)
            value >>= 7
        return bytes((*made, value))

    return b"\x08" + number(changed) + b"\x10" + number(size)


@pytest.fixture
def read(read_beside: Read) -> Read:
    return lambda files: read_beside(LevelDbStorage(), files)


def test_an_item_of_the_app_alone_in_its_folder(leveldb: Level, read: Read) -> None:
    value = b'\x01{"utterance":"play music","creationTimestamp":1710018864169}'
    log = leveldb.log(leveldb.batch(1, (local("lastUtterance"), value)))
    (record, store), (issue,) = read({f"{APP}CURRENT": CURRENT, f"{APP}000003.log": log})
    assert (record.data_type, record.locator, record.file) == ("alexa:web:local_storage", "bytes:19+104", "")
    assert record.message == (
        'Local Storage of https://alexa.amazon.com has the item "lastUtterance",'
        ' {"utterance": "play music", "creationTimestamp": 1710018864169}.'
    )
    assert record.fields == {
        "storage": "Local Storage",
        "origin": "https://alexa.amazon.com",
        "key": "lastUtterance",
        "sequence": 1,
        "provenance": "live",
        "value": {"utterance": "play music", "creationTimestamp": 1710018864169},
        "value_bytes": 61,
    }
    (timestamp,) = record.timestamps
    assert (timestamp.description, timestamp.timestamp, timestamp.clock) == (
        "Creation Time", 1_710_018_864_169_000, Clock.UNKNOWN,
    )  # fmt: skip
    assert store.fields == {"entries": 1, "entries_listed": 1, "read_alone": True}
    assert "is not beside this file" in issue.what


def test_a_database_is_read_by_its_manifest(leveldb: Level, read: Read) -> None:
    old = leveldb.table(
        [(local("changed"), 5, b"\x01first"), (local("gone"), 6, b"\x01it was here"), (local("kept"), 7, b"\x01stays")],
        1, lambda content: bytes(pa.Codec("snappy").compress(content, asbytes=True)),
    )  # fmt: skip
    dropped = leveldb.table([(local("gone"), 6, b"\x01it was here"), (local("older"), 2, b"\x01dropped")])
    log = leveldb.log(
        leveldb.batch(8, (local("changed"), b"\x01second"), (local("gone"), None)),
        leveldb.batch(10, (local("wide"), b"\0" + "играй".encode("utf-16-le"))),
        leveldb.batch(11, (b"META:" + ORIGIN, meta(13354492464169000, 88))),
        leveldb.batch(12, (local("never"), None), (local("x", b"https://example.org"), b"\x01y"), (b"VERSION", b"1")),
    )  # fmt: skip
    records, issues = read(
        {
            f"{APP}CURRENT": CURRENT,
            f"{APP}MANIFEST-000001": leveldb.manifest(9, (8,), (6,)),
            f"{APP}000006.ldb": dropped,
            f"{APP}000008.ldb": old,
            f"{APP}000009.log": log,
        }
    )
    assert issues == []
    found = [(*map(one.fields.get, ("key", "value", "provenance")), one.file) for one in records]
    assert found == [
        ("older", "dropped", "in a file that the database no longer uses", "000006.ldb"),
        ("changed", "first", "earlier version", "000008.ldb"),
        ("gone", "it was here", "deleted, and still in the file", "000008.ldb"),
        ("kept", "stays", "live", "000008.ldb"),
        ("changed", "second", "live", "000009.log"),
        ("wide", "играй", "live", "000009.log"),
        (None, None, "live", "000009.log"),
        ("never", None, "deleted, and still in the file", "000009.log"),
        ("x", "y", "live", "000009.log"),
        (None, None, None, ""),
    ]  # fmt: skip
    gone, of_origin, never = records[2], records[6], records[7]
    assert gone.message == (
        'Local Storage of https://alexa.amazon.com has the item "gone", "it was here". The store no longer shows this'
        " entry (deleted, and still in the file): a deletion, with the sequence number 9, follows this one's 6."
    )
    assert gone.fields["confidence"] == "lower than that of a live entry"
    assert ";coding:snappy;bytes:" in gone.locator
    (changed,) = of_origin.timestamps
    assert (changed.description, changed.recorded, changed.clock) == (
        "Content Modification Time", "13354492464169000", Clock.PHONE,
    )  # fmt: skip
    assert changed.timestamp == 1_710_018_864_169_000
    assert of_origin.fields["bytes"] == 88
    assert "value" not in never.fields
    assert records[-1].fields == {"entries": 11, "entries_listed": 9, "manifest": "MANIFEST-000001"}


def test_an_answer_in_a_value_is_read_as_one(leveldb: Level, read: Read) -> None:
    wide = b"\0" + WAKE_WORDS.encode("utf-16-le")
    log = leveldb.log(
        leveldb.batch(1, (local("a"), b"\x01" + WAKE_WORDS.encode()), (local("b"), wide), (local("a"), b"\x01none")),
        leveldb.batch(4, (local("c"), wide + b" \0" * 40_000), (local("token"), b"\x01Atza|" + b"x" * 60)),
    )
    records, _ = read({f"{BROWSER}000003.log": log})
    one, two, _, three, token, _ = records
    assert {each.data_type for each in (one, two, three)} == {"alexa:cloud:wake_word"}
    assert one.locator.endswith(";json:/wakeWords/0")
    assert two.locator.endswith(";coding:utf-16le;json:/wakeWords/0")
    assert one.message.endswith("a later value, with the sequence number 3, follows this one's 1.")
    assert (one.fields["provenance"], two.fields["provenance"]) == ("earlier version", "live")
    assert (two.fields["storage"], two.fields["origin"], two.fields["key"]) == (
        "Local Storage", "https://alexa.amazon.com", "b",
    )  # fmt: skip
    # In a record of several fragments no pointer leads to the value.
    assert three.locator.startswith("bytes:")
    assert ";" not in three.locator
    assert str(token.fields["value"]).startswith("present, 65 characters, SHA-256 ")


def test_an_utterance_id_and_a_time_in_a_text_are_kept(leveldb: Level, read: Read) -> None:
    log = leveldb.log(leveldb.batch(1, (local("last"), b"\x01" + UTTERANCE), (local("lastSync"), b"\x011710018864169")))
    spoken, synced, _ = read({f"{BROWSER}000003.log": log})[0]
    assert spoken.utterance_id == UTTERANCE.decode()
    assert (spoken.device_type, spoken.device_serial) == ("A0SAMPLETYPE1", "G000SAMPLE000001")
    assert [timestamp.recorded for timestamp in spoken.timestamps] == ["2020/05/04/10 15:07"]
    assert synced.timestamps == ()


def test_items_of_other_pages_are_counted(leveldb: Level, read: Read) -> None:
    shop, other = b"https://www.amazon.com", b"https://example.org"
    log = leveldb.log(
        leveldb.batch(1, (local("cart", shop), b"\x01[1,2]"), (local("alexaSeen", shop), b"\x01yes")),
        leveldb.batch(3, (local("a", other), b"\x01b"), (b"META:" + other, meta(1, 1))),
        leveldb.batch(5, (local("seen", other), b"\x01https://alexa.amazon.de/spa/index.html")),
    )
    records, _ = read({f"{BROWSER}000003.log": log})
    assert [one.fields.get("key") for one in records] == ["alexaSeen", "seen", None]
    assert records[-1].message == (
        "The Local Storage of a browser or a WebView holds 5 entries, of all versions, 2 of them of the Alexa service"
        " or an app of it. 3 others are not listed."
    )


def test_an_item_of_a_tab_has_the_origin_that_its_map_belongs_to(leveldb: Level, read: Read) -> None:
    log = leveldb.log(
        leveldb.batch(
            1, (b"version", b"1"), (b"next-map-id", b"3"), (b"namespace-8b_1-https://alexa.amazon.com/", b"1"),
            (b"namespace-8b_1-https://example.org/", b"2"), (b"map-1-view", "cards".encode("utf-16-le")),
            (b"map-2-view", "other".encode("utf-16-le")),
        )
    )  # fmt: skip
    records, issues = read(
        {f"{TAB}CURRENT": CURRENT, f"{TAB}MANIFEST-000001": leveldb.manifest(3), f"{TAB}000003.log": log}
    )
    assert issues == []
    record, store = records
    assert record.message == 'Session Storage of https://alexa.amazon.com/ has the item "view", "cards".'
    assert record.data_type == "alexa:web:session_storage"
    assert store.fields["entries"] == 6


def test_a_table_that_is_missing_and_a_damaged_one_are_issues(leveldb: Level, read: Read) -> None:
    table = bytearray(leveldb.table([(local("a"), 1, b"\x01b")]))
    table[3] ^= 1
    records, issues = read(
        {
            f"{APP}CURRENT": CURRENT,
            f"{APP}MANIFEST-000001": leveldb.manifest(9, (5, 7)),
            f"{APP}000005.ldb": bytes(table),
        }
    )
    assert records == []
    assert issues[0].what.startswith("000005.ldb: A block of the table cannot be read: ")
    assert issues[1].what == "The database uses tables that are not there: 000007.ldb."
    assert issues[2].what == (
        "The database's log 000009.log is not there: what was written last, and not yet moved to a table, is missing."
    )
    assert len(issues) == 3


def test_an_empty_log_is_not_a_missing_one(leveldb: Level, read: Read) -> None:
    records, issues = read(
        {
            f"{APP}CURRENT": CURRENT,
            f"{APP}MANIFEST-000001": leveldb.manifest(9, (5,)),
            f"{APP}000005.ldb": leveldb.table([(local("a"), 1, b"\x01b")]),
            f"{APP}000009.log": b"",
        }
    )
    assert [record.fields.get("key") for record in records] == ["a", None]
    assert issues == []


def test_a_file_that_the_manifest_does_not_name_is_read_alone(leveldb: Level, read: Read) -> None:
    left = leveldb.log(leveldb.batch(1, (local("a"), b"\x01b")))
    records, issues = read(
        {
            f"{APP}CURRENT": CURRENT, f"{APP}MANIFEST-000001": leveldb.manifest(9), f"{APP}000004.log": left,
            f"{APP}000009.log": b"",
        }
    )  # fmt: skip
    assert issues == []
    assert records[0].fields["provenance"] == "in a file that the database no longer uses"
    assert records[0].fields["why"] == "the list of the database's files does not name this file"


def test_what_is_claimed(leveldb: Level) -> None:
    log = leveldb.log(leveldb.batch(1, (local("a"), b"\x01b")))
    parser = LevelDbStorage()
    for path, expected in (
        (f"{APP}000003.log", True), (f"{BROWSER}000003.log", True), (f"{TAB}000003.log", True),
        ("data/data/com.amazon.dee.app/files/own/000003.log", True), ("data/data/org.example/files/000003.log", False),
        ("IndexedDB/https_alexa.amazon.com_0.indexeddb.leveldb/000003.log", True),
        ("IndexedDB/https_example.org_0.indexeddb.leveldb/000003.log", False),
    ):  # fmt: skip
        assert parser.claims(Source.of(log, path)) is expected, path
    named = Source.of(log, "renamed.bin")
    assert not parser.claims(named)
    assert parser.claims(Source(named.path, named.size, named.head, named.opener, names=("host",)))
    assert not parser.claims(Source.of(b"text of a note", f"{APP}LOG"))
    assert not parser.claims(Source.of(b"2024-03-09 started\n", "data/data/com.amazon.dee.app/files/20240309.log"))
    assert parser.claims(Source.of(bytes((1, 2, 3)) + log, f"{APP}000003.log"))
    assert parser.claims(Source.of(leveldb.table([(b"a", 1, b"b")]), f"{APP}renamed"))


@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=6)), max_size=5), st.data())
@_settings
def test_mutated_databases_are_read_as_far_as_they_go(
    leveldb: Level, read: Read, edits: list[tuple[float, bytes]], data: st.DataObject
) -> None:
    files = {
        f"{APP}CURRENT": CURRENT,
        f"{APP}MANIFEST-000001": leveldb.manifest(9, (5,), (6,)),
        f"{APP}000005.ldb": leveldb.table([(local("a"), 1, b"\x01" + WAKE_WORDS.encode()), (local("b"), 2, b"\x01c")]),
        f"{APP}000009.log": leveldb.log(leveldb.batch(3, (local("b"), b"\0d\0"), (b"META:" + ORIGIN, meta(1, 2)))),
    }
    name = data.draw(st.sampled_from(sorted(files)))
    content = bytearray(files[name])
    for place, put in edits:
        at = int(place * len(content))
        content[at : at + len(put)] = put
    read(files | {name: bytes(content)})


@given(st.lists(st.tuples(st.binary(max_size=40), st.none() | st.binary(max_size=40)), max_size=8), st.booleans())
@_settings
def test_any_entries_are_read(
    leveldb: Level, read: Read, writes: list[tuple[bytes, bytes | None]], named: bool
) -> None:
    prefix = b"_" + ORIGIN + b"\0" if named else b""
    log = leveldb.log(leveldb.batch(1, *((prefix + key, value) for key, value in writes)))
    for folder in (APP, TAB, APP.replace("Local Storage/leveldb", "IndexedDB/file__0.indexeddb.leveldb")):
        read({f"{folder}000003.log": log})
