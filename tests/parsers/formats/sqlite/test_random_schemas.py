"""Random tables, however they are declared, read as SQLite itself reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from parsers.formats.sqlite.table_row import DatabaseIssue, TableRow

Read = Callable[..., tuple[list[TableRow], list[DatabaseIssue]]]


def test_every_row_of_every_table(
    series: Callable[[int], Iterable[int]], random_database: Callable[[int], Any], read_database: Read
) -> None:
    for seed in series(400):
        made = random_database(seed)
        rows, issues = read_database({"x.db": made.content()})
        assert issues == []
        for name, (columns, has_numbers) in made.tables.items():
            found = [
                ([row.rowid] if has_numbers else []) + [row.values.get(column) for column in columns]
                for row in rows
                if row.table == name and row.live
            ]
            assert sorted(map(repr, found)) == made.selected(name), (seed, name)
