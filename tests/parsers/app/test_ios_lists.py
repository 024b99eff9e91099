"""Property lists of the Alexa app on iOS and of iOS backups."""

from __future__ import annotations

import json
import plistlib
import struct
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.app.ios_backup import IosBackup
from parsers.app.ios_preferences import IosPreferences
from parsers.formats.property_list.property_list import MAX_VALUES, load
from parsers.parser import Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp

Found = tuple[list[Record], list[Issue]]
CallsOf = Callable[[Callable[[], Any]], tuple[Any, int]]
Reader = Callable[[Parser, Source], Found]
PATH = "Library/Preferences/com.amazon.echo.plist"
PREFERENCES = {
    "lastLaunch": datetime(2023, 4, 9, 17, 44, 49, 500_000),
    "never": datetime(1, 1, 1),
    "count": 3,
    "refreshToken": "Atnr|made-up",
    "picture": b"\x01\x02",
    "cookieData": b"\x01" * 40,
    "pin": b"123",
    "nested": {"accessToken": {"value": "made-up"}, "list": [1, 2.5, True]},
}
INFO = {
    "Applications": {"com.amazon.echo": {"x": b"1"}, "org.example": {}},
    "Build Version": "20E247",
    "Device Name": "Zoës iPhone",
    "Installed Applications": ["com.amazon.echo", "com.amazon.Amazon", "org.example"],
    "Last Backup Date": datetime(2023, 4, 10, 8, 0, 0),
    "Product Type": "iPhone14,5",
    "Product Version": "16.4",
    "Serial Number": "MADEUP000001",
    "Unique Identifier": "0000MADE-UP",
}


def _binary(objects: list[bytes], top: int = 0) -> bytes:
    """A binary property list of encoded objects, references of one byte and offsets of four."""
    content, offsets = b"bplist00", []
    for encoded in objects:
        offsets.append(len(content))
        content += encoded
    table = b"".join(struct.pack(">I", offset) for offset in offsets)
    return content + table + struct.pack(">6xBBQQQ", 4, 1, len(objects), top, len(content))


@pytest.mark.parametrize("form", [plistlib.FMT_BINARY, plistlib.FMT_XML])
def test_preferences_without_secrets(form: plistlib.PlistFormat, read_with: Reader) -> None:
    content = plistlib.dumps(PREFERENCES, fmt=form, sort_keys=False)
    (record,), issues = read_with(IosPreferences(), Source.of(content, PATH))
    assert issues == []
    # An XML list keeps whole seconds.
    fraction = ".500000" if form is plistlib.FMT_BINARY else ""
    assert record == Record(
        "alexa:app:preferences",
        'The preferences file "com.amazon.echo.plist" of the app keeps 8 values: lastLaunch, never, count,'
        " refreshToken, picture, cookieData, pin, nested.",
        "",
        (
            Timestamp(
                "Unknown Time",
                f"2023-04-09T17:44:49{fraction}Z",
                Clock.PHONE,
                1_681_062_289_000_000 + (500_000 if fraction else 0),
                "lastLaunch: A date of the property list, in UTC. What the app recorded with it is not known beyond its"
                " name.",
            ),
        ),
        fields={
            "file": "com.amazon.echo.plist",
            "values": {
                "lastLaunch": f"2023-04-09T17:44:49{fraction}Z",
                "never": "0001-01-01T00:00:00Z",
                "count": 3,
                "refreshToken": "present, 12 characters",
                "picture": "2 bytes: 0102",
                "cookieData": "40 bytes, SHA-256 2432dbb70926df292595fa1c2dee4933cf81130572a2e29a27256d3bdb8e07e5",
                "pin": "3 bytes",
                "nested": {"accessToken": {"value": "present, 7 characters"}, "list": [1, 2.5, True]},
            },
        },
    )


