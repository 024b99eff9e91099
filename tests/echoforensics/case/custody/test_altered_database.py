"""No byte of a sealed database can be another: each table, index, view and trigger, and what is between them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from echoforensics.case.custody.names import DATABASE
from echoforensics.verification import CaseVerification, verify_case

#: Alterations of anything but the rows of tables: what is done, and the checks that see it.
STATEMENTS: dict[str, tuple[str, set[str]]] = {
    "view added": ("CREATE VIEW planted AS SELECT 1", {"database", "tables"}),
    "trigger added": ("CREATE TRIGGER t AFTER INSERT ON issues BEGIN DELETE FROM issues; END", {"database", "tables"}),
    "table added": ("CREATE TABLE planted (x)", {"database", "tables"}),
    "column added": ("ALTER TABLE issues ADD COLUMN planted", {"database", "tables"}),
    "column renamed": ("ALTER TABLE issues RENAME COLUMN what TO said", {"database", "tables"}),
    "table renamed": ("ALTER TABLE issues RENAME TO problems", {"database", "tables"}),
    "index added": ("CREATE INDEX planted ON issues (what)", {"database", "tables"}),
    "index removed": ("DROP INDEX entries_by_sha256", {"database", "tables"}),
    "statistics added": ("ANALYZE", {"database", "tables"}),
    "search index emptied": ("DELETE FROM search_idx", {"database"}),
    "search index set otherwise": ("INSERT INTO search(search, rank) VALUES ('automerge', 2)", {"database"}),
    "version raised": ("PRAGMA user_version = 99", {"database"}),
    "application named": ("PRAGMA application_id = 7", {"database"}),
    "made to grow": ("PRAGMA page_size = 8192; VACUUM", {"database"}),
    "written with a log": ("PRAGMA journal_mode = WAL", {"database"}),
    "page freed": ("CREATE TABLE planted AS SELECT 1; DROP TABLE planted", {"database"}),
    "rows hidden by a view": (
        "ALTER TABLE issues RENAME TO kept; CREATE VIEW issues AS SELECT * FROM kept WHERE 0", {"database", "tables"},
    ),
    "definition edited": (
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'NOT', '') WHERE name = 'issues'",
        {"database", "tables"},
    ),
}  # fmt: skip


def _run(database: Path, statements: str) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as db:
        db.executescript(statements)


def _failed(result: CaseVerification) -> set[str]:
    return {check.name for check in result.checks.checks if not check.ok}


@pytest.mark.parametrize("name", STATEMENTS)
def test_alteration_of_the_database_is_seen(copy_of_sealed: Path, name: str) -> None:
    statements, seen_by = STATEMENTS[name]
    _run(copy_of_sealed / DATABASE, statements)
    assert seen_by <= _failed(verify_case(copy_of_sealed, sources=False))


def _row_alterations(database: Path) -> Iterator[tuple[str, str]]:
    """For each table that holds rows, shadow tables of the search index too: its rows removed, one removed, changed."""
    with closing(sqlite3.connect(database)) as db:
        tables = db.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
        ).fetchall()
        for (table,) in tables:
            columns = [name for _, name, *_ in db.execute(f"PRAGMA table_info({table})")]
            if not db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]:
                continue
            order = ", ".join(f'"{name}"' for name in columns)
            first = f"({order}) IN (SELECT {order} FROM {table} WHERE NOT ({_nulls(columns)}) LIMIT 1)"
            yield f"{table} emptied", f"DELETE FROM {table}"
            yield f"row of {table} removed", f"DELETE FROM {table} WHERE {first}"
            for column in columns:
                changed = (
                    f'CASE typeof("{column}") WHEN \'integer\' THEN "{column}" + 1000000'
                    f" WHEN 'blob' THEN CAST(\"{column}\" || x'00' AS BLOB) ELSE ifnull(\"{column}\", '') || 'x' END"
                )
                yield f"{column} of {table} changed", f'UPDATE OR IGNORE {table} SET "{column}" = {changed}'


def _nulls(columns: list[str]) -> str:
    return " AND ".join(f'"{name}" IS NULL' for name in columns)


def test_every_table_and_every_column_is_sealed(copy_of_sealed: Path) -> None:
    database = copy_of_sealed / DATABASE
    whole = database.read_bytes()
    tried = []
    for name, statement in list(_row_alterations(database)):
        with closing(sqlite3.connect(database, isolation_level=None)) as db:
            if db.execute(statement).rowcount == 0:
                continue
        assert database.read_bytes() != whole, name
        tried.append(name)
        failed = _failed(verify_case(copy_of_sealed, sources=False))
        assert "database" in failed, name
        assert "tables" in failed or name.split(" of ")[-1].startswith("search_"), name
        database.write_bytes(whole)
        Path(f"{database}-journal").unlink(missing_ok=True)
    assert len(tried) >= 80
    assert verify_case(copy_of_sealed, sources=False).ok


def _flip(place: int) -> Callable[[bytearray], None]:
    def change(content: bytearray) -> None:
        content[place] ^= 1

    return change


BYTES: dict[str, Callable[[bytearray], None]] = {
    "one bit of the first page": _flip(200),
    "one bit of the middle": lambda content: _flip(len(content) // 2)(content),
    "one bit of the last page": _flip(-1),
    "count of changes": _flip(27),
    "a byte added": lambda content: content.append(0),
    "a byte taken away": lambda content: content.__delitem__(-1),
    "cut in half": lambda content: content.__delitem__(slice(len(content) // 2, None)),
    "emptied": lambda content: content.clear(),
    "replaced by another thing": lambda content: content.__setitem__(slice(None), b"no database" * 1000),
}


@pytest.mark.parametrize("name", BYTES)
def test_alteration_of_the_file_is_seen(copy_of_sealed: Path, name: str) -> None:
    content = bytearray((copy_of_sealed / DATABASE).read_bytes())
    BYTES[name](content)
    (copy_of_sealed / DATABASE).write_bytes(content)
    assert "database" in _failed(verify_case(copy_of_sealed, sources=False))
