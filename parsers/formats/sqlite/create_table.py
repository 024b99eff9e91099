"""A table's columns, from the statement that made it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

_TOKEN = re.compile(
    r"\s+|--[^\n]*|/\*.*?\*/|(?P<name>\w[\w$]*)|\"(?P<double>(?:[^\"]|\"\")*)\"|\[(?P<square>[^\]]*)\]"
    r"|`(?P<back>(?:[^`]|``)*)`|'(?P<single>(?:[^']|'')*)'|(?P<sign>.)",
    re.DOTALL,
)
#: Words that begin a constraint of the table, not a column.
_TABLE_CONSTRAINTS = {"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"}
#: Words that end a column's type.
_COLUMN_CONSTRAINTS = _TABLE_CONSTRAINTS | {"NOT", "NULL", "DEFAULT", "COLLATE", "REFERENCES", "GENERATED", "AS"}
#: A longer statement is not read.
MAX_STATEMENT = 100_000


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its declared type in capitals, whether NULL is refused, whether it is only computed."""

    name: str
    type: str
    not_null: bool
    computed: bool = False


@dataclass(frozen=True, slots=True)
class TableDefinition:
    """A table as its statement declares it.

    Attributes:
        name: as written.
        columns: in the order of the statement.
        rowid_column: index of the column that is the row's number (INTEGER PRIMARY KEY), or None.
        without_rowid: the rows lie in an index, in the order of the primary key.
        key: indexes of the columns of the primary key.
        root: number of the first page.
    """

    name: str
    columns: tuple[Column, ...]
    rowid_column: int | None
    without_rowid: bool
    key: tuple[int, ...]
    root: int

    @property
    def stored(self) -> tuple[int, ...]:
        """For each stored value, the index of its column."""
        kept = [index for index, column in enumerate(self.columns) if not column.computed]
        if not self.without_rowid:
            return tuple(kept)
        return (*self.key, *(index for index in kept if index not in self.key))


def read(statement: str, root: int) -> TableDefinition | None:
    """Read a ``CREATE TABLE`` statement; None where it is not understood (virtual tables among them)."""
    if len(statement) > MAX_STATEMENT:
        return None
    tokens = _tokens(statement)
    words = [word.upper() for word, quoted in tokens[:8] if not quoted]
    if words[:1] != ["CREATE"] or "TABLE" not in words or "VIRTUAL" in words[:3]:
        return None
    try:
        opened = next(place for place, token in enumerate(tokens) if token == ("(", False))
    except StopIteration:
        return None
    name = tokens[opened - 1][0]
    parts, after = _parts(tokens, opened + 1)
    columns: list[Column] = []
    keys: list[str] = []
    integer_key = False
    for part in parts:
        if not part:
            return None
        if not part[0][1] and part[0][0].upper() in _TABLE_CONSTRAINTS:
            keys = _table_key(part) or keys
            continue
        column, is_key = _column(part)
        columns.append(column)
        if is_key:
            keys = [column.name]
    index = {column.name.upper(): place for place, column in reversed(list(enumerate(columns)))}
    key = tuple(dict.fromkeys(index[word.upper()] for word in keys if word.upper() in index))
    rest = " ".join(word.upper() for word, quoted in tokens[after:] if not quoted)
    without_rowid = "WITHOUT ROWID" in rest
    integer_key = len(key) == 1 and columns[key[0]].type == "INTEGER"
    rowid_column = key[0] if integer_key and not without_rowid else None
    return TableDefinition(name, tuple(columns), rowid_column, without_rowid, key, root) if columns else None


def _tokens(statement: str) -> list[tuple[str, bool]]:
    """Words and signs; the flag says whether a word was quoted."""
    found: list[tuple[str, bool]] = []
    for match in _TOKEN.finditer(statement):
        kind = match.lastgroup
        if kind in ("name", "sign"):
            found.append((match[0], False))
        elif kind:
            found.append((match[kind], True))
    return found


def _parts(tokens: list[tuple[str, bool]], at: int) -> tuple[list[list[tuple[str, bool]]], int]:
    """What is between the commas inside the outer parentheses, and the place after them."""
    parts: list[list[tuple[str, bool]]] = [[]]
    depth = 1
    while at < len(tokens):
        token = tokens[at]
        at += 1
        if token == ("(", False):
            depth += 1
        elif token == (")", False):
            depth -= 1
            if not depth:
                break
        if token == (",", False) and depth == 1:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts, at


def _column(part: list[tuple[str, bool]]) -> tuple[Column, bool]:
    words = [(word if quoted else word.upper(), quoted) for word, quoted in part[1:]]
    bare = [word for word, quoted in words if not quoted]
    kind: list[str] = []
    for word, quoted in words:
        if (not quoted and word in _COLUMN_CONSTRAINTS) or word == "(":
            break
        kind.append(word.upper())
    pairs = set(pairwise(bare))
    # INTEGER PRIMARY KEY DESC is, by an old mistake that SQLite keeps, not the row's number; it is stored as such.
    descending = ("KEY", "DESC") in pairs
    is_key = ("PRIMARY", "KEY") in pairs
    declared = " ".join(kind) + (" DESC" if is_key and descending else "")
    computed = "AS" in bare and "STORED" not in bare
    return Column(part[0][0], declared, ("NOT", "NULL") in pairs, computed), is_key


def _table_key(part: list[tuple[str, bool]]) -> list[str]:
    words = [word if quoted else word.upper() for word, quoted in part]
    if "PRIMARY" not in words:
        return []
    opened = next((place for place, token in enumerate(part) if token == ("(", False)), None)
    if opened is None:
        return []
    parts, _ = _parts(part, opened + 1)
    return [column[0][0] for column in parts if column]
