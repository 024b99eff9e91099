"""Databases from which rows were deleted in many ways, made with SQLite itself, and every row they ever held."""

from __future__ import annotations

import random
import sqlite3
import string
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

#: A row as a table held it: its number, and its values by column.
HeldRow = tuple[int, tuple[tuple[str, object], ...]]
_WORDS = (
    "alexa",
    "what time is it",
    "turn on the light",
    "größe",
    "stop",
    "play",
    "küche",
    "wohnzimmer",
    "timer",
    "🙂",
)


@dataclass(frozen=True)
class Layout:
    """A table: its name, its columns as declared, and what makes a value for each."""

    name: str
    columns: tuple[str, ...]
    values: tuple[Callable[[random.Random], object], ...]
    number: bool = True


def _text(longest: int) -> Callable[[random.Random], object]:
    def make(draw: random.Random) -> object:
        count = draw.randint(0, longest)
        return (draw.choice(_WORDS) + " " + "".join(draw.choices(string.ascii_lowercase + " ", k=count)))[:count]

    return make


def _integer(low: int, high: int) -> Callable[[random.Random], object]:
    return lambda draw: draw.randint(low, high)


def _maybe(make: Callable[[random.Random], object]) -> Callable[[random.Random], object]:
    return lambda draw: None if draw.random() < 0.2 else make(draw)


def _any(draw: random.Random) -> object:
    return draw.choice(
        [None, draw.randint(-300, 70_000), draw.random(), _text(30)(draw), draw.randbytes(draw.randint(0, 12))]
    )


_MILLISECONDS = _integer(1_500_000_000_000, 1_700_000_000_000)
_CHROMIUM = _integer(13_300_000_000_000_000, 13_350_000_000_000_000)
LAYOUTS = (
    Layout("heard", ("heard TEXT NOT NULL", "at INTEGER", "score REAL"),
           (_text(60), _MILLISECONDS, random.Random.random)),
    Layout("visits",
           ("url INTEGER", "visit_time INTEGER", "came_from INTEGER", "transition INTEGER", "segment INTEGER"),
           (_integer(1, 900), _CHROMIUM, _integer(0, 3), _integer(-(2**31), 2**31), _integer(0, 1))),
    Layout("pairs", ("name TEXT", "value TEXT"), (_text(20), _text(90)), number=False),
    Layout("keyed", ("key TEXT", "value BLOB", "at INTEGER"),
           (_text(70), lambda draw: draw.randbytes(draw.randint(0, 60)), _MILLISECONDS), number=False),
    Layout("events", ("kind INTEGER", "at INTEGER", "note TEXT"),
           (_integer(0, 300), _integer(1_500_000_000, 1_700_000_000), _maybe(_text(40))), number=False),
    Layout("untyped", ("a", "b", "c"), (_any, _any, _any), number=False),
    Layout("wide", tuple(f"c{place} {kind}" for place, kind in enumerate(("INTEGER", "TEXT", "REAL", "TEXT") * 5)),
           (_integer(0, 2), _maybe(_text(12)), random.Random.random, _text(5)) * 5),
    Layout("cards", ("json TEXT", "at INTEGER"), (_text(3000), _MILLISECONDS)),
    Layout("places", ("lat REAL", "lon REAL", "at INTEGER"),
           (lambda draw: draw.uniform(-90, 90), lambda draw: draw.uniform(-180, 180), _MILLISECONDS), number=False),
)  # fmt: skip


