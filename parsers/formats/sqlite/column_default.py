"""Evaluate a column's DEFAULT for rows that were stored before the column was added.

References:
    SQLite's sqlite3ValueFromExpr(): ALTER TABLE accepts only defaults that it can evaluate: literals, signed literals,
    TRUE and FALSE, and a CAST of one of these. Also its affinity rules: https://sqlite.org/datatype3.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

from parsers.formats.sqlite.sql_tokens import Token, TokenKind
from parsers.formats.sqlite.varint import SqlValue

_NUMERIC_TEXT = re.compile(r"[ \t\n\f\r\v]*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[ \t\n\f\r\v]*")
_NUMERIC_START = re.compile(r"[ \t\n\f\r\v]*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1
#: A float represents every integer up to this one exactly.
_EXACT = 2**51
#: SQLite keeps integers below this as numbers while it parses a statement.
_SHORT = 2**31


class Affinity(Enum):
    """How a column converts the values stored in it."""

    INTEGER = "INTEGER"
    TEXT = "TEXT"
    BLOB = "BLOB"
    REAL = "REAL"
    NUMERIC = "NUMERIC"


def affinity(declared: str) -> Affinity:
    """The affinity of a declared type, given in capitals."""
    if "INT" in declared:
        return Affinity.INTEGER
    if any(part in declared for part in ("CHAR", "CLOB", "TEXT")):
        return Affinity.TEXT
    if "BLOB" in declared or not declared:
        return Affinity.BLOB
    if any(part in declared for part in ("REAL", "FLOA", "DOUB")):
        return Affinity.REAL
    return Affinity.NUMERIC


def default_value(expression: Sequence[Token], declared: str) -> tuple[bool, SqlValue]:
    """Whether the value of a DEFAULT is known, and that value as the column stores it.

    Args:
        expression: the tokens after the word DEFAULT.
        declared: the column's type, in capitals.
    """
    known, value = _literal(list(expression))
    kind, text = affinity(declared), _number_text(list(expression))
    if isinstance(value, bool):
        # SQLite never converts TRUE and FALSE to text, whatever the column.
        return known, float(value) if kind is Affinity.REAL else int(value)
    if text and kind is Affinity.TEXT and not (isinstance(value, int) and abs(value) < _SHORT):
        return True, text  # SQLite keeps such a number as it is written
    if text and kind is Affinity.BLOB:
        kind = Affinity.NUMERIC
    return known, _kept(value, kind) if known else None


def _number_text(parts: list[Token]) -> str:
    """A signed number as written; empty if the expression is not a number or is hexadecimal."""
    sign = ""
    while parts:
        token, parts = parts[0], parts[1:]
        if token.kind is TokenKind.GROUP and not parts:
            parts = list(token.inside)
        elif token.kind is TokenKind.SIGN and token.text == "-" and not sign:
            sign = "-"
        elif token.kind is TokenKind.NUMBER and not parts and token.text[:2] not in ("0x", "0X"):
            return sign + token.text
        elif token.kind is not TokenKind.SIGN or token.text != "+":
            return ""
    return ""


def _literal(parts: list[Token]) -> tuple[bool, SqlValue]:
    sign = 1
    while parts and (parts[0].kind is TokenKind.GROUP or (parts[0].kind is TokenKind.SIGN and len(parts) > 1)):
        if parts[0].kind is TokenKind.GROUP:
            if len(parts) != 1:
                return False, None
            parts = list(parts[0].inside)
        elif parts[0].text in "+-":
            sign = -sign if parts[0].text == "-" else sign
            parts = parts[1:]
        else:
            return False, None
    if len(parts) == 2 and parts[0].keyword == "CAST" and parts[1].kind is TokenKind.GROUP:
        known, value = _cast(parts[1].inside)
        return (known, _signed(value, sign)) if known else (False, None)
    if len(parts) != 1:
        return False, None
    return _of_one(parts[0], sign)


def _of_one(token: Token, sign: int) -> tuple[bool, SqlValue]:
    if token.kind is TokenKind.NUMBER:
        return True, _number(token.text, sign)
    if token.kind is TokenKind.BLOB:
        digits = token.text[2:-1]
        return len(digits) % 2 == 0 and sign == 1, bytes.fromhex(digits) if len(digits) % 2 == 0 else None
    if token.keyword.startswith("CURRENT_"):
        return False, None
    words: dict[str, SqlValue] = {"NULL": None, "TRUE": True, "FALSE": False}
    return True, _signed(words.get(token.keyword, token.text), sign)


def _cast(inside: Sequence[Token]) -> tuple[bool, SqlValue]:
    at = next((place for place, token in enumerate(inside) if token.keyword == "AS"), None)
    if at is None:
        return False, None
    known, value = _literal(list(inside[:at]))
    kind = affinity(" ".join(token.text.upper() for token in inside[at + 1 :] if token.is_name))
    if not known or value is None:
        return known, None
    if kind is Affinity.TEXT:
        return True, value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else _as_text(value)
    if kind is Affinity.BLOB:
        return True, value if isinstance(value, bytes) else str(_as_text(value)).encode()
    number = value if isinstance(value, (int, float)) else _leading(value)
    if kind is Affinity.INTEGER:
        return True, max(_SMALLEST, min(_LARGEST, int(number)))
    return True, float(number) if kind is Affinity.REAL else number


def _leading(value: str | bytes) -> int | float:
    """The number at the start of a text; 0 if there is none."""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    found = _NUMERIC_START.match(text)
    return _of_text(found[1]) if found else 0


def _signed(value: SqlValue, sign: int) -> SqlValue:
    if sign == 1 or value is None:
        return value
    return -(value if isinstance(value, (int, float)) else _leading(value))


def _number(text: str, sign: int) -> int | float:
    text = text.replace("_", "")
    if text[:2] in ("0x", "0X"):
        number = int(text, 16) & (2**64 - 1)
        return sign * (number - 2**64 if number > _LARGEST else number)
    if text.isdigit() and _SMALLEST <= sign * int(text) <= _LARGEST:
        return sign * int(text)
    return sign * float(text)


def _of_text(text: str) -> int | float:
    text = text.strip(" \t\n\f\r\v")
    try:
        number = int(text)
    except ValueError:
        return float(text)
    return number if _SMALLEST <= number <= _LARGEST else float(text)


def _kept(value: SqlValue, kind: Affinity) -> SqlValue:
    """Convert a value as a column of the given affinity does when it stores it."""
    if value is None or isinstance(value, bytes) or kind is Affinity.BLOB:
        return value
    if kind is Affinity.TEXT:
        return _as_text(value)
    if isinstance(value, str):
        if not is_number_text(value):
            return value
        value = _of_text(value)
    if kind is Affinity.REAL:
        return float(value)
    if isinstance(value, float) and value == value // 1 and abs(value) <= _EXACT:
        return int(value)
    return value


def _as_text(value: int | float | str) -> str:
    if isinstance(value, float):
        text = f"{value:.15g}"
        return text if any(sign in text for sign in ".en") else text + ".0"
    return str(value)


def is_number_text(value: str) -> bool:
    """Whether a numeric column converts a text to a number."""
    return _NUMERIC_TEXT.fullmatch(value) is not None
