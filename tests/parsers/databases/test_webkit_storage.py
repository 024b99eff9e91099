"""Local Storage that WebKit and older WebViews keep in SQLite."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from parsers.databases.sqlite_tables import SqliteTables
from parsers.parser import Source
from parsers.record import Issue, Record

Make = Callable[..., dict[str, bytes]]
SourceIn = Callable[..., Source]

WAKE_WORDS = json.dumps({"wakeWords": [{"active": True, "wakeWord": "ALEXA", "deviceSerialNumber": "G0SAMPLE"}]})
IOS = "private/var/mobile/Containers/Data/Application/X/Library/WebKit/WebsiteData/LocalStorage/"
ROWS = (
    ("answer", WAKE_WORDS.encode("utf-16-le")),
    ("lastUtterance", "spiel Müsik".encode("utf-16-le")),
    ("seen", "https://alexa.amazon.de/spa".encode("utf-16-le")),
    ("text", "plain"),
    ("odd", b"abc"),
)


@pytest.fixture
def read(make_database: Make, source_in: SourceIn) -> Callable[[str], list[Record]]:
    def read(path: str) -> list[Record]:
        files = make_database(
            "CREATE TABLE ItemTable (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB NOT NULL ON CONFLICT FAIL)",
            *(("INSERT INTO ItemTable VALUES (?, ?)", row) for row in ROWS),
            name=path,
        )
        source = source_in(files, path)
        parser = SqliteTables()
        if not parser.claims(source):
            return []
        found = list(parser.parse(source))
        assert not [item for item in found if isinstance(item, Issue)]
        return [item for item in found if isinstance(item, Record)]

    return read


def test_items_of_a_page_of_the_service(read: Callable[[str], list[Record]]) -> None:
    answer, utterance, *others = read(f"{IOS}https_alexa.amazon.com_0.localstorage")
    assert (answer.data_type, answer.fields["key"], answer.fields["provenance"]) == (
        "alexa:cloud:wake_word", "answer", "live",
    )  # fmt: skip
    assert (utterance.data_type, utterance.parser) == ("alexa:web:local_storage", "webkit_local_storage")
    assert utterance.message == (
        'Local Storage of https://alexa.amazon.com has the item "lastUtterance", "spiel Müsik".'
    )
    assert utterance.fields == {
        "storage": "Local Storage", "origin": "https://alexa.amazon.com", "key": "lastUtterance",
        "value": "spiel Müsik", "value_bytes": 22, "table": "ItemTable", "row": 2, "provenance": "live",
    }  # fmt: skip
    assert [one.fields["value"] for one in others[1:]] == [
        "plain", "3 bytes, SHA-256 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad: 616263",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        (f"{IOS}https_example.org_0.localstorage", ["answer", "seen"]),
        (f"{IOS}h/h/LocalStorage/localstorage.sqlite3", ["answer", "seen"]),
        ("AppDomain-com.amazon.echo/Library/WebKit/localstorage.sqlite3", [key for key, _ in ROWS]),
        ("data/data/com.amazon.dee.app/app_webview/Local Storage/file__0.localstorage", [key for key, _ in ROWS]),
        ("home/user/state.vscdb", []),
    ],
)
def test_items_of_other_pages(read: Callable[[str], list[Record]], path: str, keys: list[str]) -> None:
    assert [one.fields["key"] for one in read(path)] == keys