@dataclass
class MadeDatabase:
    """A database and what is known of it.

    Attributes:
        files: the database and what is beside it, by suffix.
        ever: every row that each table held at any time, in its last columns or earlier ones.
        live: those it holds.
        gone: tables that were dropped.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    ever: dict[str, set[HeldRow]] = field(default_factory=dict)
    live: dict[str, set[HeldRow]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)


class Maker:
    """Makes one database by a seed; the steps of a pattern are its methods."""

    def __init__(self, seed: int, db: sqlite3.Connection, layouts: tuple[Layout, ...]) -> None:
        """Take a seed, a new connection in autocommit mode, and the tables to make."""
        self.draw = random.Random(seed)
        self.db = db
        self.made = MadeDatabase()
        self._layouts = {layout.name: layout for layout in layouts}
        self._next = {name: self.draw.choice([1, 1, 100, 16_000, 3_000_000]) for name in self._layouts}

    @property
    def names(self) -> list[str]:
        """The tables that are there."""
        return [name for name in self._layouts if name not in self.made.gone]

    def create(self) -> None:
        """Make the tables."""
        for name, layout in self._layouts.items():
            number = ("id INTEGER PRIMARY KEY",) if layout.number else ()
            self.run(f"CREATE TABLE {name} ({', '.join((*number, *layout.columns))})")

    def run(self, statement: str, values: tuple[object, ...] = ()) -> None:
        """Run a statement, and note what is there afterwards."""
        self.db.execute(statement, values)
        if not statement.startswith(("BEGIN", "COMMIT", "PRAGMA", "CREATE")):
            self.note()

    def note(self) -> None:
        """Add what the tables hold to what they ever held."""
        for name in self.names:
            cursor = self.db.execute(f"SELECT rowid AS the_number, * FROM {name}")
            columns = [each[0] for each in cursor.description][1:]
            now = {(row[0], tuple(zip(columns, row[1:], strict=True))) for row in cursor}
            self.made.ever.setdefault(name, set()).update(now)
            self.made.live[name] = now

    def insert(self, count: int) -> None:
        """Add rows to each table, in one transaction."""
        self.db.execute("BEGIN")
        for name in self.names:
            layout = self._layouts[name]
            own = [column.split()[0] for column in layout.columns]
            marks = ", ".join("?" * (len(own) + 1))
            for _ in range(count):
                values = [make(self.draw) for make in layout.values]
                self.db.execute(
                    f"INSERT INTO {name} (rowid, {', '.join(own)}) VALUES ({marks})", (self._next[name], *values)
                )
                self._next[name] += self.draw.choice([1, 1, 1, 2, 40])
        self.note()
        self.db.execute("COMMIT")

    def delete(self, share: float) -> None:
        """Delete rows here and there."""
        for name in self.names:
            numbers = sorted(row[0] for row in self.made.live.get(name, ()))
            chosen = [number for number in numbers if self.draw.random() < share]
            for number in chosen:
                self.db.execute(f"DELETE FROM {name} WHERE rowid = ?", (number,))
        self.note()

    def delete_range(self) -> None:
        """Delete rows that follow one another."""
        for name in self.names:
            numbers = sorted(row[0] for row in self.made.live.get(name, ()))
            if len(numbers) > 4:
                first, last = sorted(self.draw.sample(numbers, 2))
                self.run(f"DELETE FROM {name} WHERE rowid BETWEEN {first} AND {last}")

    def delete_all(self) -> None:
        """Delete every row of a table."""
        self.run(f"DELETE FROM {self.draw.choice(self.names)}")

    def update(self, share: float) -> None:
        """Change values, so that rows become longer or shorter."""
        for name in self.names:
            layout = self._layouts[name]
            for number, _ in sorted(self.made.live.get(name, ()), key=lambda row: row[0]):
                if self.draw.random() < share:
                    place = self.draw.randrange(len(layout.columns))
                    column = layout.columns[place].split()[0]
                    value = layout.values[place](self.draw)
                    self.db.execute(f"UPDATE {name} SET {column} = ? WHERE rowid = ?", (value, number))
        self.note()

    def drop(self) -> None:
        """Drop a table, if another stays."""
        if len(self.names) > 1:
            name = self.draw.choice(self.names)
            self.made.gone.add(name)
            self.made.live.pop(name, None)
            self.run(f"DROP TABLE {name}")

    def keep(self, path: Path) -> MadeDatabase:
        """Take the files as they lie now."""
        self.made.files = {
            file.name.removeprefix(path.name): file.read_bytes()
            for file in path.parent.iterdir()
            if file.name.startswith(path.name) and not file.name.endswith("-shm")
        }
        return self.made


def _churn(maker: Maker) -> None:
    for _ in range(maker.draw.randint(2, 6)):
        maker.draw.choice([lambda: maker.delete(0.3), maker.delete_range, lambda: maker.update(0.2)])()
        maker.insert(maker.draw.randint(0, 15))
    maker.delete(0.2)


def _some(maker: Maker) -> None:
    maker.delete(maker.draw.choice([0.05, 0.3, 0.6]))


def _grown(maker: Maker) -> None:
    for name in maker.names:
        maker.run(f"ALTER TABLE {name} ADD COLUMN later TEXT DEFAULT 'none'")
    maker.insert(10)
    _churn(maker)


def _dropped(maker: Maker) -> None:
    _churn(maker)
    maker.drop()
    maker.insert(20)
    maker.delete(0.5)


def _unfinished(maker: Maker) -> None:
    """A transaction that is still open when the files are taken; its pages did not fit into memory."""
    maker.delete(0.2)
    live = {name: set(rows) for name, rows in maker.made.live.items()}
    maker.db.execute("PRAGMA cache_size = 2")
    maker.db.execute("BEGIN")
    for name in maker.names:
        maker.db.execute(f"UPDATE {name} SET rowid = rowid + 5000000 WHERE rowid % 3 = 0")
        maker.note()
        maker.db.execute(f"DELETE FROM {name} WHERE rowid % 5 = 1")
    maker.note()
    maker.made.live = live


#: What is done to the rows after the tables were filled.
PATTERNS: dict[str, Callable[[Maker], None]] = {
    "deleted here and there": _some,
    "deleted in a range": Maker.delete_range,
    "all of a table deleted": Maker.delete_all,
    "changed": lambda maker: maker.update(0.5),
    "overwritten in part, again and again": _churn,
    "a column added, then overwritten in part": _grown,
    "a table dropped, its pages used anew": _dropped,
    "a transaction not finished": _unfinished,
    "vacuumed": lambda maker: (_churn(maker), maker.run("VACUUM"))[0],
}  # fmt: skip
#: How the database is kept.
KEPT: dict[str, tuple[str, ...]] = {
    "plain": ("secure_delete = OFF",),
    "secure_delete": ("secure_delete = ON",),
    "secure_delete = fast": ("secure_delete = FAST",),
    "auto_vacuum": ("auto_vacuum = FULL", "secure_delete = OFF"),
    "journal kept": ("secure_delete = OFF", "journal_mode = PERSIST"),
    "write-ahead log": ("secure_delete = OFF", "journal_mode = WAL", "wal_autocheckpoint = 20"),
}


def databases(seeds: range) -> Iterator[tuple[str, str, MadeDatabase]]:
    """Every pattern kept in every way, one database for each seed: (pattern, how it is kept, the database)."""
    for pattern, change in PATTERNS.items():
        for kept, pragmas in KEPT.items():
            for seed in seeds:
                yield pattern, kept, _made(f"{pattern}, {kept}, {seed}", change, pragmas)


def _made(name: str, change: Callable[[Maker], None], pragmas: tuple[str, ...]) -> MadeDatabase:
    draw = random.Random(name)
    layouts = tuple(draw.sample(LAYOUTS, draw.choice([1, 1, 2, 3])))
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        path = Path(folder) / "x.db"
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            encoding = draw.choice(["UTF-8", "UTF-8", "UTF-8", "UTF-16le", "UTF-16be"])
            for pragma in (f"page_size = {draw.choice([512, 1024, 4096, 4096])}", f"encoding = '{encoding}'", *pragmas):
                db.execute(f"PRAGMA {pragma}").fetchall()
            maker = Maker(draw.randrange(2**32), db, layouts)
            maker.create()
            maker.insert(draw.choice([10, 60, 200]))
            change(maker)
            return maker.keep(path)
