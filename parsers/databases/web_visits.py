"""Visits to Alexa and Amazon device pages in a browser's history: each visit, with its address.

References:
    Chromium components/history/core/browser/visit_database.cc; Firefox toolkit/components/places/nsPlacesTables.h.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from parsers.databases.made_tables import MadeTables
from parsers.databases.table_kind import RowReader, TableKind, plain
from parsers.formats.sqlite.create_table import TableDefinition
from parsers.formats.sqlite.database import Database
from parsers.formats.sqlite.table_row import TableRow
from parsers.parser import About
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.times import MILLISECONDS_MAX, MILLISECONDS_MIN
from parsers.values import shown

DATA_TYPE = "alexa:web:visit"
#: Hosts of the Alexa service, and Amazon pages for managing devices and recordings.
_ADDRESS = re.compile(
    r"^https?://[^/]*(alexa|pitangui|layla)|^https?://[^/]*amazon\.[a-z.]+/"
    r"(alexa|gp/alexa|hz/mycd|hz/privacy|gp/privacycentral|myh|ap/signin[^#]*alexa)",
    re.IGNORECASE,
)
#: The most addresses held in memory.
_MAX_ADDRESSES = 200_000


@dataclass(frozen=True, slots=True)
class _Browser:
    """How one family of browsers stores visits."""

    name: str
    addresses: str
    visits: str
    address_column: str
    time_column: str
    #: Microseconds from the browser's epoch to 1970.
    beginning: int
    path: re.Pattern[str]


_BROWSERS = (
    _Browser("Chromium", "urls", "visits", "url", "visit_time", 11_644_473_600_000_000, re.compile(r"/History$")),
    _Browser(
        "Firefox", "moz_places", "moz_historyvisits", "place_id", "visit_date", 0, re.compile(r"/places\.sqlite$")
    ),
)


class WebVisits(TableKind):
    """Reads the visits of one family of browsers."""

    version = "1"

    def __init__(self, browser: _Browser) -> None:
        """Store the browser family."""
        self._browser = browser
        self.name = f"web_{browser.name.lower()}_visits"
        self._made = MadeTables((browser.visits,))
        self.about = About(
            title=f"Visits to Alexa and Amazon device pages in {browser.name}",
            data_types=(DATA_TYPE,),
            known_by=(
                f"the SQLite tables {browser.visits} with the columns {browser.address_column} and"
                f" {browser.time_column}, and {browser.addresses} with id and url",
            ),
            shows="That this browser recorded a visit to this address at this time of the computer's clock.",
            does_not_show="Which person used the browser. A page can load others by itself.",
            validated_on=("Made files only.",),
            limits=(
                "Visits to other addresses are not listed.",
                f"Only the first {_MAX_ADDRESSES} such addresses are known by name.",
            ),
            references=("Chromium visit_database.cc", "Firefox nsPlacesTables.h"),
        )

    def hinted(self, head: bytes, path: str) -> bool:
        """Whether the head has the statement that creates the table, or the file has its usual name."""
        return self._made.are_in(head) or bool(self._browser.path.search(path))

    def tables(self, path: str, tables: Mapping[str, TableDefinition]) -> tuple[TableDefinition, ...]:  # noqa: ARG002
        """Return the visits table, if the addresses table exists too."""
        browser = self._browser
        visits, addresses = tables.get(browser.visits), tables.get(browser.addresses)
        if visits is None or addresses is None:
            return ()
        has = {column.name for column in visits.columns}
        known = {"id", "url"} <= {column.name for column in addresses.columns}
        return (visits,) if known and {browser.address_column, browser.time_column} <= has else ()

    def reader(self, path: str, database: Database) -> RowReader:  # noqa: ARG002
        """Return a reader that loads the addresses first, then reads each visit to one of them."""
        addresses = self._addresses(database)

        def read(row: TableRow) -> Iterator[Record | Issue]:
            found = addresses.get(row.values.get(self._browser.address_column))
            if found:
                yield self._record(row, *found)

        return read

    def _addresses(self, database: Database) -> dict[object, tuple[str, str]]:
        found: dict[object, tuple[str, str]] = {}
        for row in database.rows([database.tables[self._browser.addresses]]):
            if not isinstance(row, TableRow):
                continue
            url, title = row.values.get("url"), row.values.get("title")
            if isinstance(url, str) and _ADDRESS.search(url) and len(found) < _MAX_ADDRESSES:
                found.setdefault(row.values.get("id"), (url, title if isinstance(title, str) else ""))
        return found

    def _record(self, row: TableRow, url: str, title: str) -> Record:
        fields: dict[str, Value] = {**plain(row), "address": url, "title": title}
        recorded = row.values.get(self._browser.time_column)
        timestamps: tuple[Timestamp, ...] = ()
        if isinstance(recorded, int):
            timestamp = recorded - self._browser.beginning
            if MILLISECONDS_MIN * 1000 <= timestamp <= MILLISECONDS_MAX * 1000:
                note = "When the browser recorded the visit, by the clock of the computer or phone."
                timestamps = (Timestamp("Last Visited Time", str(recorded), Clock.UNKNOWN, timestamp, note),)
        return Record(
            data_type=DATA_TYPE,
            message=f'The browser records a visit to {shown(url, 300)}, titled "{shown(title, 120) or ""}".',
            locator=row.locator,
            timestamps=timestamps,
            fields=fields,
        )


def browsers() -> tuple[WebVisits, ...]:
    """Return one reader for each family of browsers."""
    return tuple(WebVisits(browser) for browser in _BROWSERS)
