"""The Alexa app's store of answers and settings: ``DataStore.db`` on Android, ``LocalData.sqlite`` on iOS.

References:
    DataStore.db of two Alexa apps of 2017 (CIFT's example result); jungheum/pycift for the tables' names on iOS and the
    names of the collections.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from parsers.databases.made_tables import MadeTables
from parsers.databases.stored_answer import read_stored
from parsers.databases.table_kind import RowReader, TableKind
from parsers.formats.json.text import JsonError, decode
from parsers.formats.sqlite.create_table import TableDefinition
from parsers.formats.sqlite.database import Database
from parsers.formats.sqlite.table_row import TableRow
from parsers.parser import ANSWERS, About
from parsers.record import Issue, Record, Value
from parsers.values import Keeper, shown

DATA_TYPE = "alexa:app:data_item"
_TABLES = {"DataItem": ("key", "value"), "ZDATAITEM": ("ZKEY", "ZVALUE")}
#: Collections that the app stores as bare lists, and the member that holds them in the service's answer.
_COLLECTIONS = {"ToDoCollection": "values", "NamedListsCollection": "lists", "NamedListItemsCollection": "list"}


class DataStore(TableKind):
    """Reads each item; items in the form of a service answer are read as answers."""

    name = "app_data_store"
    version = "1"
    about = About(
        title="The Alexa app's store of items (DataStore.db, LocalData.sqlite)",
        data_types=(DATA_TYPE,),
        hands_on=(ANSWERS,),
        known_by=("an SQLite table DataItem with the columns key and value, or ZDATAITEM with ZKEY and ZVALUE",),
        shows="That the app held this item: lists, settings and answers of the Alexa service.",
        does_not_show="When the app stored it: the row holds no time beside those in its value.",
        validated_on=("Alexa app on Android, 2017: two stores of three items each",),
        limits=("The locator is the row's; values within its JSON have none of their own.",),
        references=("https://github.com/jungheum/pycift",),
    )
    _made = MadeTables(tuple(_TABLES))

    def hinted(self, head: bytes, path: str) -> bool:
        """Whether the head has the statement that creates the table, or the file has the store's name."""
        return self._made.are_in(head) or path.endswith(("/DataStore.db", "/LocalData.sqlite"))

    def tables(self, path: str, tables: Mapping[str, TableDefinition]) -> tuple[TableDefinition, ...]:  # noqa: ARG002
        """Return the item table, if it has the expected columns."""
        return tuple(
            tables[name]
            for name, columns in _TABLES.items()
            if name in tables and set(columns) <= {column.name for column in tables[name].columns}
        )

    def reader(self, path: str, database: Database) -> RowReader:  # noqa: ARG002
        """Return a reader that reads each row on its own."""

        def read(row: TableRow) -> Iterator[Record | Issue]:
            yield from _read(row, path)

        return read


def _read(row: TableRow, path: str) -> Iterator[Record | Issue]:
    key_column, value_column = _TABLES[row.table]
    key, text = row.values.get(key_column), row.values.get(value_column)
    key = key if isinstance(key, str) else "not given"
    value: object = text.decode("utf-8", "backslashreplace") if isinstance(text, bytes) else text
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            value = decode(value)
        except JsonError as error:
            if row.live:
                yield Issue(f"The item {key} is not JSON ({error}).", row.locator)
    if isinstance(value, (dict, list)) and value and (found := _as_answer(key, value, row, path)):
        yield from found
        return
    fields: dict[str, Value] = {"key": key, "value": Keeper().keep(value, "value")}
    held = f', "{shown(value, 80)}"' if not isinstance(value, (dict, list)) and shown(value) else ""
    yield Record(DATA_TYPE, f'The app keeps the item "{shown(key, 120)}"{held}.', row.locator, fields=fields)


def _as_answer(key: str, value: object, row: TableRow, path: str) -> list[Record | Issue]:
    """Read the value as an answer of the service, if it has that form."""
    member = _COLLECTIONS.get(key.partition(".")[0])
    if isinstance(value, list):
        if member is None:
            return []
        value = {member: value}
    return read_stored(value, path, row.locator, {"item": key})
