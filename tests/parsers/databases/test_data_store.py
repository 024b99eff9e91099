from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from parsers.databases.sqlite_tables import SqliteTables
from parsers.parser import Source
from parsers.record import Issue, Record

Make = Callable[..., dict[str, bytes]]
SourceIn = Callable[..., Source]

TODO = {
    "cardId": None, "complete": False, "createdDate": 1500000000000, "customerId": "A1", "deleted": False,
    "itemId": "i1", "lastLocalUpdatedDate": 1500000001000, "lastUpdatedDate": 1500000002000, "nbestItems": None,
    "originalAudioId": "AB72C64C86AW2:1.0/2017/07/17/06/B0F00715535302W5/12:36::TNIH_2V.91ba6538-f8c8-4922-8a1f-"
    "8473a8a24c0cZXV/1", "reminderTime": None, "text": "milk", "type": "SHOPPING_ITEM", "version": 1,
}  # fmt: skip


@pytest.mark.parametrize(
    ("table", "key", "value", "path"),
    [
        ("DataItem", "key", "value", "x/databases/DataStore.db"),
        ("ZDATAITEM", "ZKEY", "ZVALUE", "x/Documents/LocalData.sqlite"),
    ],
)
def test_lists_are_read_as_answers_of_the_service(
    make_database: Make, source_in: SourceIn, table: str, key: str, value: str, path: str
) -> None:
    files = make_database(
        f"CREATE TABLE {table} ({key} TEXT PRIMARY KEY, {value} TEXT)",
        (f"INSERT INTO {table} VALUES (?, ?)", ("ToDoCollection.SHOPPING_ITEM", json.dumps([TODO]))),
        (f"INSERT INTO {table} VALUES (?, ?)", ("customer-status-model", "null")),
        (f"INSERT INTO {table} VALUES (?, ?)", ("has-prompted-oobe", "true")),
        (f"INSERT INTO {table} VALUES (?, ?)", ("broken", '{"a":')),
        name=path,
    )
    source = source_in(files, path)
    parser = SqliteTables()
    assert parser.claims(source)
    found = list(parser.parse(source))
    issues = [item.what for item in found if isinstance(item, Issue)]
    assert issues == ["The item broken is not JSON (Expecting value)."]
    records = [item for item in found if isinstance(item, Record)]
    todo, *items = records
    assert (todo.data_type, todo.parser, todo.fields["item"]) == (
        "alexa:cloud:todo", "alexa_todos", "ToDoCollection.SHOPPING_ITEM",
    )  # fmt: skip
    assert {timestamp.timestamp for timestamp in todo.timestamps} >= {1500000000000000, 1500000002000000}
    assert todo.utterance_id == TODO["originalAudioId"]
    assert [(item.data_type, item.fields["key"], item.fields["value"]) for item in items] == [
        ("alexa:app:data_item", "customer-status-model", "null"),
        ("alexa:app:data_item", "has-prompted-oobe", "true"),
        ("alexa:app:data_item", "broken", '{"a":'),
    ]
    assert items[1].message == 'The app keeps the item "has-prompted-oobe", "true".'
