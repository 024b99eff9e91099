from __future__ import annotations

from collections.abc import Callable

from parsers.databases.sqlite_tables import SqliteTables
from parsers.parser import Source
from parsers.record import Clock, Issue, Record

Make = Callable[..., dict[str, bytes]]
SourceIn = Callable[..., Source]

#: 2017-07-17T06:12:39Z in microseconds since 1601 and since 1970.
WEBKIT, UNIX = 13144745559000000, 1500271959000000

CHROMIUM = (
    "CREATE TABLE urls(id INTEGER PRIMARY KEY AUTOINCREMENT,url LONGVARCHAR,title LONGVARCHAR,"
    "visit_count INTEGER DEFAULT 0 NOT NULL,typed_count INTEGER DEFAULT 0 NOT NULL,last_visit_time INTEGER NOT NULL,"
    "hidden INTEGER DEFAULT 0 NOT NULL)",
    "CREATE TABLE visits(id INTEGER PRIMARY KEY AUTOINCREMENT,url INTEGER NOT NULL,visit_time INTEGER NOT NULL,"
    "from_visit INTEGER,transition INTEGER DEFAULT 0 NOT NULL)",
    ("INSERT INTO urls VALUES (1, 'https://alexa.amazon.com/spa/index.html#cards', 'Alexa', 1, 0, ?, 0)", (WEBKIT,)),
    ("INSERT INTO urls VALUES (2, 'https://example.org/alexandria', 'Other', 1, 0, ?, 0)", (WEBKIT,)),
    ("INSERT INTO visits VALUES (7, 1, ?, 0, 1)", (WEBKIT,)),
    ("INSERT INTO visits VALUES (8, 2, ?, 0, 1)", (WEBKIT,)),
)
FIREFOX = (
    "CREATE TABLE moz_places (id INTEGER PRIMARY KEY, url LONGVARCHAR, title LONGVARCHAR, visit_count INTEGER)",
    "CREATE TABLE moz_historyvisits (id INTEGER PRIMARY KEY, from_visit INTEGER, place_id INTEGER, visit_date INTEGER)",
    "INSERT INTO moz_places VALUES (1, 'https://www.amazon.co.uk/hz/mycd/digital-console/alexa', NULL, 1)",
    "INSERT INTO moz_places VALUES (2, 'https://www.amazon.co.uk/a-book', 'Book', 1)",
    ("INSERT INTO moz_historyvisits VALUES (3, 0, 1, ?)", (UNIX,)),
    ("INSERT INTO moz_historyvisits VALUES (4, 0, 2, ?)", (UNIX,)),
)
COOKIES = (
    "CREATE TABLE cookies (creation_utc INTEGER NOT NULL UNIQUE PRIMARY KEY,host_key TEXT NOT NULL,name TEXT NOT NULL,"
    "value TEXT NOT NULL,path TEXT NOT NULL,expires_utc INTEGER NOT NULL,last_access_utc INTEGER NOT NULL)",
    ("INSERT INTO cookies VALUES (?, '.amazon.com', 'session-id', 'secret', '/', 0, ?)", (WEBKIT, WEBKIT + 1_000_000)),
    ("INSERT INTO cookies VALUES (?, '.example.org', 'id', 'x', '/', 0, 0)", (WEBKIT + 5,)),
)


def _read(source: Source) -> list[Record]:
    parser = SqliteTables()
    assert parser.claims(source)
    found = list(parser.parse(source))
    assert [item for item in found if isinstance(item, Issue)] == []
    return [item for item in found if isinstance(item, Record)]


def test_chromium(make_database: Make, source_in: SourceIn) -> None:
    visit, address = sorted(_read(source_in(make_database(*CHROMIUM))), key=lambda item: item.data_type, reverse=True)
    assert (visit.data_type, visit.parser, visit.fields["id"]) == ("alexa:web:visit", "web_chromium_visits", 7)
    assert visit.message == (
        'The browser records a visit to https://alexa.amazon.com/spa/index.html#cards, titled "Alexa".'
    )
    (timestamp,) = visit.timestamps
    assert (timestamp.description, timestamp.recorded, timestamp.clock, timestamp.timestamp) == (
        "Last Visited Time", str(WEBKIT), Clock.UNKNOWN, UNIX,
    )  # fmt: skip
    assert (address.data_type, address.parser) == ("alexa:web:address", "web_urls")
    assert [timestamp.timestamp for timestamp in address.timestamps] == [UNIX]


def test_firefox(make_database: Make, source_in: SourceIn) -> None:
    (visit,) = _read(source_in(make_database(*FIREFOX)))
    assert visit.message == (
        'The browser records a visit to https://www.amazon.co.uk/hz/mycd/digital-console/alexa, titled "".'
    )
    assert [timestamp.timestamp for timestamp in visit.timestamps] == [UNIX]


def test_cookies_of_other_hosts_are_not_listed_and_values_not_shown(make_database: Make, source_in: SourceIn) -> None:
    (cookie,) = _read(source_in(make_database(*COOKIES)))
    assert cookie.message == "The browser keeps the cookie session-id of .amazon.com."
    assert [(timestamp.description, timestamp.timestamp) for timestamp in cookie.timestamps] == [
        ("Creation Time", UNIX), ("Last Access Time", UNIX + 1_000_000),
    ]  # fmt: skip
    assert cookie.fields["value"] == "secret"


def test_an_address_deleted_from_the_history_is_reported_as_such(make_database: Make, source_in: SourceIn) -> None:
    files = make_database(*CHROMIUM, "DELETE FROM urls WHERE id = 1", "DELETE FROM visits WHERE url = 1")
    (address,) = _read(source_in(files))
    assert address.data_type == "alexa:web:address"
    assert address.fields["provenance"] == "recovered from unallocated space in a page"
    assert address.fields["confidence"] == "lower than that of a live row"
    assert address.message.endswith(
        "The database no longer shows this row; it was recovered: its place in the page is no longer in use, and it has"
        " the shape of the table's rows."
    )
