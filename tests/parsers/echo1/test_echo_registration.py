from __future__ import annotations

import hashlib
import json

import pytest

from parsers.echo1.registration import EchoRegistration
from parsers.parser import Source
from parsers.record import Issue, Record, Value
from parsers.secret import hidden, is_secret_name, is_secret_value, without_secrets

FOLDER = "p8/local/token"
NO_TIME = " The file holds no time: this is the state when the file was last written."
#: Made up; it opens nothing.
SECRET = "made-up-secret-" * 4
ACCOUNT = "amzn1.account.AAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


def _digest(text: str) -> str:
    return f"present, {len(text)} characters, SHA-256 {hashlib.sha256(text.encode()).hexdigest()}"


def _read(content: bytes, name: str = "registrationInfo.json") -> list[Record | Issue]:
    source = Source.of(content, f"{FOLDER}/{name}")
    assert EchoRegistration().claims(source)
    return list(EchoRegistration().parse(source))


def test_registration_keeps_what_is_no_secret() -> None:
    value: dict[str, Value] = {
        "customerId": ACCOUNT,
        "device": {"device_serial_number": "G090LF1234567890", "deviceType": "AB72C64C86AW2"},
        "adpToken": SECRET,
        "devicePrivateKey": "short",
        "marketplace": "DE",
        "unnamed": SECRET,
        "cookies": [{"name": "a", "value": "b", "secure": True}],
    }

    found = _read(json.dumps(value).encode())

    assert found == [
        Record(
            "echo:account:registration",
            f"The device keeps a registration: account {ACCOUNT}, serial number G090LF1234567890.{NO_TIME}",
            "",
            device_serial="G090LF1234567890",
            device_type="AB72C64C86AW2",
            account=ACCOUNT,
            fields={
                **value,
                "adpToken": _digest(SECRET),
                "devicePrivateKey": "present, 5 characters",
                "unnamed": _digest(SECRET),
                "cookies": [{"name": "present, 1 character", "value": "present, 1 character", "secure": True}],
            },
        )
    ]
    assert SECRET not in repr(found)


def test_token_is_described_by_length_and_digest() -> None:
    assert _read(SECRET.encode() + b"\n", "token.txt") == [
        Record(
            "echo:account:token",
            f"The device keeps a registration token: {_digest(SECRET)}.{NO_TIME}",
            "",
            fields={"token": _digest(SECRET)},
        )
    ]


def test_damaged_registration_shows_no_secret() -> None:
    found = _read(f'{{"marketplace": "DE", "adpToken": "{SECRET}'.encode())

    assert any(isinstance(item, Issue) for item in found)
    assert SECRET[:8] not in repr(found)


@pytest.mark.parametrize(
    ("name", "content"),
    [("registrationInfo.json", b"[]"), ("registrationInfo.json", b""), ("token.txt", b"\0"), ("other.json", b"{}")],
)
def test_other_files_are_not_claimed(name: str, content: bytes) -> None:
    assert not EchoRegistration().claims(Source.of(content, f"{FOLDER}/{name}"))
    assert not EchoRegistration().claims(Source.of(b"{}", f"elsewhere/{name}"))


@pytest.mark.parametrize(
    "name",
    [
        "token", "adpToken", "access_token", "device_private_key", "Key", "password", "psk", "preSharedKey",
        "sessionId", "cookies", "PIN", "wifiPin", "LongTermKey", "clientSecret", "deviceCertificate", "authCode",
    ],
)  # fmt: skip
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name", ["deviceName", "customerId", "serial", "key_mgmt", "KeyType", "keyboard", "author", "spinner", "locale"]
)
def test_names_of_what_is_no_secret(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    ("value", "secret"),
    [
        ("Atna|abc", True),
        ("-----BEGIN RSA PRIVATE KEY-----", True),
        ("eyJhbGciOiJIUzI1NiJ9.e30.x", True),
        ("a" * 40, True),
        ("a" * 39, False),
        (ACCOUNT, False),
        ("Anna's Echo in the kitchen of her house at home", False),
    ],
)
def test_look_of_secrets(value: str, secret: bool) -> None:
    assert is_secret_value(value) is secret


def test_short_secret_has_no_digest() -> None:
    assert hidden("1234") == "present, 4 characters"
    assert hidden("x" * 31) == "present, 31 characters"
    assert hidden("x" * 32) == _digest("x" * 32)


def test_deep_nesting_ends() -> None:
    value: object = "x"
    for _ in range(500):
        value = {"a": value}

    assert "nested too deeply; not kept" in repr(without_secrets(value))
