"""Find JSON in other text: consecutive values, values inside log lines, quoted values, and values that are cut off.

References:
    RFC 7464 (record separators); jsonlines.org; logs of Home Assistant, ioBroker and openHAB that their users
    published (home-assistant/core, Apollon77/ioBroker.alexa2, openhab/openhab-addons, alandtse/alexa_media_player).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from parsers.coding import without_backslashes
from parsers.formats.json.literal import MAX_LENGTH, literal_at
from parsers.formats.json.recovery import Tokens, recover
from parsers.formats.json.text import MAX_VALUES, JsonError, decode_at
from parsers.notations import without_single_quotes

#: Where a value may begin: an object or list, as JSON or as a program prints it, or a string that holds one.
_OPENING = re.compile(
    r"[{\[\"](?:(?<=[{\[])(?=\s{0,400}+(?:[\"'{\[\]}`(<]|-?\d|[A-Za-z_$][\w$.]{0,63}+\s{0,8}+[:={(]"
    r"|(?:true|false|null|None|True|False)\b))"
    r"|(?<=\")(?=[{\[](?:\\[nrt]|\s){0,400}+(?:\\\"|[{\[])))"
)
#: What may begin a value if the text ends too early to tell.
_BEGUN = re.compile(r"[{\[\"](?:[{\[]|\\[nrt]|\s){0,400}+(?:[\w$.-]{0,64}+\s{0,8}+|\\)\Z")
_LONGEST_BEGUN = 500
#: Size of the first piece decoded. It grows until the value ends within it.
_FIRST_PIECE = 4096
#: The search ends after this many characters examined without success per character of text, with this minimum.
_MAX_SHARE = 16
_LEAST = 4 * 1024 * 1024
#: Cost of a failed attempt besides its characters, and of one that nests too deeply.
_ATTEMPT, _DEEP = 200, 20_000
#: An attempt that fails within this many characters was not the start of a value.
_SHORT = 32
#: How far before a mark a value may begin, and how far a value printed over several lines may extend.
_FAR, _NEAR = 1024 * 1024, 64 * 1024
#: An error this close to the end of a piece may disappear when more of the text is visible.
_CLOSE = 16
_QUOTES = frozenset("'\"`")
#: Errors that occur where the text is not JSON but a program's own notation.
_FOREIGN = frozenset("'`(<=\\NTFubr")
#: A backslash that is not one of a pair, nor the beginning of an escape that JSON does not have.
_SINGLE_BACKSLASH = re.compile(r"(?<!\\)(?:\\\\)*+\\(?![\\x'])")
_BACKSLASHED = re.compile(r'\\\\"|\\\'|\\x[0-9a-f]{2}')

_strict = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Found:
    """One value of a text.

    Attributes:
        start, end: its position, in characters; an incomplete value ends where it breaks off.
        value: its content; for an incomplete value, the complete parts.
        spans: first and last character of its objects and lists, if JSON pointers do not lead to them.
        coding: the coding to undo before it is JSON; empty if none. A value with backslashes ends where its
            line does.
        literal: whether it is in a program's own notation.
        error: why it is incomplete; empty if it is complete.
        left_out: number of members that the printing program says it left out.
    """

    start: int
    end: int
    value: object
    spans: dict[Tokens, tuple[int, int]] = field(default_factory=dict)
    coding: str = ""
    literal: bool = False
    error: str = ""
    left_out: int = 0


class _TooManyError(JsonError):
    """A value holds more values than may be decoded at once."""


class TextSearch:
    """Finds the values of one text, in order. Values inside a found value are not found again."""

    def __init__(
        self,
        text: str,
        marks: re.Pattern[str] | None = None,
        *,
        last: bool = True,
        most: int = MAX_LENGTH,
        start: int = 0,
    ) -> None:
        """Start a search.

        Args:
            text: the text.
            marks: values that hold none of these are skipped; None to keep every value.
            last: whether the text ends here; if not, a value that extends beyond its end is left for the next piece.
            most: length in characters after which an unfinished value is searched for inner values instead.
            start: the character at which the search begins.
        """
        self._text = text
        self._marks = marks
        self._last = last
        self._most = most
        self._next = start
        self._vain = 0
        self._line = (0, False)
        self._mark = (0, 0 if marks is None else -1)
        #: Start of a value that extends beyond the text.
        self.open_at: int | None = None
        #: Starts of values longer than the read limit: their inner values are returned.
        self.entered: list[int] = []
        #: Where the search gave up because it had examined too much without success.
        self.ended_at: int | None = None

    def __iter__(self) -> Iterator[Found]:
        while self.open_at is None and (opening := _OPENING.search(self._text, self._next)) is not None:
            start = opening.start()
            mark = self._mark_from(start)
            if (of_use := self._of_use_from(start, mark)) > start:
                self._next = of_use
                continue
            if self._vain > max(_LEAST, _MAX_SHARE * len(self._text)):
                self.ended_at = start
                return
            self._next = start + 1
            found = self._at(start)
            if found is not None:
                # An incomplete value may have no complete parts; then its inner values are returned.
                self._next = start + 1 if found.error and not found.value else max(found.end, start + 1)
                if mark < found.end:
                    yield found
        if not self._last and self.open_at is None:
            begun = _BEGUN.search(self._text, max(self._next, len(self._text) - _LONGEST_BEGUN))
            self.open_at = begun.start() if begun else None

    def _of_use_from(self, start: int, mark: int) -> int:
        """The position of the first wanted value, among those that begin from a position on and before a mark.

        If the text continues, the mark of a value that extends beyond its end may be in the next piece.
        """
        if mark - start <= _FAR:
            return start
        if mark < len(self._text):
            return mark - _FAR
        return len(self._text) if self._last else max(start, len(self._text) - _FAR)

    def _mark_from(self, at: int) -> int:
        """The position of the next mark; beyond every position if there is none."""
        if self._marks is None:
            return at
        if not self._mark[0] <= at <= self._mark[1]:
            found = self._marks.search(self._text, at)
            self._mark = (at, found.start() if found else len(self._text) + _FAR + 1)
        return self._mark[1]

    def _at(self, start: int) -> Found | None:
        """The value at an opening sign; None if no part of it is complete."""
        try:
            value, end = self._json(start)
            return self._quoted(start, end) or Found(start, end, value)
        except JsonError as error:
            broken, message = (start if error.at is None else error.at), str(error)
            self._vain += _ATTEMPT + broken - start if error.__cause__ is None else _DEEP
            if isinstance(error, _TooManyError):
                self.entered.append(start)
            broken = start + self._line_break(start, broken)
        if self._runs_on(start, broken):
            return None
        if self._text[start] == '"':
            return None
        foreign = self._text[broken : broken + 1]
        if foreign in _FOREIGN or foreign.isalpha() or broken - start >= _SHORT:
            found = self._foreign(start, broken)
            return found or (self._broken(start, broken, message) if self.open_at is None else None)
        return None

    def _runs_on(self, start: int, broken: int) -> bool:
        """Whether a value fails only because the piece ends. Unless too long, it is left for the next piece."""
        if self._last or len(self._text) - broken >= _CLOSE:
            return False
        if len(self._text) - start > self._most:
            self.entered.append(start)
        else:
            self.open_at = start
        return True

    def _quoted(self, start: int, end: int) -> Found | None:
        """The value, if apostrophes around it show that inner ones or backslashes are doubled, or its lines folded."""
        if self._text[start - 1 : start] != "'" or self._text[end : end + 1] != "'":
            return None
        piece = self._text[start:end]
        if "\\\\" in piece and not _SINGLE_BACKSLASH.search(piece):
            return self._escaped(piece, start, end)
        if ("''" not in piece and "\n" not in piece) or "'" in piece.replace("''", ""):
            return None
        plain = without_single_quotes(piece.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")
        try:
            return Found(start, end, decode_at(plain, 0)[0], coding="single-quoted")
        except JsonError:
            return None

    @staticmethod
    def _escaped(piece: str, start: int, end: int) -> Found | None:
        """JSON in a string of a program that escaped each backslash; None if it is no JSON without the escapes."""
        plain = without_backslashes(piece.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")
        try:
            return Found(start, end, decode_at(plain, 0)[0], coding="backslash")
        except JsonError:
            return None

    def _line_break(self, start: int, broken: int) -> int:
        """How far an incomplete value is valid, assuming that no string runs over the end of a line."""
        piece = self._text[start:broken]
        if "\n" in piece:
            try:
                _strict.raw_decode(piece)
            except json.JSONDecodeError as error:
                return (
                    min(error.pos, broken - start) if piece[error.pos : error.pos + 1] in ("\r", "\n") else len(piece)
                )
            except RecursionError:
                return len(piece)
        return len(piece)

    def _json(self, start: int) -> tuple[object, int]:
        """The JSON value at a position. Decodes in pieces, as errors late in a long text are slow to report."""
        size = _FIRST_PIECE
        while True:
            piece = self._text[start : start + size]
            whole = start + size >= len(self._text)
            if len(piece) > MAX_LENGTH and piece.count(",") + piece.count("[") + piece.count("{") > MAX_VALUES:
                raise _TooManyError(f"more than {MAX_VALUES} values", start)
            try:
                value, end = decode_at(piece, 0)
            except JsonError as error:
                if isinstance(error.__cause__, RecursionError):
                    raise JsonError(str(error), start) from error.__cause__
                at = error.at or 0
                unfinished = str(error).startswith("Unterminated") or at >= len(piece) - _CLOSE
                if whole or not unfinished:
                    at = len(piece) if whole and str(error).startswith("Unterminated") else at
                    raise JsonError(str(error), start + at) from None
                size *= 16
                continue
            return value, start + end

    def _foreign(self, start: int, broken: int) -> Found | None:
        """The value in a program's own notation, or as JSON in a string with doubled backslashes."""
        mark = self._mark_from(start)
        if mark >= start + _NEAR and (self._last or len(self._text) - start > _NEAR):
            return None
        end, backslashed = self._line_at(start)
        if backslashed and self._runs_on(start, end):
            return None
        if backslashed and mark < end and (found := self._backslashed(start, end)):
            return found
        try:
            literal = literal_at(self._text, start)
        except JsonError as error:
            at = error.at or start
            self._vain += 4 * (at - start)
            # An unterminated string fails where it begins.
            is_open = self._text[at : at + 1] in _QUOTES and self._text.find("\n", at) < 0
            runs_on = self._runs_on(start, len(self._text) if is_open else at)
            if runs_on or at <= max(broken, start + _SHORT) or self._mark_from(start) >= at:
                return None
            return Found(start, at, None, literal=True, error=str(error))
        return Found(start, literal.end, literal.value, literal.spans, literal=True, left_out=literal.left_out)

    def _line_at(self, start: int) -> tuple[int, bool]:
        """The end of a position's line, and whether quotes in the line are escaped."""
        if start >= self._line[0]:
            end = self._text.find("\n", start)
            end = len(self._text) if end < 0 else end
            self._line = (end, end - start < MAX_LENGTH and _BACKSLASHED.search(self._text, start, end) is not None)
        return self._line

    def _backslashed(self, start: int, end: int) -> Found | None:
        """JSON that a program printed as a string or bytes, with quotes and backslashes escaped."""
        self._vain += end - start
        line = self._text[start:end].encode("utf-8", "surrogateescape")
        plain = without_backslashes(line).decode("utf-8", "surrogateescape")
        try:
            value, _ = decode_at(plain, 0)
        except JsonError:
            return None
        return Found(start, end, value, coding="backslash")

    def _broken(self, start: int, broken: int, message: str) -> Found | None:
        """The complete parts of a broken value."""
        if broken - start < _SHORT or self._mark_from(start) >= broken:
            return None
        piece = recover(self._text[start : broken + _FIRST_PIECE], 0, broken - start)
        spans = {tokens: (start + first, start + last) for tokens, (first, last) in piece.spans.items()}
        return Found(start, broken, piece.value, spans, error=message)
