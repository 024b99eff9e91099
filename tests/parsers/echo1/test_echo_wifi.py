from __future__ import annotations

import hashlib

import pytest

from parsers.echo1.wifi import EchoWifi, entropy
from parsers.parser import Source
from parsers.record import Issue, Record

NO_TIME = " The file holds no time: this is the state when the file was last written."
KEY = "ab" * 32
SUPPLICANT = f"""ctrl_interface=/var/run
network={{
\tssid="Home 1"
\tpsk="correct horse"
\tkey_mgmt=WPA-PSK
}}
network={{
\tssid=4b6974
\tpsk={KEY}
}}
network={{
\tssid="Open"
\tkey_mgmt=NONE
}}
"""


def _read(content: bytes, path: str = "p8/local/system/wifid.conf") -> list[Record | Issue]:
    source = Source.of(content, path)
    assert EchoWifi().claims(source)
    return list(EchoWifi().parse(source))


def test_what_is_not_text_is_described_by_its_measured_entropy() -> None:
    content = bytes(range(256)) + bytes(range(64))

    assert _read(content) == [
        Record(
            "echo:wifi:configuration",
            'The Wi-Fi configuration "wifid.conf" is not text: 320 bytes, measured entropy 7.92 of at most 8.00 bits'
            f" per byte. No network can be read from it.{NO_TIME}",
            "",
            fields={
                "file": "wifid.conf",
                "bytes": 320,
                "entropy_bits_per_byte": 7.92,
                "entropy_at_most": 8.0,
                "whole_blocks_of_16": True,
            },
        )
    ]


@pytest.mark.parametrize(("content", "bits"), [(b"aaaa", 0.0), (b"abab", 1.0), (bytes(range(256)), 8.0)])
def test_entropy(content: bytes, bits: float) -> None:
    assert entropy(content) == bits


def test_networks_are_reported_without_their_secrets() -> None:
    first, second, third = _read(SUPPLICANT.encode(), "p9/misc/wifi/wpa_supplicant.conf")

    assert first == Record(
        "echo:wifi:network",
        'The Wi-Fi configuration "wpa_supplicant.conf" holds settings of the network "Home 1", security WPA-PSK, with'
        f" a secret.{NO_TIME}",
        "line:2",
        fields={
            "file": "wpa_supplicant.conf",
            "ssid_text": "Home 1",
            "settings": {"ssid": '"Home 1"', "psk": "present, 13 characters", "key_mgmt": "WPA-PSK"},
        },
    )
    assert isinstance(second, Record)
    assert isinstance(third, Record)
    digest = hashlib.sha256(KEY.encode()).hexdigest()
    assert second.fields["settings"] == {"ssid": "4b6974", "psk": f"present, 64 characters, SHA-256 {digest}"}
    assert second.fields["ssid_text"] == "Kit"
    assert third.message.endswith(f'of the network "Open", security NONE, without a secret.{NO_TIME}')


def test_sections_with_names_are_networks_too() -> None:
    (record,) = _read(b'[profile_0]\nessid="Home"\npassword=x\n[other]\na=b\n')

    assert isinstance(record, Record)
    assert record.fields == {
        "file": "wifid.conf",
        "ssid_text": "Home",
        "settings": {"essid": '"Home"', "password": "present, 1 character"},
    }


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", 'The file "wifid.conf" is empty.'),
        (b"psk=secret\n", "The file is text, but no network with a name was found in it."),
    ],
)
def test_file_without_a_network_is_an_issue(content: bytes, what: str) -> None:
    assert _read(content) == [Issue(what)]


@pytest.mark.parametrize(
    ("path", "content"),
    [("etc/wifid.conf", b"\x80"), ("wpa_supplicant.conf", b"nothing"), ("system/wifi.conf", b"network={\n")],
)
def test_other_files_are_not_claimed(path: str, content: bytes) -> None:
    assert not EchoWifi().claims(Source.of(content, path))
