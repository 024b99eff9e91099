"""Definitions of tables of SQLite databases."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from parsers.definition.definition import DATA_TYPE, FOOT, HEAD, Definition, definition
from parsers.definition.form import EXPRESSION, Key, Listed, Named, Section, Text, Values
from parsers.definition.loader import Kind, load
from parsers.definition.path_end import PATH_END, PathEnd
from parsers.definition.record_form import ITEM


class SqliteTable(NamedTuple):
    """Which tables of an SQLite database hold the items, one per row.

    Attributes:
        tables: possible names of the table.
        required: columns that it must have.
        only: for a column, a regular expression that its text must match; other rows are not items.
        json: columns with JSON text, which paths can point into.
        paths: identifies a database whose table list is beyond its first bytes.
    """

    tables: tuple[str, ...]
    required: tuple[str, ...]
    only: Mapping[str, re.Pattern[str]]
    json: tuple[str, ...]
    paths: tuple[PathEnd, ...]


SqliteDefinition = Definition[SqliteTable]


def _table(values: Values) -> SqliteTable:
    return SqliteTable(values[_TABLES], values[_REQUIRED], values[_ONLY], values[_JSON], values[_PATHS])


def _definition(values: Values) -> SqliteDefinition:
    source = values[_SQLITE]
    names, columns = " or ".join(source.tables), ", ".join(source.required)
    only = "".join(f"; only rows whose {column} holds {pattern.pattern}" for column, pattern in source.only.items())
    return definition(values, source, (f"an SQLite table named {names} with the columns {columns}{only}",))


_TABLES = Key("tables", Listed(Text()), "Names that the table may have.")
_REQUIRED = Key("required", Listed(Text()), "Columns that the table has.")
_ONLY = Key("only", Named(EXPRESSION), "For a column, what its text holds; other rows are not items.", default={})
_JSON = Key("json", Listed(Text()), "Columns whose text is JSON; paths lead into it.", default=())
_PATHS = Key(
    "paths",
    Listed(PATH_END),
    "Where a database may be that is not known by its first bytes.",
    default=(),
)
_SQLITE = Key(
    "sqlite",
    Section((_TABLES, _REQUIRED, _ONLY, _JSON, _PATHS), _table),
    "What the table is known by, and which of its rows are items.",
)

SQLITE = Kind(
    "sqlite",
    "A table of an SQLite database",
    Section((*HEAD, DATA_TYPE, _SQLITE, *ITEM, *FOOT), _definition),
)


@cache
def definitions() -> tuple[SqliteDefinition, ...]:
    """Every definition of such a table. Raises DefinitionError if one is invalid."""
    return load(SQLITE)
