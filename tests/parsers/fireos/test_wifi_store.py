"""Networks of a Wi-Fi store."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.fireos.wifi_store import WifiStore
from parsers.parser import Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp

PARSER = WifiStore()
PATH = "misc/wifi/WifiConfigStore.xml"
Found = tuple[list[Record], list[Issue]]


def test_networks_with_and_without_a_password(
    made_file: Callable[[str], Source], read_with: Callable[[Parser, Source], Found]
) -> None:
    (home, cafe), issues = read_with(PARSER, made_file(PATH))
    assert issues == []
    assert home == Record(
        "echo:wifi:network",
        'The device\'s Wi-Fi store keeps the network "Zuhause", security WPA-PSK, with a password. It records that the'
        " device has been connected to it.",
        "bytes:126+779",
        (
            Timestamp(
                "Creation Time",
                "time=04-07 17:53:57.748",
                Clock.DEVICE,
                None,
                "The device's clock in its own time zone; the file names neither the zone nor the year.",
                "bytes:480+60",
            ),
        ),
        fields={
            "ssid_text": "Zuhause",
            "WifiConfiguration": {
                "ConfigKey": '"Zuhause"WPA_PSK',
                "SSID": '"Zuhause"',
                "BSSID": None,
                "PreSharedKey": '"made-up-password"',
                "WEPKeys": None,
                "HiddenSSID": False,
                "AllowedKeyMgmt": "02",
                "CreationTime": "time=04-07 17:53:57.748",
                "RandomizedMacAddress": "02:00:00:00:00:00",
            },
            "NetworkStatus": {"SelectionStatus": "NETWORK_SELECTION_ENABLED", "HasEverConnected": True},
            "IpConfiguration": {"IpAssignment": "DHCP", "ProxySettings": "NONE"},
        },
    )
    assert cafe.message == (
        'The device\'s Wi-Fi store keeps the network "Café", security none, without a password. It records that the'
        " device has never been connected to it."
    )
    assert "made-up-password" not in home.message


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"ABX\x00", "The file is Android binary XML (ABX)"),
        (b"<map/>", "The outermost element is map; that of a Wi-Fi store is WifiConfigStoreData."),
        (b"<WifiConfigStoreData><NetworkList><Network/></NetworkList></WifiConfigStoreData>", "A network without"),
        (b"<WifiConfigStoreData><NetworkList>", "The XML is damaged or breaks off at byte 34"),
        (b"<WifiConfigStoreData>" + b"<a>" * 40, "The XML is nested deeper than 32 levels."),
    ],
)
def test_what_cannot_be_read_is_an_issue(content: bytes, expected: str) -> None:
    source = Source.of(content, PATH)
    assert PARSER.claims(source)
    (issue,) = PARSER.parse(source)
    assert isinstance(issue, Issue)
    assert issue.what.startswith(expected)


def test_an_empty_store_says_so() -> None:
    (record,) = PARSER.parse(Source.of(b"<WifiConfigStoreData/>", "x"))
    assert isinstance(record, Record)
    assert record.message == "The Wi-Fi store keeps no network."


@pytest.mark.parametrize(
    ("digits", "words"),
    [
        ("06", "WPA-PSK or WPA-EAP"),
        ("0001", "WPA3-SAE"),
        ("00", "not given"),
        ("zz", "not given"),
        ("000004", "another"),
    ],
)
def test_words_for_the_security(digits: str, words: str) -> None:
    text = (
        '<WifiConfigStoreData><NetworkList><Network><WifiConfiguration><string name="SSID">"a"</string>'
        f'<byte-array name="AllowedKeyMgmt" num="1">{digits}</byte-array></WifiConfiguration></Network></NetworkList>'
        "</WifiConfigStoreData>"
    )
    (record,) = PARSER.parse(Source.of(text.encode(), "x"))
    assert isinstance(record, Record)
    assert f"security {words}, without a password." in record.message


def test_many_damaged_networks_are_counted() -> None:
    text = f"<WifiConfigStoreData><NetworkList>{'<Network/>' * 300}</NetworkList></WifiConfigStoreData>"
    found = list(PARSER.parse(Source.of(text.encode(), "x")))
    assert len(found) == 51
    assert found[-1] == Issue("250 more parts of the file could not be read.")


def test_claims() -> None:
    assert not PARSER.claims(Source.of(b"<map/>", "x/WifiConfigStore.xml"))
    assert PARSER.claims(Source.of(b"<map/>", "x/wifi/WifiConfigStore.xml"))
    assert PARSER.claims(Source.of(b"<?xml version='1.0'?>\n<WifiConfigStoreData>", "export/1"))


@settings(deadline=None, max_examples=80)
@given(st.integers(0, 1500), st.binary(max_size=8))
def test_damage_never_raises(made_file: Callable[[str], Source], at: int, piece: bytes) -> None:
    good = made_file(PATH).head
    assert list(PARSER.parse(Source.of(good[:at] + piece + good[at + len(piece) :], PATH)))
