"""Local Storage of WebKit (Safari, web views on iOS), and of Chromium and WebView up to 2018: an SQLite table of items.

``https_alexa.amazon.com_0.localstorage`` names its origin; in newer folders the file is ``localstorage.sqlite3``, and
only a file in the parent folder names the page. Keys are text, values UTF-16LE in a blob.

References:
    WebKit Source/WebKit/NetworkProcess/storage/SQLiteStorageArea.cpp, Source/WebCore/page/SecurityOriginData.cpp
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from parsers.alexa_api.items.body import TextPlaces
from parsers.app.packages import app_of
from parsers.browser.cache_times import clock_of
from parsers.databases.made_tables import MadeTables
from parsers.databases.table_kind import RowReader, TableKind, plain
from parsers.formats.sqlite.create_table import TableDefinition
from parsers.formats.sqlite.database import Database
from parsers.formats.sqlite.table_row import TableRow
from parsers.parser import ANSWERS, About
from parsers.record import Issue, Record
from parsers.web_storage.stored_item import (
    LOCAL_TYPE,
    StoredItem,
    is_service_origin,
    item_records,
    names_the_service,
)

_TABLE = "ItemTable"
_NAME = re.compile(r"(?:^|/)([a-z][a-z-]{1,30})_([A-Za-z0-9.-]{1,253})_(\d{1,5})\.localstorage$")
_PATH = re.compile(r"\.localstorage$|(?:^|/)localstorage\.sqlite3$", re.IGNORECASE)
_APP = re.compile(r"(?:^|/)(?:AppDomain-)?com\.amazon\.echo(?:$|[/.])")


class WebKitStorage(TableKind):
    """Reads items of the service's pages and of the Alexa app, and items that name the service."""

    name = "webkit_local_storage"
    version = "1"
    about = About(
        title="Local Storage of WebKit on iOS and macOS, and of older WebViews (localstorage)",
        data_types=(LOCAL_TYPE,),
        hands_on=(ANSWERS,),
        known_by=(
            "an SQLite table ItemTable with the columns key and value, in a file whose name ends in .localstorage or is"
            " localstorage.sqlite3, or in the folder of an Alexa app",
        ),
        shows="That a page of this origin, or the app, stored this item in this browser or web view.",
        does_not_show=(
            "When an item was stored: the table holds no time. Who used the browser: pages store by themselves."
        ),
        validated_on=("Made files only.",),
        limits=(
            "Items of other pages that do not name the service are not listed.",
            "Of a localstorage.sqlite3 the origin is not in the file; it is left open.",
            "The locator is the row's; values within its JSON have none of their own.",
        ),
        references=("https://github.com/WebKit/WebKit (SQLiteStorageArea.cpp)",),
    )
    _made = MadeTables((_TABLE,))

    def hinted(self, head: bytes, path: str) -> bool:
        """Whether the file name matches, or the folder and the statement that creates the table."""
        return bool(_PATH.search(path)) or (_is_app(path) and self._made.are_in(head))

    def tables(self, path: str, tables: Mapping[str, TableDefinition]) -> tuple[TableDefinition, ...]:
        """Return the item table, if it has the expected columns."""
        table = tables.get(_TABLE)
        if table is None or not (_PATH.search(path) or _is_app(path)):
            return ()
        return (table,) if {"key", "value"} <= {column.name for column in table.columns} else ()

    def reader(self, path: str, database: Database) -> RowReader:  # noqa: ARG002
        """Return a reader that reads each row on its own."""
        found = _NAME.search(path)
        port = f":{found[3]}" if found and found[3] != "0" else ""
        origin = f"{found[1]}://{found[2]}{port}" if found else ""
        every = _is_app(path) or is_service_origin(origin)

        def read(row: TableRow) -> Iterator[Record | Issue]:
            key, value = row.values.get("key"), row.values.get("value")
            name = key.decode("utf-8", "backslashreplace") if isinstance(key, bytes) else str(key)
            content = value if isinstance(value, bytes) else str(value or "").encode("utf-8", "replace")
            if every or names_the_service(name.encode("utf-8", "replace")) or names_the_service(content):
                text = _text(value)
                item = StoredItem(
                    LOCAL_TYPE, path, clock_of(path), origin, name, text if text is not None else plain(row)["value"],
                    row.locator, TextPlaces(row.locator), len(content),
                )  # fmt: skip
                yield from item_records(item)

        return read


def _is_app(path: str) -> bool:
    return app_of(path) is not None or _APP.search(path) is not None


def _text(value: object) -> str | None:
    """A value as text; None if it is neither text nor UTF-16."""
    if isinstance(value, bytes):
        try:
            return value.decode("utf-16-le")
        except UnicodeDecodeError:
            return None
    return value if isinstance(value, str) else None
