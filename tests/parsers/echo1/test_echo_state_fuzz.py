"""No bytes make a parser of state files raise; what it yields can be kept, and its locators lead somewhere."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsers.bluetooth.bluez_folder import BluezFolder
from parsers.bluetooth.bluez_lines import FILES
from parsers.bluetooth.bluez_storage import BluezStorage
from parsers.bluetooth.btmd_lists import BtmdLists
from parsers.bluetooth.eir import decode
from parsers.catalogue import catalogue
from parsers.echo1.registration import EchoRegistration
from parsers.echo1.smarthome import EchoSmarthome
from parsers.echo1.state_files import StateFiles
from parsers.echo1.wifi import EchoWifi
from parsers.locator import resolve
from parsers.parser import Parser, Source
from parsers.record import Record

DECLARED = {entry.name: entry.about.data_types for entry in catalogue()}
FAST = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ADAPTER, PEER = "02:00:00:00:00:0A", b"02:00:00:00:00:01"
GOOD: list[tuple[Parser, str, bytes]] = [
    (BluezFolder(), f"{ADAPTER}/lastseen", PEER + b" 2019-05-04 18:00:01 GMT\n"),
    (BluezFolder(), f"{ADAPTER}/eir", PEER + b" 08094B69746368656E05030B110E11020AFC040D0404240000\n"),
    (BluezFolder(), f"{ADAPTER}/linkkeys", PEER + b" 00112233445566778899AABBCCDDEEFF 5 0\n"),
    (BluezFolder(), f"{ADAPTER}/config", b"name Echo\nclass 0x0c0414\n"),
    (BluezStorage(), f"{ADAPTER}/{PEER.decode()}/info", b"[General]\nName=x\nClass=0x1\n[LinkKey]\nKey=00\nType=4\n"),
    (BtmdLists(), "btmd/devices.proto", b"\x0a\x16\x0a\x11" + PEER + b"\x10\xac\x02"),
    (EchoRegistration(), "token/registrationInfo.json", b'{"adpToken": "x", "a": {"deviceType": "AB"}}'),
    (EchoRegistration(), "token/token.txt", b"abc"),
    (EchoSmarthome(), "smarthomed/e/schema.json", b'{"relationships": {"isComponentOf": {"endpointId": "G0"}}}'),
    (EchoSmarthome(), "smarthomed/e/A.json", b'{"a": [1, {"startTime": 1681062289}], "b": null}'),
    (StateFiles(), "var/local/last-known-date", b"010601302022.01\n"),
    (StateFiles(), "var/local/system/audiodVolumes", b"version1\n54\tMain\nNot Muted\n"),
    (StateFiles(), "var/spool/cron/root", b"*/5 * * * * /bin/x\n"),
    (StateFiles(), "var/local/hosts", b"127.0.0.1 localhost # x\n"),
    (EchoWifi(), "system/wifid.conf", b'network={\nssid="x"\npsk=y\n}\n'),
]


def _check(parser: Parser, path: str, content: bytes) -> None:
    source = Source.of(content, path)
    assert parser.claims(source) in {True, False}
    for item in parser.parse(source):
        resolve(io.BytesIO(content), item.locator)
        if isinstance(item, Record):
            json.dumps(dict(item.fields), allow_nan=False).encode()
            assert item.message.isprintable() or "\n" not in item.message
            assert item.data_type in DECLARED[item.parser or parser.name]
            for timestamp in item.timestamps:
                resolve(io.BytesIO(content), timestamp.locator)
        else:
            assert len(item.excerpt) <= 64


@pytest.mark.parametrize(("parser", "path", "content"), GOOD)
def test_good_samples_are_claimed(parser: Parser, path: str, content: bytes) -> None:
    assert parser.claims(Source.of(content, path))
    assert any(isinstance(item, Record) for item in parser.parse(Source.of(content, path)))


@pytest.mark.parametrize(("parser", "path", "content"), GOOD)
@given(data=st.data())
@FAST
def test_damaged_samples(parser: Parser, path: str, content: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(content)))
    cut = data.draw(st.integers(0, 8))
    _check(parser, path, content[:at] + data.draw(st.binary(max_size=12)) + content[at + cut :])


@pytest.mark.parametrize(("parser", "path"), [(parser, path) for parser, path, _ in GOOD])
@given(content=st.binary(max_size=300))
@FAST
def test_arbitrary_bytes(parser: Parser, path: str, content: bytes) -> None:
    _check(parser, path, content)


@pytest.mark.parametrize("name", sorted(FILES))
@given(value=st.text(max_size=80))
@FAST
def test_arbitrary_values_of_bluetooth_files(name: str, value: str) -> None:
    _check(BluezFolder(), f"{ADAPTER}/{name}", PEER + b" " + value.encode("utf-8", "replace") + b"\n")


@given(content=st.binary(max_size=1100))
@FAST
def test_arbitrary_answers_to_a_search(content: bytes) -> None:
    assert len(decode(content).unread) <= len(content)


@pytest.mark.parametrize(
    ("parser", "path", "content"),
    [
        (EchoSmarthome(), "smarthomed/e/A.json", b'{"a":' * 100_000),
        (EchoSmarthome(), "smarthomed/e/A.json", b'{"a":' * 900 + b"1" + b"}" * 900),
        (EchoSmarthome(), "smarthomed/e/A.json", b'{"a":[' + b"1," * 200_000 + b"1]}"),
        (EchoRegistration(), "token/registrationInfo.json", b'{"t":' + b"9" * 5000 + b"}"),
        (EchoRegistration(), "token/registrationInfo.json", b'{"a": "' + b"x" * 1_100_000 + b'"}'),
        (StateFiles(), "var/spool/cron/root", b"* " * 500_000),
        (StateFiles(), "var/local/hosts", b"1.1.1.1 " + b"a " * 2000 + b"\n"),
        (StateFiles(), "var/local/hosts", b"\n" * 1_200_000),
        (EchoWifi(), "system/wifid.conf", b"network={\n" * 110_000),
        (BluezFolder(), f"{ADAPTER}/eir", PEER + b" " + b"00" * 500_000),
        (BluezFolder(), f"{ADAPTER}/names", PEER + b" " + b"x" * 1_000_000),
        (BtmdLists(), "btmd/devices.proto", b"\x0a\x00" * 500_000),
        (BtmdLists(), "btmd/devices.proto", b"\x0a\xff\xff\xff\x7f" + PEER),
    ],
)
def test_hostile_sizes_end_soon(parser: Parser, path: str, content: bytes) -> None:
    _check(parser, path, content)
