"""How many deleted rows are recovered, how many are missed, and how many never existed: writes RESULTS-recovered.md.

The databases are made with SQLite itself (:mod:`benchmarks.deleted_rows`), so that every row they ever held is known.
"""

from __future__ import annotations

import argparse
import io
import json
import sqlite3
import struct
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from benchmarks.deleted_rows import HeldRow, MadeDatabase, databases
from parsers.formats.sqlite.database import Database
from parsers.formats.sqlite.table_row import TableRow
from parsers.parser import HEAD_SIZE, Source

RESULTS = Path(__file__).with_name("RESULTS-recovered.md")
#: What the report's section on method quotes.
RATE = Path(__file__).parents[1] / "echoforensics" / "report" / "assets" / "recovered_rows.json"
_ENCODINGS = {1: "utf-8", 2: "utf-16-le", 3: "utf-16-be"}
_NAMES = (
    "deleted", "still there", "recovered", "missed", "given", "never existed", "said to be doubtful",
    "of another table",
)  # fmt: skip
_COUNTS = ("deleted", "there", "recovered", "missed", "given", "invented", "doubtful", "elsewhere")


def main() -> None:
    """Measure, write the results; exit with 1 where more was invented than is claimed."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seeds", type=int, default=8, help="databases of each pattern and way to keep it")
    arguments.add_argument("--first", type=int, default=0, help="the first seed")
    arguments.add_argument("--show", type=int, default=0, help="so many of the rows that never existed are printed")
    arguments.add_argument("--output", type=Path, default=RESULTS, help="where to write the results")
    given = arguments.parse_args()
    by_pattern: dict[str, Counter[str]] = {}
    by_keeping: dict[str, Counter[str]] = {}
    shown = 0
    for pattern, kept, made in databases(range(given.first, given.first + given.seeds)):
        counts, invented = measure(made)
        by_pattern.setdefault(pattern, Counter()).update(counts)
        by_keeping.setdefault(kept, Counter()).update(counts)
        for row in invented[: max(0, given.show - shown)]:
            shown += 1
            print(f"{pattern}, {kept}: {row}")
    total = Counter[str]()
    for counts in by_pattern.values():
        total.update(counts)
    text = _text(by_pattern, by_keeping, total, given.seeds)
    given.output.write_text(text)
    if given.output == RESULTS:
        RATE.write_text(json.dumps({name: total[name] for name in _COUNTS}, indent=1) + "\n")
    print(text)
    sys.exit(total["invented"] * 1000 > total["given"])


def measure(made: MadeDatabase) -> tuple[Counter[str], list[TableRow]]:
    """Count the rows of one database, and give those that never existed."""
    found = _read(made)
    counts = Counter[str]()
    matched: set[tuple[str, HeldRow]] = set()
    invented: list[TableRow] = []
    for row in found:
        counts["given"] += 1
        same = [held for held in made.ever.get(row.table, ()) if _is_same(row, held)]
        matched.update((row.table, held) for held in same)
        if same:
            continue
        if "may be made of two rows" in row.why:
            counts["doubtful"] += 1
        elif any(_is_of(row, held) for name, rows in made.ever.items() if name != row.table for held in rows):
            counts["elsewhere"] += 1
        else:
            counts["invented"] += 1
            invented.append(row)
    _count_deleted(made, matched, counts)
    return counts, invented


def _read(made: MadeDatabase) -> list[TableRow]:
    """The rows that are given as not live."""
    with Database(_source(made.files, "x.db")) as database:
        found = list(database.rows(database.tables.values()))
    return [row for row in found if isinstance(row, TableRow) and not row.live]


def _source(files: dict[str, bytes], name: str) -> Source:
    content = files[name.removeprefix("x.db")]

    def beside(at: str) -> Source | None:
        return _source(files, at) if at.removeprefix("x.db") in files else None

    return Source(name, len(content), content[:HEAD_SIZE], lambda: io.BytesIO(content), beside)


def _is_same(row: TableRow, held: HeldRow) -> bool:
    """Whether a recovered row is one that its table held. Its number may have been overwritten."""
    number, values = held
    if row.rowid is not None and row.rowid != number:
        return False
    known = dict(values)
    found = {name: value for name, value in row.values.items() if name not in row.defaulted}
    if row.rowid is None:
        found = {name: value for name, value in found.items() if name != "id"}
    return found.keys() <= known.keys() and all(_equal(value, known[name]) for name, value in found.items())


def _is_of(row: TableRow, held: HeldRow) -> bool:
    """Whether the values are those of a row of another table, in their order."""
    found = [None if name == "id" else value for name, value in row.values.items() if name not in row.defaulted]
    known = [None if name == "id" else value for name, value in held[1]]
    # A REAL column shows whole numbers as 1.0, which the other table showed as 1.
    return len(found) <= len(known) and all(one == other for one, other in zip(found, known, strict=False))


def _equal(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other


def _count_deleted(made: MadeDatabase, matched: Iterable[tuple[str, HeldRow]], counts: Counter[str]) -> None:
    recovered = set(matched)
    encoding = _ENCODINGS.get(int.from_bytes(made.files[""][56:60], "big"), "utf-8")
    content = b"".join(made.files.values())
    for name, rows in made.ever.items():
        if name in made.gone:
            continue
        live = {tuple(values) for _, values in made.live.get(name, ())}
        for held in rows:
            if held in made.live.get(name, ()) or held[1] in live:
                continue
            counts["deleted"] += 1
            counts["recovered"] += (name, held) in recovered
            if _kept(held, encoding) in content:
                counts["there"] += 1
                counts["missed"] += (name, held) not in recovered


def _kept(held: HeldRow, encoding: str) -> bytes:
    """The bytes of a row as SQLite stores it, without the two that a freed cell loses of it at most."""
    types, values = b"", b""
    for name, value in held[1]:
        kind, content = _stored(None if name == "id" else value, encoding)
        types += kind
        values += content
    return (_varint(len(types) + 1) + types + values)[2:]


def _stored(value: object, encoding: str) -> tuple[bytes, bytes]:
    if value is None:
        return b"\0", b""
    if isinstance(value, int):
        if value in (0, 1):
            return bytes([8 + value]), b""
        kind, size = next(
            (kind, size)
            for kind, size in enumerate((1, 2, 3, 4, 6, 8), 1)
            if -(1 << 8 * size - 1) <= value < 1 << 8 * size - 1
        )
        return bytes([kind]), value.to_bytes(size, "big", signed=True)
    if isinstance(value, float):
        return b"\7", struct.pack(">d", value)
    content = value.encode(encoding) if isinstance(value, str) else bytes(value)  # type: ignore[call-overload]
    return _varint(len(content) * 2 + (13 if isinstance(value, str) else 12)), content


def _varint(number: int) -> bytes:
    parts = [number & 0x7F]
    while number := number >> 7:
        parts.insert(0, number & 0x7F | 0x80)
    return bytes(parts)


def _text(
    by_pattern: dict[str, Counter[str]], by_keeping: dict[str, Counter[str]], total: Counter[str], seeds: int
) -> str:
    head = "| " + " | ".join(_NAMES) + " |"
    whole = total["there"] - total["missed"]
    lines = [
        "# Recovered rows", "",
        "Written by `python -m benchmarks.recovered_rows`, which `make endurance` runs. Databases are made with SQLite"
        f" {sqlite3.sqlite_version}, rows are deleted in them, and every row that they ever held is known.", "",
        f"Of {total['given']} rows that were given as deleted, {total['invented']} never existed"
        f" ({_share(total['invented'], total['given'])}). Of {total['there']} deleted rows whose bytes are still there,"
        f" {whole} were recovered ({_share(whole, total['there'])}).",
        "",
        "- deleted: rows, and earlier versions of rows, that the table no longer shows",
        "- still there: their bytes are in the files in one piece, but for the first two",
        "- recovered: of the deleted ones; one whose later part was in other pages is not counted as still there",
        "- missed: still there, and not recovered",
        "- given: rows that the program gives as not live",
        "- never existed: given, and neither this nor another table ever held such a row",
        "- said to be doubtful: not counted there, as the row itself says that it may be made of two",
        "- of another table: given, and a row of another table (which may be gone) whose shape is the same", "",
        f"| pattern {head}", "|---" * 9 + "|",
        *(_line(name, counts) for name, counts in by_pattern.items()), _line("all", total), "",
        f"| kept {head}", "|---" * 9 + "|", *(_line(name, counts) for name, counts in by_keeping.items()), "",
        f"{seeds} databases of each pattern and way to keep it.", "",
    ]  # fmt: skip
    return "\n".join(lines)


def _line(name: str, counts: Counter[str]) -> str:
    return f"| {name} | " + " | ".join(str(counts[count]) for count in _COUNTS) + " |"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2%}" if whole else "none"


if __name__ == "__main__":
    main()
