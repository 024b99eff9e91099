from __future__ import annotations

import hashlib

import pytest

from parsers.bluetooth.bluez_storage import BluezStorage
from parsers.parser import Source
from parsers.record import Issue, Record

ADAPTER, PEER = "02:00:00:00:00:0A", "02:00:00:00:00:01"
FOLDER = f"p3/lib/bluetooth/{ADAPTER}"
NO_TIME = " The file holds no time: this is the state when the file was last written."
KEY = "00112233445566778899AABBCCDDEEFF"
HIDDEN = f"present, 32 characters, SHA-256 {hashlib.sha256(KEY.encode()).hexdigest()}"
INFO = f"""[General]
Name=Anna's phone
Class=0x5a020c
Trusted=true
Blocked=false
Services=0000110b-0000-1000-8000-00805f9b34fb;

[LinkKey]
Key={KEY}
Type=4
PINLength=0
"""


def _read(content: str, path: str) -> list[Record | Issue]:
    source = Source.of(content.encode(), path)
    assert BluezStorage().claims(source)
    return list(BluezStorage().parse(source))


def test_known_device_and_its_key() -> None:
    words = "phone, smartphone; services: networking, capturing, object transfer, telephony"
    service = "0000110b-0000-1000-8000-00805f9b34fb;"

    assert _read(INFO, f"{FOLDER}/{PEER}/info") == [
        Record(
            "echo:bluetooth:peer",
            f"The device's Bluetooth store keeps of the Bluetooth device {PEER}: the name \"Anna's phone\"; the class"
            f" 0x5a020c ({words}); the services Audio Sink (110b); Trusted true; Blocked false.{NO_TIME}",
            "",
            fields={
                "file": "info",
                "adapter": ADAPTER,
                "peer": PEER,
                "name": "Anna's phone",
                "class_in_words": words,
                "services": ["Audio Sink (110b)"],
                "sections": {
                    "General": {
                        "Name": "Anna's phone",
                        "Class": "0x5a020c",
                        "Trusted": "true",
                        "Blocked": "false",
                        "Services": service,
                    },
                    "LinkKey": {"Key": HIDDEN, "Type": "4", "PINLength": "0"},
                },
            },
            keys=(f"bluetooth:{PEER}",),
        ),
        Record(
            "echo:bluetooth:pairing",
            f"The device's Bluetooth store keeps a link key for the Bluetooth device {PEER}: it holds the two for"
            f" paired.{NO_TIME}",
            "line:9",
            fields={
                "file": "info",
                "adapter": ADAPTER,
                "peer": PEER,
                "section": "LinkKey",
                "link_key": HIDDEN,
                "key_type": "unauthenticated combination key (P-192)",
            },
            keys=(f"bluetooth:{PEER}",),
        ),
    ]


def test_cache_and_settings() -> None:
    (seen,) = _read("[General]\nName=TV\n", f"{FOLDER.replace(':', '_')}/cache/{PEER.replace(':', '_')}")
    (own,) = _read("# made by hand\n[General]\nDiscoverable=false\nAlias=Echo-1\n", f"{FOLDER}/settings")

    assert isinstance(seen, Record)
    assert isinstance(own, Record)
    assert seen.message == (
        f'The device\'s Bluetooth store keeps in its cache of the Bluetooth device {PEER}: the name "TV".{NO_TIME}'
    )
    assert (seen.fields["file"], seen.fields["adapter"], seen.keys) == ("cache", ADAPTER, (f"bluetooth:{PEER}",))
    assert own == Record(
        "echo:bluetooth:adapter",
        f"The device's Bluetooth store keeps settings of its own adapter {ADAPTER}: Discoverable false; Alias Echo-1."
        + NO_TIME,
        "",
        fields={
            "file": "settings",
            "adapter": ADAPTER,
            "sections": {"General": {"Discoverable": "false", "Alias": "Echo-1"}},
        },
        keys=(f"bluetooth:{ADAPTER}",),
    )


def test_secret_among_the_settings_is_not_shown() -> None:
    found = _read(f"[General]\nPrivateKey={KEY}\n", f"{FOLDER}/settings")

    assert KEY not in repr(found)
    assert HIDDEN in repr(found)


def test_line_that_is_no_value_is_an_issue_without_a_key() -> None:
    found = _read(f"[LinkKey]\nKey:{KEY}\n", f"{FOLDER}/{PEER}/info")

    assert found[0] == Issue("The line is neither a section nor a value.", "line:2", b"Key")
    assert KEY not in repr(found)


@pytest.mark.parametrize(
    ("path", "content"),
    [
        (f"{FOLDER}/{PEER}/other", INFO),
        (f"{FOLDER}/phone/info", INFO),
        ("etc/settings", INFO),
        ("settings", INFO),
        (f"{FOLDER}/settings", "Discoverable=false\n"),
        (f"{FOLDER}/settings", ""),
    ],
)
def test_other_files_are_not_claimed(path: str, content: str) -> None:
    assert not BluezStorage().claims(Source.of(content.encode(), path))
