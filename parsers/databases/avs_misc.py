"""Named values stored by components of the AVS Device SDK and the Auto SDK, and the refresh token of a device.

References:
    github.com/alexa/avs-device-sdk: SQLiteMiscStorage (tables ``{component}_{table}``), SQLiteCBLAuthDelegateStorage
    (table ``refreshToken``). github.com/alexa/alexa-auto-sdk: the same with the type STRING (``aace-storage.db``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from parsers.databases.table_kind import RowReader, TableKind, plain
from parsers.formats.lazy_pattern import lazy
from parsers.formats.sqlite.create_table import TableDefinition
from parsers.formats.sqlite.database import Database
from parsers.formats.sqlite.table_row import TableRow
from parsers.parser import About
from parsers.record import Issue, Record, Value
from parsers.secret import hidden, is_secret_value, masked_values
from parsers.values import shown

DATA_TYPE, TOKEN_TYPE = "echo:avs:value", "echo:account:token"
#: The table and its only column.
_REFRESH = "refreshToken"
#: Components whose tables are recognised in any file.
_COMPONENT = lazy(
    r"(?i)(?:capabilitiesDelegate|authorizationManager|authDelegate|cblAuthDelegate|lwa\w{0,30}|alexa\w{0,40}|avs\w{0,40}"
    r"|aace\w{0,40}|externalMediaPlayer|deviceSettings|alerts\w{0,20}|equalizer\w{0,20}|dcfDelegate|apiGateway\w{0,20}"
    r"|registrationManager|multiRoomMusic|localeAssetsManager|interactionModel)_\w{1,80}"
)
_FILE = lazy(r"(?i)(?:^|/)(?:misc(?:database)?|aace[-_]?storage|[^/]{0,40}(?:avs|alexa)[^/]{0,40})\.(?:db|sqlite3?)$")
_MADE = lazy(
    rb"CREATE TABLE (?:IF NOT EXISTS )?[\"'`\[]?"
    rb"(?:(?P<name>\w{1,120})[\"'`\]]?\s{0,20}\(\s{0,8}key (?:TEXT|STRING) PRIMARY KEY"
    rb"|refreshToken[\"'`\]]?\s{0,20}\()",
    re.IGNORECASE,
)
_SECRET_KEY = lazy(r"(?i)token|secret|passw|psk|credential|cookie|private")


class AvsMisc(TableKind):
    """Reads each value."""

    name = "avs_misc"
    version = "1"
    about = About(
        title="Values kept by components of the AVS Device SDK and the Auto SDK (miscDatabase.db, cblAuthDelegate.db)",
        data_types=(DATA_TYPE, TOKEN_TYPE),
        known_by=(
            "an SQLite table {component}_{table} with the two columns key and value, of a known component or in a"
            " database named miscDatabase.db, aace-storage.db, or after AVS or Alexa",
            "an SQLite table refreshToken with the one column refreshToken",
        ),
        shows="What the component kept under this name: such as the state of the device's registration.",
        does_not_show="When it was kept. What the value means to the component.",
        validated_on=(
            "Made files only, with the tables as seen in the published source of the SDK. That cblAuthDelegate.db holds"
            " the refresh token is seen in that source too.",
        ),
        limits=(
            "The tables hold no time.",
            "Tokens and other secrets are never shown: their length is, and a SHA-256 if they are long.",
        ),
        references=("https://github.com/alexa/avs-device-sdk", "https://github.com/alexa/alexa-auto-sdk"),
    )

    def hinted(self, head: bytes, path: str) -> bool:
        """Whether the head has a statement that creates one of the tables."""
        return any(_is_ours((found["name"] or b"").decode("ascii", "replace"), path) for found in _MADE.finditer(head))

    def tables(self, path: str, tables: Mapping[str, TableDefinition]) -> tuple[TableDefinition, ...]:
        """Return the value tables and the token table."""
        return tuple(table for table in tables.values() if _is_table(table, path))

    def reader(self, path: str, database: Database) -> RowReader:  # noqa: ARG002
        """Return a reader that reads each row on its own."""
        return _read


def _is_ours(name: str, path: str) -> bool:
    """Whether a value table belongs to a component. The token table is not matched here."""
    return not name or _COMPONENT.fullmatch(name) is not None or _FILE.search(path) is not None


def _is_table(table: TableDefinition, path: str) -> bool:
    columns = {column.name for column in table.columns}
    if table.name == _REFRESH:
        return columns == {_REFRESH}
    return columns == {"key", "value"} and _is_ours(table.name, path)


def _read(row: TableRow) -> Iterator[Record | Issue]:
    if row.table == _REFRESH:
        token = shown(plain(row).get(_REFRESH), 4096) or ""
        message = f"The device keeps a refresh token, with which it signs in to the service: {hidden(token)}."
        yield Record(TOKEN_TYPE, message, row.locator, fields={"token": hidden(token)})
        return
    fields: dict[str, Value] = {**plain(row)}
    key, value = shown(fields.get("key"), 200) or "", fields.get("value")
    if isinstance(value, str) and (_SECRET_KEY.search(key) or is_secret_value(value)):
        fields["value"] = hidden(value)
    else:
        fields["value"] = masked_values(value, key)
    component, _, table = row.table.partition("_")
    of = f'The component "{component}"' if table else "A component"
    message = (
        f'{of} keeps under "{key}" in its table "{table or row.table}" the value "{shown(fields["value"], 200) or ""}".'
    )
    yield Record(DATA_TYPE, message, row.locator, fields=fields)
