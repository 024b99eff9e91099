"""Random databases: every spelling of ``CREATE TABLE`` that SQLite takes, rows, and columns added and dropped later."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

_SPACES = (" ", "\n", "\t", " /* AS, (STORED) */ ", " -- NOT NULL, PRIMARY KEY (x\n")
_TYPES = (
    "", "INTEGER", "INT", "TEXT", "VARCHAR(10)", "REAL", "DOUBLE PRECISION", "BLOB", "NUMERIC", "DECIMAL(10, 2)",
    "BOOLEAN", "FLOATING POINT", '"INTEGER"', "LONG INTEGER", "INTEGER(4)", "DATETIME", "STRING", "CLOB",
)  # fmt: skip
_STRICT_TYPES = ("INTEGER", "INT", "TEXT", "REAL", "BLOB", "ANY")
_NAMES = (
    'a"b', "x y", "AS", "stored", "primary key", "é", "😀", "c,d", "(e", "f)", "it's", "g`h", "key", "desc",
    "NOT NULL", "generated", "always", "default", "null", "check", "check (", "--", "/*", "1st", "A$1",
)  # fmt: skip
_CONSTRAINTS = (
    "CHECK (CAST(1 AS TEXT) IS NOT NULL OR 'PRIMARY KEY' = 'KEY DESC')", "CONSTRAINT stored CHECK (1)",
    "DEFAULT (CAST(strftime('%s', 'now') AS INTEGER))", "DEFAULT 'AS' NOT NULL", "NULL", "DEFAULT -5", "DEFAULT +1.5",
    "COLLATE NOCASE", "REFERENCES other (a, b) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED", "DEFAULT \"stored\"",
    "NOT NULL ON CONFLICT REPLACE DEFAULT x'00ff'", "DEFAULT TRUE", "CHECK ('STORED' <> 'GENERATED ALWAYS AS (1)')",
)  # fmt: skip
_ADDED = (
    "", "DEFAULT 5", "DEFAULT -7.25", "DEFAULT 'later'", "DEFAULT '12'", "DEFAULT x'0a0b'", "DEFAULT NULL",
    "NOT NULL DEFAULT 'z''z'", "DEFAULT (9)", "DEFAULT (-(3))", "DEFAULT TRUE", "DEFAULT false", 'DEFAULT "q"',
    "DEFAULT 1e3", "DEFAULT 0x1F", "DEFAULT +4", "DEFAULT word", "DEFAULT '1.0'", "DEFAULT (CAST('7x' AS INTEGER))",
    "DEFAULT (CAST(2.5 AS TEXT))", "AS (5)", "GENERATED ALWAYS AS ('STORED') VIRTUAL",
)  # fmt: skip


class RandomDatabase:
    """A database made by a seed: statements are run until it has its tables."""

    def __init__(self, seed: int, connection: sqlite3.Connection) -> None:
        """Take a seed, and a new database that is still empty."""
        self._random = random.Random(seed)
        self._db = connection
        #: For each table its stored columns, and whether it has row numbers.
        self.tables: dict[str, tuple[list[str], bool]] = {}

    def make(self) -> None:
        """Run the statements."""
        pick = self._random.choice
        for pragma in (
            f"page_size = {2 ** self._random.randint(9, 16)}",
            f"encoding = '{pick(['UTF-8', 'UTF-16le', 'UTF-16be'])}'",
            f"auto_vacuum = {pick([0, 0, 1, 2])}",
        ):  # fmt: skip
            self._db.execute(f"PRAGMA {pragma}")
        for _ in range(self._random.randint(1, 3)):
            self._table()
        for name in list(self.tables):
            self._insert(name, self._random.randint(0, 60))
            for _ in range(self._random.randint(0, 3)):
                self._change(name)
                self._insert(name, self._random.randint(0, 20))
        if self._random.random() < 0.1:
            self._db.execute("VACUUM")

    def quoted(self, name: str) -> str:
        """A name in one of SQLite's ways to quote it."""
        ways = [f'"{name.replace(chr(34), chr(34) * 2)}"', f"`{name.replace('`', '``')}`"]
        if "]" not in name:
            ways.append(f"[{name}]")
        return self._random.choice(ways)

    def _space(self) -> str:
        return self._random.choice(_SPACES) if self._random.random() < 0.3 else " "

    def _table(self) -> None:
        for _ in range(20):
            name, statement = self._statement()
            try:
                self._db.execute(statement)
            except sqlite3.Error:
                continue  # what a mixture of constraints does not allow
            self._note(name)
            return

    def _statement(self) -> tuple[str, str]:
        pick, chance = self._random.choice, self._random.random
        name = f"t{len(self.tables)} {pick(_NAMES)}"
        strict, without = chance() < 0.2, chance() < 0.3
        names = [*self._random.sample(_NAMES, self._random.randint(1, 6)), "n"]
        self._random.shuffle(names)
        single = pick(names) if chance() < 0.5 else ""
        parts = [self._column(column, strict=strict, key=column == single) for column in names]
        if not single and (without or chance() < 0.5):
            terms = (self.quoted(column) + pick(["", " DESC", " COLLATE NOCASE", " ASC"]) for column in names)
            chosen = self._random.sample(list(terms), self._random.randint(1, min(3, len(names))))
            parts.append(f"{pick(['', 'CONSTRAINT pk '])}PRIMARY{self._space()}KEY ({', '.join(chosen)})")
        if chance() < 0.2:
            parts.append(f"CHECK (1 = 1 OR {self.quoted(names[0])} NOT NULL)")
        options = [word for word, wanted in (("STRICT", strict), ("WITHOUT ROWID", without)) if wanted]
        columns = (self._space() + ", ").join(parts)
        made = f"CREATE{self._space()}TABLE {self.quoted(name)}{self._space()}({columns})"
        return name, made + self._space() + ", ".join(options)

    def _column(self, name: str, *, strict: bool, key: bool) -> str:
        pick, chance = self._random.choice, self._random.random
        words = [self.quoted(name), pick(_STRICT_TYPES if strict else _TYPES)]
        if key:
            words[1] = pick(["INTEGER", "INTEGER", words[1]])
            words.append("PRIMARY" + self._space() + "KEY" + pick(["", "", " DESC", " ASC"]))
        elif chance() < 0.15:
            words.append(pick(["AS (1 + (2))", "GENERATED ALWAYS AS ('a') STORED", "AS (lower('STORED')) VIRTUAL"]))
        elif chance() < 0.4:
            words.append(pick(_CONSTRAINTS))
        return self._space().join(word for word in words if word)

    def _note(self, name: str) -> None:
        quoted = _quoted(name)
        found = self._db.execute(f"PRAGMA table_xinfo({quoted})").fetchall()
        columns = [row[1] for row in found if row[6] != 2]
        listed = {row[1]: row[4] for row in self._db.execute("PRAGMA table_list")}
        self.tables[name] = (columns, not listed[name])

    def _value(self) -> object:
        choose = self._random
        return choose.choice([
            None, choose.randint(-200, 200), choose.randint(-(2**63), 2**63 - 1), choose.uniform(-9, 9),
            float(choose.randint(0, 99)), "x" * choose.randint(0, 30), "größe 😀",
            choose.randbytes(choose.randint(0, 9)),
            str(choose.randint(0, 99)), "y" * choose.choice([600, 5000]) if choose.random() < 0.1 else "y",
        ])  # fmt: skip

    def _insert(self, name: str, count: int) -> None:
        quoted = _quoted(name)
        plain = [row[1] for row in self._db.execute(f"PRAGMA table_xinfo({quoted})") if row[6] == 0]
        columns = ", ".join(map(_quoted, plain))
        for _ in range(count):
            values = [self._value() for _ in plain]
            marks = ", ".join("?" * len(plain))
            try:
                self._db.execute(f"INSERT OR IGNORE INTO {quoted} ({columns}) VALUES ({marks})", values)
            except sqlite3.Error:
                continue  # a STRICT table does not take every value

    def _change(self, name: str) -> None:
        quoted = _quoted(name)
        columns = self.tables[name][0]
        kind = self._random.randint(0, 3)
        statement = f"DELETE FROM {quoted} WHERE abs(random()) % 3 = 0"
        if kind == 0:
            added = f"added {self._random.randint(0, 10**6)}"
            declared = self._random.choice(("INTEGER", "TEXT", "REAL", "", "NUMERIC"))
            constraint = self._random.choice(_ADDED)
            statement = f"ALTER TABLE {quoted} ADD{self._space()}{self.quoted(added)} {declared} {constraint}"
        elif kind == 1 and len(columns) > 1:
            statement = f"ALTER TABLE {quoted} DROP COLUMN {self.quoted(self._random.choice(columns))}"
        elif kind == 2:
            old = self._random.choice(columns)
            statement = f"ALTER TABLE {quoted} RENAME COLUMN {self.quoted(old)} TO {self.quoted(old + ' 2')}"
        try:
            self._db.execute(statement)
        except sqlite3.Error:
            return  # a key cannot be dropped, and a STRICT table wants a type
        self._note(name)

    def selected(self, name: str) -> list[str]:
        """The rows of a table as SQLite itself shows them, their number first; ``repr`` tells 1 from 1.0."""
        columns, has_numbers = self.tables[name]
        wanted = (["rowid"] if has_numbers else []) + [_quoted(column) for column in columns]
        query = f"SELECT {', '.join(wanted)} FROM {_quoted(name)}"
        return sorted(repr(list(row)) for row in self._db.execute(query))

    def content(self) -> bytes:
        """The database file."""
        return self._db.serialize()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@pytest.fixture
def random_database() -> Iterator[Callable[[int], RandomDatabase]]:
    """Makes a database from a seed."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as first:
        opened = [first]

        def make(seed: int) -> RandomDatabase:
            opened.pop().close()
            opened.append(sqlite3.connect(":memory:", isolation_level=None))
            made = RandomDatabase(seed, opened[0])
            made.make()
            return made

        yield make
        opened.pop().close()
