"""Tokenise the SQL statements in SQLite's schema table. Each parenthesis is one token.

References:
    SQLite's tokenize.c: definitions of names, numbers, texts and comments. An unclosed comment or quoted name
    extends to the end of the statement.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from parsers.formats.lazy_pattern import lazy

_TOKEN = lazy(
    r"(?P<space>[ \t\n\f\r]+|--[^\n]*|/\*(?:.*?\*/|.*))"
    r"|(?P<blob>[xX]'[0-9A-Fa-f]*')"
    r"|(?P<word>[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_$\x80-\U0010ffff]*)"
    r"|(?P<number>0[xX][0-9A-Fa-f]+|(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|\"(?P<double>(?:[^\"]|\"\")*)(?:\"|\Z)|\[(?P<square>[^\]]*)(?:\]|\Z)"
    r"|`(?P<back>(?:[^`]|``)*)(?:`|\Z)|'(?P<single>(?:[^']|'')*)(?:'|\Z)|(?P<sign>.)",
    re.DOTALL,
)
_QUOTES = {"double": '"', "back": "`", "single": "'"}
#: Maximum nesting of parentheses; SQLite itself refuses expressions deeper than 1,000.
_MAX_DEPTH = 1000


class TokenKind(Enum):
    """The kind of a token."""

    WORD = "a word that is not quoted: a keyword, or a name"
    NAME = "a name in double quotes, in square brackets or in back quotes"
    TEXT = "a text in single quotes"
    NUMBER = "a number"
    BLOB = "a blob in hexadecimal digits"
    SIGN = "any other sign"
    GROUP = "what a pair of parentheses holds"


class Token(NamedTuple):
    """A word, a punctuation character, or the whole content of a pair of parentheses.

    Attributes:
        kind: what it is.
        text: as written, without quotes; empty for a parenthesis.
        inside: the tokens inside a parenthesis.
    """

    kind: TokenKind
    text: str
    inside: tuple[Token, ...] = ()

    @property
    def keyword(self) -> str:
        """The word in capitals; empty if it is quoted or not a word."""
        return self.text.upper() if self.kind is TokenKind.WORD else ""

    @property
    def is_name(self) -> bool:
        """Whether it may be a name. A text in single quotes may be."""
        return self.kind in (TokenKind.WORD, TokenKind.NAME, TokenKind.TEXT)


def tokens(statement: str) -> list[Token]:
    """The tokens of a statement, without spaces and comments. An unclosed parenthesis ends with the statement."""
    stack: list[list[Token]] = [[]]
    for match in _TOKEN.finditer(statement):
        group = match.lastgroup or "sign"
        if group == "space":
            continue
        if match[0] == "(" and len(stack) <= _MAX_DEPTH:
            stack.append([])
        elif match[0] == ")" and len(stack) > 1:
            inside = tuple(stack.pop())
            stack[-1].append(Token(TokenKind.GROUP, "", inside))
        else:
            stack[-1].append(_token(group, match[group]))
    while len(stack) > 1:
        inside = tuple(stack.pop())
        stack[-1].append(Token(TokenKind.GROUP, "", inside))
    return stack[0]


def split(inside: tuple[Token, ...]) -> list[list[Token]]:
    """Split a parenthesis at its commas."""
    parts: list[list[Token]] = [[]]
    for token in inside:
        if token.kind is TokenKind.SIGN and token.text == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _token(group: str, text: str) -> Token:
    if group in _QUOTES:
        text = text.replace(_QUOTES[group] * 2, _QUOTES[group])
    kinds = {"word": TokenKind.WORD, "number": TokenKind.NUMBER, "blob": TokenKind.BLOB, "single": TokenKind.TEXT}
    return Token(TokenKind.SIGN if group == "sign" else kinds.get(group, TokenKind.NAME), text)
