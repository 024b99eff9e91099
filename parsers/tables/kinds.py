"""Every kind of table that is read."""

from __future__ import annotations

from functools import cache

from parsers.definition import SqliteTable, load_all
from parsers.tables.data_store import DataStore
from parsers.tables.declared_table import DeclaredTable
from parsers.tables.kind import TableKind
from parsers.tables.map_store import MapStore
from parsers.tables.other_table import OtherTable
from parsers.tables.web_visits import browsers


@cache
def kinds() -> tuple[TableKind, ...]:
    """Every kind, by name; that of tables which no other knows comes last."""
    definitions = load_all("parsers.table_definitions")
    declared = [DeclaredTable(made, made.source) for made in definitions if isinstance(made.source, SqliteTable)]
    known = sorted((*declared, DataStore(), MapStore(), *browsers()), key=lambda kind: kind.name)
    return (*known, OtherTable())


@cache
def data_types() -> tuple[str, ...]:
    """Every data type that reading a table may give."""
    return tuple(sorted({name for kind in kinds() for name in kind.about.data_types}))
