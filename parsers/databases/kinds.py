"""Every kind of table that is read."""

from __future__ import annotations

from functools import cache

from parsers.databases.data_store import DataStore
from parsers.databases.declared_table import DeclaredTable
from parsers.databases.kind import TableKind
from parsers.databases.map_store import MapStore
from parsers.databases.other_table import OtherTable
from parsers.databases.web_visits import browsers
from parsers.definition.definition import SqliteTable, load_all


@cache
def kinds() -> tuple[TableKind, ...]:
    """Every kind, by name; that of tables which no other knows comes last."""
    definitions = load_all("parsers.definitions.sqlite")
    declared = [DeclaredTable(made, made.source) for made in definitions if isinstance(made.source, SqliteTable)]
    known = sorted((*declared, DataStore(), MapStore(), *browsers()), key=lambda kind: kind.name)
    return (*known, OtherTable())


@cache
def data_types() -> tuple[str, ...]:
    """Every data type that reading a table may give."""
    return tuple(sorted({name for kind in kinds() for name in kind.about.data_types}))
