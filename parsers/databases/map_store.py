"""Amazon's account store, version 2 (``map_data_storage_v2.db``): names in clear, values encrypted.

References:
    The store of two Alexa apps of 2017 (CIFT's example result) has no key beside the values. From 2022 a table
    ``encryption_data`` holds the key; AES-CBC, PKCS5, the first 16 bytes of a value are its initialisation vector
    (jcrasselt/amazon-echo-show-15, DecryptMapDataStorageV2Db.java).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from parsers.databases.made_tables import MadeTables
from parsers.databases.table_kind import RowReader, TableKind
from parsers.formats.sqlite.create_table import TableDefinition
from parsers.formats.sqlite.database import Database
from parsers.formats.sqlite.table_row import TableRow
from parsers.parser import About
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.times import from_milliseconds
from parsers.values import shown

DATA_TYPE = "alexa:app:account_data"
_BLOCK = 16
_KEY_SIZES = (16, 24, 32)
_KEY_ROW = "key_encryption_secret"
_MAX_VALUE = 1024 * 1024
#: Names whose values allow acting as the account or the device, unless the name continues with a time or place.
_SECRET = re.compile(
    r"(?i)(adptoken|privatekey|access_token|refresh_token|cookies?(\.json)?(\.www\..*)?|encrypt\.key|sid|atmain|password"
    r"|secret|xfsn|json\.www\..*|^www\..*)$"
)
_SERIAL = re.compile(r"(?i)(deviceserialname|serial\.number|device\.serial)$")
_TYPE = re.compile(r"(?i)devicedevicetype$|device\.type$")
_TIME = {"expires_at": "Expiration Time", "refreshed_at": "Update Time"}
_NO_KEY = "encrypted; its key is not in this database"


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of one of the two value tables."""

    owner: str
    key: str
    value: str


_TABLES = {
    "account_data": _Columns("account_data_directed_id", "account_data_key", "account_data_value"),
    "device_data": _Columns("device_data_namespace", "device_data_key", "device_data_value"),
}


class MapStore(TableKind):
    """Reads the values, decrypted if the key is in the database."""

    name = "app_map_v2_values"
    version = "1"
    about = About(
        title="Values of Amazon's account store, version 2 (map_data_storage_v2.db)",
        data_types=(DATA_TYPE,),
        known_by=("an SQLite table account_data or device_data with the columns ..._key and ..._value",),
        shows="That an Amazon account or device kept a value of this name; where it could be decrypted, which.",
        does_not_show="Who signed in, or when. A value that could not be decrypted is known by its name alone.",
        validated_on=("Alexa app on Android, 2017: 23 account values and 6 device values, none with a key beside it",),
        limits=(
            "Values are decrypted only with a key in the table encryption_data of the same database.",
            "Tokens, cookies and private keys are decrypted, and kept as their length and SHA-256 alone.",
        ),
        references=("https://github.com/jungheum/pycift", "https://github.com/jcrasselt/amazon-echo-show-15"),
    )
    _made = MadeTables(("account_data", "device_data"))

    def hinted(self, head: bytes, path: str) -> bool:
        """Whether the head has the statements that create the tables, or the file has the store's name."""
        return self._made.are_in(head) or "map_data_storage_v2" in path

    def tables(self, path: str, tables: Mapping[str, TableDefinition]) -> tuple[TableDefinition, ...]:  # noqa: ARG002
        """Return the value tables, if they have the expected columns."""
        return tuple(
            tables[name]
            for name, columns in _TABLES.items()
            if name in tables and {columns.owner, columns.key, columns.value} <= _names(tables[name])
        )

    def reader(self, path: str, database: Database) -> RowReader:  # noqa: ARG002
        """Return a reader that uses the key in the database, if there is one."""
        secret = _secret(database)

        def read(row: TableRow) -> Iterator[Record | Issue]:
            yield _record(row, _TABLES[row.table], secret)

        return read


def _names(table: TableDefinition) -> set[str]:
    return {column.name for column in table.columns}


def _secret(database: Database) -> bytes | None:
    """The key, or None if the database holds no valid one."""
    table = database.tables.get("encryption_data")
    if table is None:
        return None
    for row in database.rows([table]):
        if not isinstance(row, TableRow) or not row.live or row.values.get("encryption_data_key") != _KEY_ROW:
            continue
        value = row.values.get("encryption_data_value")
        try:
            # The value is base64 with line breaks, as Android's encoder writes it.
            key = base64.b64decode(value) if isinstance(value, (str, bytes)) else b""
        except (binascii.Error, ValueError):
            return None
        return key if len(key) in _KEY_SIZES else None
    return None


def _record(row: TableRow, columns: _Columns, secret: bytes | None) -> Record:
    owner, key = (_text(row.values.get(column)) for column in (columns.owner, columns.key))
    text, state = _reading(row.values.get(columns.value), secret)
    fields: dict[str, Value] = {"owner": owner, "name": key, "value_is": state}
    is_secret = bool(_SECRET.search(key))
    if text is not None:
        fields["value"] = _hidden(text) if is_secret else text
    held = f', "{shown(text, 120) or ""}"' if text is not None and not is_secret else ""
    whose = f"for the account {owner}" if row.table == "account_data" else f"for the device, under {owner}"
    return Record(
        data_type=DATA_TYPE,
        message=f"The account store keeps the value {key}{held}, {whose}. The value is {state}.",
        locator=row.locator,
        timestamps=_timestamps(key, text),
        account=owner if row.table == "account_data" else None,
        device_serial=text if text and _SERIAL.search(key) else None,
        device_type=text if text and _TYPE.search(key) else None,
        fields=fields,
        keys=(f"amazon-account:{owner}",) if row.table == "account_data" else (),
    )


def _reading(value: object, secret: bytes | None) -> tuple[str | None, str]:
    """A value as text if it can be decrypted, and a sentence about it."""
    if value is None or value in (b"", ""):
        return None, "empty"
    if not isinstance(value, bytes):
        return str(value), "not encrypted"
    if len(value) < 2 * _BLOCK or len(value) % _BLOCK or len(value) > _MAX_VALUE:
        return None, f"{len(value)} bytes of a form that is not known"
    if secret is None:
        return None, f"{_NO_KEY} ({len(value)} bytes)"
    from Crypto.Cipher import AES
    from Crypto.Util.Padding import unpad

    cipher = AES.new(secret, AES.MODE_CBC, value[:_BLOCK])
    try:
        return unpad(cipher.decrypt(value[_BLOCK:]), _BLOCK).decode("utf-8"), "decrypted with the key in this database"
    except ValueError:
        return None, f"encrypted, and not with the key in this database ({len(value)} bytes)"


def _timestamps(key: str, text: str | None) -> tuple[Timestamp, ...]:
    description = _TIME.get(key.rpartition(".")[2])
    if description is None or text is None or not (text.isascii() and text.isdecimal()):
        return ()
    timestamp = from_milliseconds(int(text)) if len(text) <= 20 else None
    note = "Decrypted; read as epoch milliseconds, the app's own reckoning of when the token ends or was renewed."
    return (Timestamp(description, text, Clock.PHONE, timestamp, note),) if timestamp is not None else ()


def _text(value: object) -> str:
    return value if isinstance(value, str) else "not given"


def _hidden(text: str) -> str:
    return f"present, {len(text)} characters, SHA-256 {hashlib.sha256(text.encode()).hexdigest()}"