def test_the_list_of_a_backup(read_with: Reader) -> None:
    (record,), issues = read_with(IosBackup(), Source.of(plistlib.dumps(INFO), "backup/Info.plist"))
    assert issues == []
    assert record == Record(
        "alexa:app:backup",
        'The list Info.plist of an iOS backup says: the device is named "Zoës iPhone"; model iPhone14,5; version of the'
        " system 16.4; serial number MADEUP000001; apps of Amazon: com.amazon.Amazon, com.amazon.echo.",
        "",
        (
            Timestamp(
                "Backup Time",
                "2023-04-10T08:00:00Z",
                Clock.UNKNOWN,
                1_681_113_600_000_000,
                "When the backup was last made, in UTC, by the computer that made it.",
            ),
        ),
        fields={
            "file": "Info.plist",
            "amazon_apps": ["com.amazon.Amazon", "com.amazon.echo"],
            "Build Version": "20E247",
            "Device Name": "Zoës iPhone",
            "Last Backup Date": "2023-04-10T08:00:00Z",
            "Product Type": "iPhone14,5",
            "Product Version": "16.4",
            "Serial Number": "MADEUP000001",
            "Unique Identifier": "0000MADE-UP",
        },
        keys=("ios-device:0000MADE-UP",),
    )


def _manifest(*, encrypted: bool) -> bytes:
    manifest = {
        "IsEncrypted": encrypted,
        "BackupKeyBag": b"made up, opens nothing, and is never kept",
        "ManifestKey": b"made up",
        "Date": datetime(2023, 4, 10, 8, 1, 0),
        "Lockdown": {"DeviceName": "Zoës iPhone", "SerialNumber": "MADEUP000001", "ProductVersion": "16.4"},
        "Applications": {"com.amazon.echo": {}},
    }
    return plistlib.dumps(manifest, fmt=plistlib.FMT_BINARY)


def test_an_encrypted_backup_is_reported_plainly(read_with: Reader) -> None:
    (record,), (issue,) = read_with(IosBackup(), Source.of(_manifest(encrypted=True), "backup/Manifest.plist"))
    assert issue.what == (
        "The backup is encrypted: what it holds of the Alexa app cannot be read without the backup's password. With the"
        " password, decrypt a copy of the backup with a tool made for it, and read that copy; the encrypted backup"
        " stays the exhibit."
    )
    assert record.message == (
        'The list Manifest.plist of an iOS backup says: the device is named "Zoës iPhone"; version of the system 16.4;'
        " serial number MADEUP000001; the backup is encrypted; apps of Amazon: com.amazon.echo."
    )
    assert "BackupKeyBag" not in record.fields
    (record,), issues = read_with(IosBackup(), Source.of(_manifest(encrypted=False), "backup/Manifest.plist"))
    assert issues == []
    assert "; the backup is not encrypted; " in record.message


def test_the_state_of_a_backup(read_with: Reader) -> None:
    date = datetime(2023, 4, 10, 8, 2, 0)
    content = plistlib.dumps({"SnapshotState": "finished", "BackupState": "new", "IsFullBackup": False, "Date": date})
    (record,), issues = read_with(IosBackup(), Source.of(content, "backup/Status.plist"))
    assert issues == []
    assert record.message == "The list Status.plist of an iOS backup says: state finished."
    assert [timestamp.timestamp for timestamp in record.timestamps] == [1_681_113_720_000_000]


def test_claims() -> None:
    bundle = plistlib.dumps({"CFBundleIdentifier": "com.amazon.echo"})
    assert not IosBackup().claims(Source.of(bundle, "Alexa.app/Info.plist"))
    assert not IosPreferences().claims(Source.of(bundle, "Library/Preferences/com.apple.echo.plist"))
    assert not IosPreferences().claims(Source.of(b"text", PATH))
    assert IosPreferences().claims(Source.of(bundle, "group.com.amazon.echo.shared.plist"))


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        # A dictionary whose value is itself.
        (
            [b"\xd1\x01\x00", b"\x51a"],
            "The property list is nested deeper than 12 levels; what is deeper was not read.",
        ),
        # Twelve lists, each of fifteen times the next: 15 to the power of 12 values.
        (
            [b"\xd1\x01\x02", b"\x51a", *(b"\xaf\x10\x0f" + bytes([number + 3]) * 15 for number in range(11)), b"\x08"],
            f"The property list has more than {MAX_VALUES} values; the others were not read.",
        ),
    ],
)
def test_lists_without_end_are_bounded(objects: list[bytes], expected: str, calls_of: CallsOf) -> None:
    found, calls = calls_of(lambda: load(Source.of(_binary(objects), "x")))
    assert calls < 20 * MAX_VALUES
    assert [issue.what for issue in found.issues] == [expected]


