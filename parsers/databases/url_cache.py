"""The cache of Apple's URL loading system, ``Cache.db``: apps on iOS and macOS, and Safari up to version 10.

``cfurl_cache_response`` has an entry's address and the time at which it was stored, ``cfurl_cache_receiver_data`` its
body, or the name of a file in ``fsCachedData`` that holds it.

References:
    The tables as published examinations of iOS apps describe them (magnet-forensics.com, "iOS NSURLCache"; ydkhatri's
    mac_apt, plugin netusage); developer.apple.com (NSURLCache). Bodies are stored decoded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from parsers import written_time
from parsers.alexa_api.answers.responses import read
from parsers.alexa_api.answers.within import bodies
from parsers.alexa_api.items.address import ApiUrl
from parsers.alexa_api.items.body import Body, RowPlaces
from parsers.alexa_api.items.loaded_json import load
from parsers.browser.cache_times import clock_of
from parsers.databases.made_tables import MadeTables
from parsers.databases.table_kind import RowReader, TableKind
from parsers.exchanges.cached_answer import DATA_TYPES, BytesSent, Cached, CachedBody, records
from parsers.formats.sqlite.create_table import TableDefinition
from parsers.formats.sqlite.database import Database
from parsers.formats.sqlite.table_row import TableRow
from parsers.parser import ANSWERS, About, Source
from parsers.record import Issue, Record, Timestamp, Value

_RESPONSE, _RECEIVER, _BLOBS = "cfurl_cache_response", "cfurl_cache_receiver_data", "cfurl_cache_blob_data"
_NAME = re.compile(r"(?:^|/)Cache\.db$")
_FILE = re.compile(rb"[0-9A-Fa-f-]{36}")
#: The most entries whose addresses are kept in memory.
MAX_ENTRIES = 200_000
_NOTE = "When the entry was stored, by the clock of the phone or computer; SQLite writes it in UTC."


class _AppleEntry(NamedTuple):
    """An entry's address, and the time at which it was stored."""

    url: ApiUrl
    stored: tuple[Timestamp, ...]


class UrlCache(TableKind):
    """Reads the entries that are answers of the service."""

    name = "apple_url_cache"
    version = "1"
    about = About(
        title="Answers of the Alexa service in the cache of iOS and macOS apps (NSURLCache, Cache.db)",
        data_types=DATA_TYPES,
        hands_on=(ANSWERS,),
        known_by=(f"the SQLite tables {_RESPONSE} and {_RECEIVER}",),
        shows="That an app asked for this address, and what it was answered, and when the answer was stored.",
        does_not_show="Who used the device, or that the answer was shown. That these were the only answers.",
        validated_on=("Made files only.",),
        limits=(
            "A body in fsCachedData is read as a file of its own; the entry names that file.",
            f"The addresses of the first {MAX_ENTRIES} entries are known.",
            "The locator is the row's; values within its JSON have none of their own.",
        ),
        references=("https://developer.apple.com/documentation/foundation/urlcache",),
    )
    _made = MadeTables((_RESPONSE,))

    def hinted(self, head: bytes, path: str) -> bool:
        """Whether the head has the statement that creates the table, or the file has its usual name."""
        return self._made.are_in(head) or bool(_NAME.search(path))

    def tables(self, path: str, tables: Mapping[str, TableDefinition]) -> tuple[TableDefinition, ...]:  # noqa: ARG002
        """Return the cache's tables, if those of the addresses and of the bodies are there."""
        if _RESPONSE not in tables or _RECEIVER not in tables:
            return ()
        return tuple(tables[name] for name in (_RECEIVER, _RESPONSE, _BLOBS) if name in tables)

    def reader(self, path: str, database: Database) -> RowReader:
        """Return a reader that loads the addresses first, then reads each body."""
        entries = _entries(database, path)

        def read_row(row: TableRow) -> Iterator[Record | Issue]:
            entry = entries.get(row.values.get("entry_ID")) if row.table == _RECEIVER else None
            if entry is not None:
                yield from _in_entry(entry, row, path)

        return read_row


def _entries(database: Database, path: str) -> dict[object, _AppleEntry]:
    found: dict[object, _AppleEntry] = {}
    for row in database.rows([database.tables[_RESPONSE]]):
        if not isinstance(row, TableRow) or len(found) >= MAX_ENTRIES:
            continue
        key, stored = row.values.get("request_key"), row.values.get("time_stamp")
        url = ApiUrl.parse(key) if isinstance(key, str) and key.startswith(("https://", "http://")) else None
        if url is not None:
            found.setdefault(row.values.get("entry_ID"), _AppleEntry(url, _stored(stored, path)))
    return found


def _stored(value: object, path: str) -> tuple[Timestamp, ...]:
    if not isinstance(value, str):
        return ()
    try:
        when = written_time.read_as(value, "", utc=True)
    except ValueError:
        return ()
    return (Timestamp("Recorded Time", value, clock_of(path), when.timestamp, _NOTE),) if when else ()


def _in_entry(entry: _AppleEntry, row: TableRow, path: str) -> Iterator[Record | Issue]:
    value = row.values.get("receiver_data")
    content = value if isinstance(value, bytes) else str(value or "").encode("utf-8", "replace")
    beside = bool(row.values.get("isDataOnFS")) and _FILE.fullmatch(content)
    if not beside:
        loaded = load(Source.of(content, path))
        if isinstance(loaded.value, (dict, list)):
            fields: dict[str, Value] = {"cache": "NSURLCache"}
            if entry.stored:
                fields["cache_recorded_time"] = entry.stored[0].recorded
            places, clock = RowPlaces(row.locator), clock_of(path)
            whole = Body(loaded.value, path, places, entry.url, clock, timestamps=entry.stored, fields=fields)
            for body in bodies(whole):
                yield from (body,) if isinstance(body, Issue) else read(body)
            return
    file = f"fsCachedData/{content.decode('ascii')}" if beside else ""
    yield from records(
        Cached(
            entry.url,
            path,
            clock_of(path),
            "NSURLCache",
            "",
            (),
            CachedBody(b"", row.locator, sent=BytesSent()) if beside else CachedBody(content, row.locator),
            kept_times=entry.stored,
            fields={"body_file": file} if file else {},
            remark=f"The body is in the file {file}." if file else "",
        )
    )
