"""Answers of the service in databases of programs that nobody has described."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsers.alexa_api.items.service_names import names_in
from parsers.databases.answers_in_database import AnswersInDatabase
from parsers.parser import Source
from parsers.record import Issue, Record
from parsers.registry import claiming

Make = Callable[..., dict[str, bytes]]
SourceIn = Callable[..., Source]

AT = 1704101038009
UTTERANCE = "A0TYPE:1.0/2024/01/01/09/DEVICE_UNSPECIFIED/23:51::TNIH_2V.0a1b2c3d-0000-4000-8000-0123456b8e54ZXV"
ITEM = {
    "recordItemKey": "k", "recordItemType": "CUSTOMER_TRANSCRIPT", "utteranceId": f"{UTTERANCE}/0", "timestamp": AT,
    "transcriptText": "öffne die garage",
}  # fmt: skip
PAGE = {
    "customerHistoryRecords": [{"recordKey": f"C#{AT}#A0TYPE#G0", "timestamp": AT, "voiceHistoryRecordItems": [ITEM]}]
}
STATE = {"last_called_summary": "öffne die garage", "last_called_timestamp": AT}


def _found(files: dict[str, bytes], source_in: SourceIn) -> list[Record | Issue]:
    source = source_in(files, "log.db")
    source = replace(source, names=tuple(name.kind for name in names_in(files["log.db"])) or ("host",))
    (parser,) = claiming(source)
    assert parser.name == AnswersInDatabase.name
    return list(parser.parse(source))


@pytest.mark.parametrize(
    ("value", "parser"),
    [
        (json.dumps(PAGE, ensure_ascii=False), "alexa_history"),
        (json.dumps(PAGE).encode(), "alexa_history"),
        (gzip.compress(json.dumps(PAGE).encode()), "alexa_history"),
        (f"2024-01-01 DEBUG got {PAGE!r}", "alexa_history"),
        (json.dumps(STATE), "alexa_last_called"),
    ],
)
def test_an_answer_in_a_column_is_read(
    make_database: Make, source_in: SourceIn, value: str | bytes, parser: str
) -> None:
    files = make_database(
        "CREATE TABLE kept (id INTEGER PRIMARY KEY, body)",
        ("INSERT INTO kept VALUES (7, ?)", (value,)),
        name="log.db",
    )
    record = _found(files, source_in)[0]
    assert isinstance(record, Record)
    assert (record.parser, record.transcript) == (parser, "öffne die garage")
    assert AT * 1000 in [time.timestamp for time in record.timestamps]
    assert [record.fields[name] for name in ("table", "row", "column")] == ["kept", 7, "body"]
    assert record.locator.startswith("bytes:")


def test_what_is_no_answer_is_named(make_database: Make, source_in: SourceIn) -> None:
    files = make_database(
        "CREATE TABLE kept (id INTEGER PRIMARY KEY, body)",
        ("INSERT INTO kept VALUES (1, ?)", (UTTERANCE,)),
        ("INSERT INTO kept VALUES (2, 'https://alexa.amazon.de/api/cards')", ()),
        name="log.db",
    )
    spoken, named = _found(files, source_in)
    assert isinstance(spoken, Record)
    assert (spoken.parser, spoken.utterance_id) == ("answers_in_database", UTTERANCE)
    assert isinstance(named, Issue)
    assert "1 address of it" in named.what


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(st.tuples(st.integers(0, 2**20), st.integers(0, 255)), max_size=12), length=st.integers(0, 2**15)
)
def test_damaged_databases_raise_nothing(make_database: Make, changes: list[tuple[int, int]], length: int) -> None:
    files = make_database(
        "CREATE TABLE kept (id INTEGER PRIMARY KEY, body)",
        *(("INSERT INTO kept VALUES (?, ?)", (number, json.dumps(PAGE))) for number in range(9)),
        name="log.db",
    )
    content = bytearray(files["log.db"])
    for place, value in changes:
        content[place % len(content)] = value
    source = Source.of(bytes(content[: max(length, 100)]), "log.db")
    for item in AnswersInDatabase().parse(source):
        assert isinstance(item, (Record, Issue))
        json.dumps(dict(item.fields) if isinstance(item, Record) else item.what)


def test_an_answer_in_a_table_of_the_app_that_is_not_known(make_database: Make, source_in: SourceIn) -> None:
    """The store of values of React Native in an Alexa app: the row as it is, and the answer in it."""
    path = "data/data/com.amazon.dee.app/databases/RKStorage"
    files = make_database(
        "CREATE TABLE catalystLocalStorage (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
        ("INSERT INTO catalystLocalStorage VALUES (?, ?)", ("history", json.dumps({"kept": json.dumps(PAGE)}))),
        name=path,
    )
    (parser,) = claiming(source_in(files, path))
    found = [item for item in parser.parse(source_in(files, path)) if isinstance(item, Record)]
    assert [(record.data_type, record.locator) for record in found] == [
        ("alexa:app:table_row", found[0].locator),
        ("alexa:cloud:history", found[0].locator),
    ]
    assert found[1].transcript == "öffne die garage"