def test_a_list_nested_too_deeply() -> None:
    objects = [b"\xa1" + bytes([number + 1]) for number in range(250)] + [b"\x08"]
    found = load(Source.of(_binary([b"\xd1\x01\x02", b"\x51a", *objects[2:]]), "x"))
    assert [issue.what for issue in found.issues] == [
        "The property list is nested deeper than 12 levels; what is deeper was not read."
    ]
    deep = b"<plist><dict><key>a</key>" + b"<array>" * 100_000 + b"</array>" * 100_000 + b"</dict></plist>"
    found = load(Source.of(deep, "x"))
    assert len(found.issues) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"bplist00",
        b"bplist00" + b"\xff" * 40,
        b"<plist><date>soon</date></plist>",
        b"<plist><dict><string>a</string></dict></plist>",
        b"<plist><integer>" + b"9" * 5000 + b"</integer></plist>",
        b'<!DOCTYPE plist [<!ENTITY a "b">]><plist><string>&a;</string></plist>',
        b"<plist><array/></plist>",
        _binary([b"\xd1\x01\x02", b"\x51a", b"\x33" + struct.pack(">d", float("nan"))]),
        _binary([b"\xd1\x01\x01", b"\xa0"]),
        _binary([b"\xdf\x13" + b"\x7f" * 8]),
    ],
)
def test_damaged_lists_are_issues(content: bytes) -> None:
    found = load(Source.of(content, "x"))
    assert found.values == {}
    assert len(found.issues) == 1


def test_a_list_too_long_is_not_read() -> None:
    (issue,) = IosPreferences().parse(Source.of(b"bplist00" + bytes(16 * 1024 * 1024), PATH))
    assert isinstance(issue, Issue)
    assert issue.what == "The file is longer than 16777216 bytes (16777224): it was not read."


@settings(deadline=None, max_examples=250)
@given(st.booleans(), st.integers(0, 900), st.binary(max_size=6))
def test_damage_never_raises(binary: bool, at: int, piece: bytes) -> None:
    form = plistlib.FMT_BINARY if binary else plistlib.FMT_XML
    for parser, values, path in ((IosPreferences(), PREFERENCES, PATH), (IosBackup(), INFO, "Info.plist")):
        good = plistlib.dumps(values, fmt=form)
        content = good[:at] + piece + good[at + len(piece) :]
        found = list(parser.parse(Source.of(content, path)))
        assert found
        json.dumps([asdict(item) for item in found if isinstance(item, Record)], allow_nan=False)


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=80), st.sampled_from([b"bplist00", b"<plist>", b"<plist><dict>", b""]))
def test_any_bytes_never_raise(content: bytes, start: bytes) -> None:
    for source in (Source.of(start + content, PATH), Source.of(start + content, "Manifest.plist")):
        for parser in (IosPreferences(), IosBackup()):
            parser.claims(source)
            for item in parser.parse(source):
                assert isinstance(item, (Record, Issue))


def test_an_answer_in_a_text_of_the_preferences_is_read() -> None:
    state = {"last_called_summary": "öffne die garage", "last_called_timestamp": 1704101038009}
    content = plistlib.dumps({"cached": [{"text": json.dumps(state)}], "other": "alexa"})
    kept, answer = (item for item in IosPreferences().parse(Source.of(content, PATH)) if isinstance(item, Record))
    assert kept.data_type == "alexa:app:preferences"
    assert (answer.data_type, answer.transcript) == ("alexa:cloud:last_called", "öffne die garage")
    assert answer.fields["column"] == "cached/text"
