from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable

import pytest
from Crypto.Cipher import AES
from Crypto.Util.Padding import pad

from parsers.databases.sqlite_tables import SqliteTables
from parsers.parser import Source
from parsers.record import Clock, Issue, Record, Timestamp

Make = Callable[..., dict[str, bytes]]
SourceIn = Callable[..., Source]

ACCOUNT = "amzn1.account.AEXAMPLE"
KEY = bytes(range(16))
IV = bytes(range(100, 116))
TABLES = (
    "CREATE TABLE android_metadata (locale TEXT)",
    "CREATE TABLE accounts (_id INTEGER PRIMARY KEY AUTOINCREMENT, directed_id TEXT UNIQUE NOT NULL,"
    " display_name TEXT NOT NULL)",
    "CREATE TABLE account_data (_id INTEGER PRIMARY KEY AUTOINCREMENT, account_data_directed_id TEXT NOT NULL,"
    " account_data_key TEXT NOT NULL, account_data_value BLOB, UNIQUE(account_data_directed_id,account_data_key))",
    "CREATE TABLE device_data (_id INTEGER PRIMARY KEY AUTOINCREMENT, device_data_namespace TEXT NOT NULL,"
    " device_data_key TEXT NOT NULL, device_data_value BLOB, UNIQUE(device_data_namespace,device_data_key))",
)
KEY_TABLE = "CREATE TABLE encryption_data (encryption_data_key TEXT, encryption_data_value TEXT)"
PATH = "data/data/com.amazon.dee.app/databases/map_data_storage_v2.db"


def _encrypted(text: str) -> bytes:
    return IV + AES.new(KEY, AES.MODE_CBC, IV).encrypt(pad(text.encode(), 16))


def _account(key: str, text: str) -> tuple[str, tuple[object, ...]]:
    return (
        "INSERT INTO account_data (account_data_directed_id, account_data_key, account_data_value) VALUES (?, ?, ?)",
        (ACCOUNT, key, _encrypted(text)),
    )


def _read(source: Source) -> list[Record | Issue]:
    parser = SqliteTables()
    assert parser.claims(source)
    return list(parser.parse(source))


@pytest.fixture
def filled() -> tuple[object, ...]:
    return (
        *TABLES,
        f"INSERT INTO accounts VALUES (1, '{ACCOUNT}', 'betty')",
        _account("com.amazon.dcp.sso.property.devicename", "Betty's Echo"),
        _account("com.amazon.dcp.sso.token.device.deviceserialname", "G0EXAMPLE"),
        _account("com.amazon.dcp.sso.token.oauth.amazon.access_token", "Atna|secret"),
        _account("com.amazon.dcp.sso.token.oauth.amazon.access_token.expires_at", "1500271959818"),
    )


def test_values_are_decrypted_with_the_key_in_the_database(
    make_database: Make, source_in: SourceIn, filled: tuple[object, ...]
) -> None:
    secret = base64.encodebytes(KEY).decode()
    files = make_database(
        *filled, KEY_TABLE, ("INSERT INTO encryption_data VALUES ('key_encryption_secret', ?)", (secret,)), name=PATH
    )
    found = _read(source_in(files, PATH))
    assert [item for item in found if isinstance(item, Issue)] == []
    records = {str(item.fields.get("name", item.data_type)): item for item in found if isinstance(item, Record)}
    assert len(found) == 6
    assert {item.parser for item in found} == {"app_map_v2_accounts", "app_map_v2_key", "app_map_v2_values"}
    device = records["com.amazon.dcp.sso.property.devicename"]
    assert device == Record(
        data_type="alexa:app:account_data",
        message=(
            'The account store keeps the value com.amazon.dcp.sso.property.devicename, "Betty\'s Echo", for the account'
            f" {ACCOUNT}. The value is decrypted with the key in this database."
        ),
        locator=device.locator,
        account=ACCOUNT,
        fields={
            "owner": ACCOUNT, "name": "com.amazon.dcp.sso.property.devicename",
            "value_is": "decrypted with the key in this database", "value": "Betty's Echo",
            "table": "account_data", "row": 1, "provenance": "live",
        },
        keys=(f"amazon-account:{ACCOUNT}",),
        parser="app_map_v2_values",
        parser_version="1",
    )  # fmt: skip
    assert records["com.amazon.dcp.sso.token.device.deviceserialname"].device_serial == "G0EXAMPLE"
    expires = records["com.amazon.dcp.sso.token.oauth.amazon.access_token.expires_at"]
    (timestamp,) = expires.timestamps
    assert (timestamp.description, timestamp.recorded, timestamp.clock, timestamp.timestamp) == (
        "Expiration Time", "1500271959818", Clock.PHONE, 1500271959818000,
    )  # fmt: skip
    assert isinstance(timestamp, Timestamp)


def test_secrets_are_described_by_their_hash(
    make_database: Make, source_in: SourceIn, filled: tuple[object, ...]
) -> None:
    secret = base64.encodebytes(KEY).decode()
    files = make_database(
        *filled, KEY_TABLE, ("INSERT INTO encryption_data VALUES ('key_encryption_secret', ?)", (secret,)), name=PATH
    )
    found = [item for item in _read(source_in(files, PATH)) if isinstance(item, Record)]
    (token,) = (item for item in found if str(item.fields.get("name", "")).endswith("access_token"))
    digest = hashlib.sha256(b"Atna|secret").hexdigest()
    assert token.fields["value"] == f"present, 11 characters, SHA-256 {digest}"
    assert not any("Atna|secret" in item.message or secret.strip() in item.message for item in found)


def test_without_a_key_the_names_are_left_and_it_is_reported(
    make_database: Make, source_in: SourceIn, filled: tuple[object, ...]
) -> None:
    found = _read(source_in(make_database(*filled, name=PATH), PATH))
    assert [item for item in found if isinstance(item, Issue)] == []
    values = [item for item in found if isinstance(item, Record) and item.parser == "app_map_v2_values"]
    assert len(values) == 4
    assert {item.fields["value_is"] for item in values} == {"encrypted; its key is not in this database (32 bytes)"}
    assert all("value" not in item.fields and not item.timestamps for item in values)


@pytest.mark.parametrize("secret", ["AAAA", "not base64 at all!", base64.b64encode(bytes(16)).decode(), ""])
def test_a_key_that_does_not_fit_decrypts_nothing(
    make_database: Make, source_in: SourceIn, filled: tuple[object, ...], secret: str
) -> None:
    files = make_database(
        *filled, KEY_TABLE, ("INSERT INTO encryption_data VALUES ('key_encryption_secret', ?)", (secret,)), name=PATH
    )
    values = [
        item for item in _read(source_in(files, PATH))
        if isinstance(item, Record) and item.parser == "app_map_v2_values"
    ]  # fmt: skip
    assert len(values) == 4
    assert all("value" not in item.fields for item in values)
    assert all("decrypted with" not in item.message for item in values)
