"""Preferences of DataStore, and databases of Realm."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsers.app.datastore_preferences import DataStorePreferences
from parsers.app.realm_file import RealmFile
from parsers.formats.android.datastore import begins_datastore, datastore_preferences
from parsers.parser import Source
from parsers.record import Issue, Record
from tests.level_writer import varint

Parse = Callable[..., list[Record | Issue]]

FOLDER = "data/data/com.amazon.dee.app/files/"
SETTINGS = f"{FOLDER}datastore/settings.preferences_pb"
UTTERANCE = "A0SAMPLETYPE1:1.0/2020/05/04/10/G000SAMPLE000001/15:07::TNIH_2V.0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0ZXV/1"
REALM = bytes(16) + b"T-DB" + bytes((0, 22, 0, 1))
_settings = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def part(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def entry(name: str, value: bytes) -> bytes:
    return part(1, part(1, name.encode()) + part(2, value))


def text(value: str) -> bytes:
    return part(5, value.encode())


def test_every_kind_of_value_is_read(parse_all: Parse) -> None:
    content = b"".join(
        (
            entry("lastUtterance", text("play music!")), entry("yes", b"\x08\x01"), entry("no", b"\x08\x00"),
            entry("real", b"\x15" + struct.pack("<f", 0.5)), entry("count", b"\x18\x07"),
            entry("less", b"\x18" + varint((1 << 64) - 3)), entry("lastSyncTime", b"\x20" + varint(1710018864169)),
            entry("names", part(6, part(1, b"Kitchen") + part(1, b"Hall"))),
            entry("wide", b"\x39" + struct.pack("<d", 2.25)),
            entry("raw", part(8, b"abc")), entry("accessToken", text("Atza|" + "x" * 40)),
        )
    )  # fmt: skip
    (record,) = parse_all(DataStorePreferences(), content, SETTINGS)
    assert isinstance(record, Record)
    assert record.data_type == "alexa:app:preferences"
    assert record.message == (
        'The preferences file "settings.preferences_pb" of the app com.amazon.dee.app keeps 11 values: lastUtterance,'
        " yes, no, real, count, less, lastSyncTime, names, wide, raw, accessToken."
    )
    values = record.fields["values"]
    assert isinstance(values, dict)
    assert str(values.pop("accessToken")).startswith("present, 45 characters, SHA-256 ")
    assert str(values.pop("raw")).startswith("3 bytes, SHA-256 ba7816bf")
    assert values == {
        "lastUtterance": "play music!", "yes": True, "no": False, "real": 0.5, "count": 7, "less": -3,
        "lastSyncTime": 1710018864169, "names": ["Kitchen", "Hall"], "wide": 2.25,
    }  # fmt: skip
    (timestamp,) = record.timestamps
    assert timestamp.timestamp == 1_710_018_864_169_000
    assert record.locator == f"bytes:0+{len(content)}"


def test_an_answer_in_a_value_is_read_as_one(parse_all: Parse) -> None:
    answer = json.dumps({"wakeWords": [{"active": True, "wakeWord": "ALEXA", "deviceSerialNumber": "G0SAMPLE"}]})
    word, other = parse_all(DataStorePreferences(), entry("cached", text(answer)) + entry("a", text("b")), SETTINGS)
    assert isinstance(word, Record)
    assert isinstance(other, Record)
    assert (word.data_type, word.fields["preference"]) == ("alexa:cloud:wake_word", "cached")
    assert other.fields["values"] == {"a": "b"}


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (b"\x0a\x7fab", "The file is not to its end a protocol buffer of preferences: a field is cut off."),
        (b"\x12\x01a", "The file has a field 2, which preferences do not have."),
        (part(1, b"\x0a\x7f"), "A value of the preferences cannot be read: a field is cut off."),
        (entry("a", b""), "A value of the preferences has no name, or is of an unknown kind."),
        (entry("a", b"\x48\x01"), "A value of the preferences has no name, or is of an unknown kind."),
        (entry("a", b"\x28\x01"), "A value of the preferences has no name, or is of an unknown kind."),
    ],
)
def test_what_is_no_value_is_an_issue(parse_all: Parse, damage: bytes, what: str) -> None:
    issue, record = parse_all(DataStorePreferences(), entry("a", text("b")) + damage, SETTINGS)
    assert isinstance(issue, Issue)
    assert issue.what == what
    assert isinstance(record, Record)
    assert record.fields["values"] == {"a": "b"}


def test_which_files_are_claimed() -> None:
    content = entry("a", text("b"))
    parser = DataStorePreferences()
    elsewhere = Source.of(content, "data/data/org.example/files/datastore/x.preferences_pb")
    assert parser.claims(Source.of(content, SETTINGS))
    assert not parser.claims(elsewhere)
    assert parser.claims(Source(elsewhere.path, 1, content, elsewhere.opener, names=("host",)))
    assert not parser.claims(Source.of(content, f"{FOLDER}x.pb"))
    assert not parser.claims(Source.of(b"", SETTINGS))
    assert begins_datastore(content)
    assert not begins_datastore(b"\x0a")
    assert not begins_datastore(b"")


def test_a_realm_database_is_named_with_what_to_do(parse_all: Parse) -> None:
    content = REALM + b"AAAA" + UTTERANCE.encode() + b"\0https://alexa.amazon.com/api/cards\0"
    (issue,) = parse_all(RealmFile(), content, f"{FOLDER}default.realm")
    assert isinstance(issue, Issue)
    assert issue.what.startswith("The file is a database of Realm (file format 22); its objects are not read. It names")
    assert "export it as JSON" in issue.what
    (alone,) = parse_all(RealmFile(), REALM, f"{FOLDER}default.realm")
    assert isinstance(alone, Issue)
    assert alone.locator == "bytes:16+4"
    (encrypted,) = parse_all(RealmFile(), bytes(range(256)), f"{FOLDER}default.realm")
    assert isinstance(encrypted, Issue)
    assert "It may be encrypted, or damaged." in encrypted.what


def test_a_realm_database_of_another_app_is_claimed_where_it_names_the_service() -> None:
    other = Source.of(REALM, "data/data/org.example/files/default.realm")
    assert not RealmFile().claims(other)
    assert RealmFile().claims(Source(other.path, other.size, other.head, other.opener, names=("host",)))
    assert not RealmFile().claims(Source.of(REALM[:20], "x"))


@given(st.binary(max_size=300))
@_settings
def test_any_bytes_are_read_or_named(parse_all: Parse, content: bytes) -> None:
    list(datastore_preferences(content))
    if content:
        parse_all(DataStorePreferences(), content, SETTINGS)
        parse_all(RealmFile(), content, f"{FOLDER}default.realm")
        parse_all(RealmFile(), REALM[:20] + content, f"{FOLDER}x.realm")


@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=4)), max_size=4))
@_settings
def test_mutated_preferences_are_read_as_far_as_they_go(parse_all: Parse, edits: list[tuple[float, bytes]]) -> None:
    content = bytearray(
        entry("a", text('{"b": 1}')) + entry("names", part(6, part(1, b"x"))) + entry("f", b"\x15" + bytes(4))
    )
    for place, put in edits:
        at = int(place * len(content))
        content[at : at + len(put)] = put
    parse_all(DataStorePreferences(), bytes(content), SETTINGS)
