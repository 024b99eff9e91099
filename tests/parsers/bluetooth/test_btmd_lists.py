from __future__ import annotations

import pytest

from parsers.bluetooth.btmd_lists import BtmdLists
from parsers.parser import Source
from parsers.record import Issue, Record

PEERS = ("02:00:00:00:00:01", "02:00:00:00:00:02")
NO_TIME = " The file holds no time: this is the state when the file was last written."


def _entry(address: str, more: bytes = b"") -> bytes:
    inner = b"\x0a\x11" + address.encode() + more
    return b"\x0a" + bytes([len(inner)]) + inner


def _read(content: bytes, name: str = "devices.proto") -> list[Record | Issue]:
    source = Source.of(content, f"p8/local/btmd/{name}")
    assert BtmdLists().claims(source)
    return list(BtmdLists().parse(source))


def test_each_address_is_a_record() -> None:
    content = _entry(PEERS[0]) + _entry(PEERS[1], b"\x10\xac\x02\x1d\x01\x00\x00\x00\x22\x02ab")

    assert _read(content) == [
        Record(
            "echo:bluetooth:peer",
            f"The device's Bluetooth manager lists the Bluetooth device {PEERS[0]}.{NO_TIME}",
            "bytes:0+21",
            fields={"file": "devices.proto", "address": PEERS[0]},
            keys=(f"bluetooth:{PEERS[0]}",),
        ),
        Record(
            "echo:bluetooth:peer",
            f"The device's Bluetooth manager lists the Bluetooth device {PEERS[1]}.{NO_TIME}",
            "bytes:21+33",
            fields={
                "file": "devices.proto",
                "address": PEERS[1],
                "field_2": 300,
                "field_3": "01000000",
                "field_4": "6162",
            },
            keys=(f"bluetooth:{PEERS[1]}",),
        ),
    ]


def test_own_adapter() -> None:
    (record,) = _read(_entry(PEERS[0]), "adapters.proto")

    assert isinstance(record, Record)
    assert record.data_type == "echo:bluetooth:adapter"
    assert record.message == f"The device's Bluetooth manager lists its own adapter {PEERS[0]}.{NO_TIME}"


def test_empty_list_is_reported() -> None:
    assert _read(b"", "system.proto") == [
        Record(
            "echo:bluetooth:adapter",
            f'The Bluetooth manager\'s file "system.proto" is empty: it lists nothing.{NO_TIME}',
            "",
            fields={"file": "system.proto", "entries": 0},
        )
    ]


@pytest.mark.parametrize(
    ("rest", "what"),
    [
        (b"\x0a\x7fab", "a field is cut off."),
        (b"\xff" * 12, "a number of more than ten bytes."),
        (b"\x0b", "a field of the kind 3, which does not exist."),
        (b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "a field is cut off."),
    ],
)
def test_what_is_not_of_the_form_is_an_issue_after_the_records(rest: bytes, what: str) -> None:
    record, issue = _read(_entry(PEERS[0]) + rest)

    assert isinstance(record, Record)
    assert issue == Issue(f"Not of the form of a list of addresses from here on: {what}", f"bytes:21+{len(rest)}", rest)


def test_field_that_is_no_entry_is_passed_over_with_an_issue() -> None:
    first, issue, last = _read(_entry(PEERS[0]) + b"\x10\x01" + _entry(PEERS[1]))

    assert isinstance(first, Record)
    assert isinstance(last, Record)
    assert issue == Issue("The field is not an entry of a list of addresses.", "bytes:21+2", b"\x10\x01")


def test_long_list_is_read_up_to_a_bound_that_is_reported() -> None:
    found = _read(_entry(PEERS[0]) * 1001)

    assert len(found) == 1001
    assert found[-1] == Issue("The list has more than 1000 entries; the rest was not read.")


@pytest.mark.parametrize(
    ("path", "content"),
    [("x/devices.proto", _entry(PEERS[0])), ("btmd/devices.proto", b"text"), ("btmd/other.proto", _entry(PEERS[0]))],
)
def test_other_files_are_not_claimed(path: str, content: bytes) -> None:
    assert not BtmdLists().claims(Source.of(content, path))
