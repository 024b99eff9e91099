"""Parse a table's columns from its CREATE TABLE statement.

Anything in parentheses is an expression, a list or a length, and never describes the column by itself.

References:
    https://sqlite.org/lang_createtable.html, and SQLite's parse.y and build.c for what its parser accepts beyond that.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from parsers.formats.sqlite.column_default import Affinity, affinity, default_value
from parsers.formats.sqlite.sql_tokens import Token, TokenKind, split, tokens
from parsers.formats.sqlite.varint import SqlValue

#: Words that begin a table constraint rather than a column.
_TABLE_CONSTRAINTS = {"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"}
#: Words that end a column's type.
_COLUMN_CONSTRAINTS = _TABLE_CONSTRAINTS - {"FOREIGN"} | {
    "NOT", "NULL", "DEFAULT", "COLLATE", "REFERENCES", "AS", "DEFERRABLE", "ON",
}  # fmt: skip
#: A longer statement is not read.
MAX_STATEMENT = 1_000_000


@dataclass(frozen=True)
class Column:
    """A column.

    Attributes:
        name: as written, without quotes.
        type: as declared, in capitals; empty if none is.
        not_null: whether the column refuses NULL.
        computed: whether the column is only computed and never stored.
        has_default, default: whether rows stored before the column was added show a value, and which.
        collation: how text values are compared, in capitals.
    """

    name: str
    type: str
    not_null: bool
    computed: bool = False
    has_default: bool = False
    default: SqlValue = None
    collation: str = "BINARY"

    @cached_property
    def affinity(self) -> Affinity:
        """How the column converts the values stored in it."""
        return affinity(self.type)


@dataclass(frozen=True)
class TableDefinition:
    """A table as its CREATE statement declares it.

    Attributes:
        name: as written.
        columns: in the order of the statement.
        rowid_column: index of the column that aliases the rowid (INTEGER PRIMARY KEY), or None.
        without_rowid: whether the rows are in an index, in primary key order.
        key: indexes of the primary key's columns, repeated as often as each is stored.
        root: number of the table's first page.
    """

    name: str
    columns: tuple[Column, ...]
    rowid_column: int | None
    without_rowid: bool
    key: tuple[int, ...]
    root: int

    @cached_property
    def stored(self) -> tuple[int, ...]:
        """For each stored value, the index of its column."""
        kept = [index for index, column in enumerate(self.columns) if not column.computed]
        if not self.without_rowid:
            return tuple(kept)
        return (*self.key, *(index for index in kept if index not in self.key))

    @cached_property
    def stored_columns(self) -> tuple[Column, ...]:
        """For each stored value, its column."""
        return tuple(self.columns[place] for place in self.stored)

    @cached_property
    def stored_names(self) -> tuple[str, ...]:
        """For each stored value, the name of its column."""
        return tuple(column.name for column in self.stored_columns)

    @cached_property
    def stored_number(self) -> int | None:
        """Index of the stored value that is the rowid; None if none is."""
        return self.stored.index(self.rowid_column) if self.rowid_column in self.stored else None

    @cached_property
    def stored_reals(self) -> tuple[int, ...]:
        """Indexes of the stored values of REAL columns, where SQLite stores whole numbers as integers."""
        return tuple(at for at, column in enumerate(self.stored_columns) if column.affinity is Affinity.REAL)

    @cached_property
    def stored_as_shown(self) -> bool:
        """Whether every value is shown as it is stored: no column is the rowid, and none REAL."""
        return self.stored_number is None and not self.stored_reals


@dataclass(slots=True)
class _Key:
    """A primary key: the column and collation of each part, and whether it can alias the rowid."""

    terms: list[tuple[str, str]]
    may_number: bool = True


def read(statement: str, root: int) -> TableDefinition | None:
    """Parse a ``CREATE TABLE`` statement; None if it cannot be parsed, as for virtual tables."""
    if len(statement) > MAX_STATEMENT:
        return None
    found = tokens(statement)
    words = [token.keyword for token in found[:8]]
    if words[:1] != ["CREATE"] or "TABLE" not in words[:3] or "VIRTUAL" in words[:2]:
        return None
    opened = next((place for place, token in enumerate(found) if token.kind is TokenKind.GROUP), 0)
    if opened < 3 or not found[opened - 1].is_name:
        return None
    columns: list[Column] = []
    key = _Key([])
    strict = any(token.keyword == "STRICT" for token in found[opened + 1 :])
    for part in split(found[opened].inside):
        if not part:
            return None
        if part[0].keyword in _TABLE_CONSTRAINTS:
            key = _table_key(part) or key
        elif part[0].is_name:
            column, own = _column(part, strict=strict)
            columns.append(column)
            key = own or key
        else:
            return None
    return _table(found[opened - 1].text, columns, key, found[opened + 1 :], root) if columns else None


def _table(name: str, columns: list[Column], key: _Key, options: list[Token], root: int) -> TableDefinition:
    index = {_folded(column.name): place for place, column in reversed(list(enumerate(columns)))}
    terms: dict[tuple[int, str], None] = {}
    for word, collation in key.terms:
        if (place := index.get(_folded(word))) is not None:
            terms[place, collation or columns[place].collation] = None
    places = tuple(place for place, _ in terms)
    words = [token.keyword for token in options]
    without_rowid = any(pair == ("WITHOUT", "ROWID") for pair in pairwise(words))
    is_number = key.may_number and len(key.terms) == 1 and len(places) == 1 and columns[places[0]].type == "INTEGER"
    rowid_column = places[0] if is_number and not without_rowid else None
    return TableDefinition(name, tuple(columns), rowid_column, without_rowid, places, root)


def _column(part: list[Token], *, strict: bool) -> tuple[Column, _Key | None]:
    """Parse a column, and the primary key if the column declares one."""
    declared, at = _type(part)
    if strict and declared == "ANY":
        declared = ""  # In a STRICT table such a column does not convert values.
    facts = _Facts(part, at)
    facts.read()
    has_default, default = default_value(facts.default, declared) if facts.default else (False, None)
    column = Column(
        part[0].text, declared, facts.not_null, facts.computed, has_default, default, facts.collation or "BINARY"
    )
    key = _Key([(column.name, "")], may_number=not facts.descending) if facts.is_key else None
    return column, key


def _type(part: list[Token]) -> tuple[str, int]:
    """The declared type in capitals, and the position after it."""
    at = 1
    while at < len(part) and part[at].is_name and part[at].keyword not in _COLUMN_CONSTRAINTS:
        at += 1
    words = [token.text.upper() for token in part[1:at]]
    followed = part[at].keyword if at < len(part) else ""
    if followed == "AS" and words[-2:] == ["GENERATED", "ALWAYS"]:
        words = words[:-2]
    declared = " ".join(words)
    if words and at < len(part) and part[at].kind is TokenKind.GROUP:
        declared += "(" + "".join(token.text.upper() for token in part[at].inside) + ")"
        at += 1
    return declared, at


class _Facts:
    """The facts that a column's constraints state, read token by token outside parentheses."""

    def __init__(self, part: list[Token], at: int) -> None:
        self._part = part
        self._at = at
        self.not_null = self.computed = self.is_key = self.descending = False
        self.default: list[Token] = []
        self.collation = ""

    def read(self) -> None:
        """Read all constraints."""
        while self._at < len(self._part):
            word = self._next().keyword
            if word in ("CONSTRAINT", "REFERENCES"):
                self._next()
            elif word == "COLLATE":
                self.collation = self._next().text.upper()
            elif word == "NOT" and self._peek() == "NULL":
                self._next()
                self.not_null = True
            elif word == "DEFAULT":
                self._default()
            elif word == "PRIMARY" and self._peek() == "KEY":
                self._next()
                self.is_key = True
                self.descending = self._peek() == "DESC"
            elif word == "AS" and self._is_group():
                self._next()
                self.computed = self._peek() != "STORED"

    def _default(self) -> None:
        self.default = [self._next()]
        while self.default[-1].kind is TokenKind.SIGN and self.default[-1].text in "+-" and self._at < len(self._part):
            self.default.append(self._next())

    def _next(self) -> Token:
        if self._at >= len(self._part):
            return Token(TokenKind.SIGN, "")
        self._at += 1
        return self._part[self._at - 1]

    def _peek(self) -> str:
        return self._part[self._at].keyword if self._at < len(self._part) else ""

    def _is_group(self) -> bool:
        return self._at < len(self._part) and self._part[self._at].kind is TokenKind.GROUP


def _table_key(part: list[Token]) -> _Key | None:
    """The primary key that a table constraint names. No comma is needed between two constraints."""
    for at in range(len(part) - 2):
        if part[at].keyword == "PRIMARY" and part[at + 1].keyword == "KEY" and part[at + 2].kind is TokenKind.GROUP:
            terms = [term for term in split(part[at + 2].inside) if term and term[0].is_name]
            return _Key([(term[0].text, _collation(term)) for term in terms])
    return None


def _collation(term: list[Token]) -> str:
    return term[2].text.upper() if len(term) > 2 and term[1].keyword == "COLLATE" else ""


def _folded(name: str) -> str:
    """Fold case as SQLite does: ASCII letters only."""
    return "".join(sign.lower() if sign < "\x80" else sign for sign in name)
