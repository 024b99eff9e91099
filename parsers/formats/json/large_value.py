"""Read JSON of any length: small values are decoded, and long lists stay in the file.

The text is scanned once through a window. The result equals that of :func:`parsers.formats.json.text.decode_at`,
with a :class:`~parsers.formats.json.large_list.LargeList` in place of each list that is too long for the window.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from parsers.formats.json.large_list import LargeList, LargeText, MemberBlocks, StoredText
from parsers.formats.json.recovery import Tokens
from parsers.formats.json.text import MAX_BYTES, JsonError, decode_at

#: A value that ends within this many bytes is decoded whole. List members are decoded together up to the second limit.
WINDOW = 1024 * 1024
BLOCK = 256 * 1024
#: A longer string is skipped.
MAX_TEXT = MAX_BYTES
#: Memory limit for the members of long objects. Strings count by their bytes, other values four times theirs.
MAX_HELD = MAX_BYTES
_OTHER_WEIGHT = 4
#: Nesting limit for values longer than the window.
MAX_DEPTH = 60
#: Short members are scanned together, this many bytes at a time.
_TOGETHER = 8192
#: An error this close to the end of the window may disappear when more of the text is visible.
_CLOSE = 16
#: The UTF-8 byte order mark.
BOM = b"\xef\xbb\xbf"
_BLANK = re.compile(r"[ \t\r\n]*+")
_IN_TEXT = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
#: Used only to find where values end: numbers are not converted.
_shapes = json.JSONDecoder(parse_int=len, parse_float=len, parse_constant=len, strict=False)


class NotStreamedError(JsonError):
    """The JSON cannot be read with its long lists left in the file."""


@dataclass(slots=True)
class LargeValue:
    """A value of any length.

    Attributes:
        value: the value.
        end: the position after it.
        passed_over: path of each string that is too long, with its position and length; its value is None.
    """

    value: object = None
    end: int = 0
    passed_over: list[tuple[Tokens, int, int]] = field(default_factory=list)


def large_value_at(text: StoredText, at: int) -> LargeValue:
    """Read the value at a byte of a text.

    Raises:
        NotStreamedError: long values are nested too deeply, or the data between long lists is itself too long.
        JsonError: there is no complete value; the error gives the byte at which it breaks off.
        OSError: the evidence cannot be read.
    """
    scan = _Scan(text)
    end = scan.end_of_small(at)
    if end is None:
        value, scan.found.end = scan.large(at, ())
        scan.found.value = text.value(value.start, value.end) if isinstance(value, LargeText) else value
    else:
        scan.found.value, scan.found.end = text.value(at, end), end
    return scan.found


def span_of(text: StoredText, tokens: tuple[str, ...]) -> tuple[int, int]:
    """Start and end of the value at a path of names and indexes; of equal names the last counts.

    Raises:
        JsonError: there is no such value.
        OSError: the evidence cannot be read.
    """
    scan = _Scan(text)
    at = scan.blank(len(BOM) if text.read(0, len(BOM)) == BOM else 0)
    for token in tokens:
        at = scan.place_of(at, token)
    return at, scan.end_of(at)


class _Scan:
    """One scan of a text. Its window has one character per byte, so that positions equal those in the file."""

    def __init__(self, text: StoredText) -> None:
        self._text = text
        self._window = ""
        self._base = 0
        self._last = False
        self._held = 0
        self.found = LargeValue()

    def end_of_small(self, at: int) -> int | None:
        """The end of the value at a byte; None if it does not end within the window."""
        index = self._ahead(at)
        try:
            return self._base + _shapes.raw_decode(self._window, index)[1]
        except json.JSONDecodeError as error:
            runs_on = error.msg.startswith("Unterminated") or error.pos >= len(self._window) - _CLOSE
            if runs_on and not self._last:
                return None
            raise JsonError(error.msg, self._base + error.pos) from error
        except RecursionError as error:
            raise NotStreamedError("nested too deeply to be read", at) from error

    def end_of(self, at: int) -> int:
        """The end of the value at a byte."""
        end = self.end_of_small(at)
        return self.large(at, ())[1] if end is None else end

    def place_of(self, at: int, token: str) -> int:
        """The start of a member, by name or index, in the object or list at a byte."""
        is_list, found, number = self._sign(at) == "[", None, 0
        at = self.blank(at + 1)
        while self._sign(at) not in ("", "]", "}"):
            if is_list and str(number) == token:
                return at
            start, end = at, self.end_of(at)
            if not is_list:
                at = self.blank(self.blank(end) + 1)
                found = at if self._text.value(start, end) == token else found
                end = self.end_of(at)
            at, number = self.blank(end), number + 1
            at = self.blank(at + 1) if self._sign(at) == "," else at
        if found is None:
            raise JsonError(f"no member {token!r}", at)
        return found

    def large(self, at: int, here: Tokens) -> tuple[object, int]:
        """The value at a byte that does not end within the window, and its end."""
        if len(here) >= MAX_DEPTH:
            raise NotStreamedError("nested too deeply to be read", at)
        sign = self._sign(at)
        if sign == "[":
            return self._list(at, here)
        if sign == "{":
            return self._object(at, here)
        if sign == '"':
            return self._long_text(at, here)
        raise JsonError("Expecting value", at)

    def _list(self, at: int, here: Tokens) -> tuple[object, int]:
        blocks = MemberBlocks()
        at = self.blank(at + 1)
        while True:
            count, end = self._tiny(at) if blocks.are_tiny() else (1, self.end_of_small(at))
            if end is None:
                value, end = self.large(at, (*here, blocks.count))
                blocks.add_large(at, end, value)
            else:
                blocks.add(at, end, BLOCK, count)
            at = self.blank(end)
            sign = self._sign(at)
            if sign == "]":
                return LargeList(self._text, blocks), at + 1
            if sign != ",":
                raise JsonError("Expecting ',' delimiter", at)
            at = self.blank(at + 1)

    def _tiny(self, at: int) -> tuple[int, int | None]:
        """How many short members end together after a position, and where; the member there if they are not short."""
        index = self._ahead(at)
        piece = self._window[index : index + _TOGETHER]
        for sign in ("},", "],", ","):
            if (cut := piece.rfind(sign) + len(sign) - 1) > len(sign):
                try:
                    members = _shapes.decode(f"[{piece[:cut]}]")
                except (json.JSONDecodeError, RecursionError):
                    continue
                return len(members), at + cut
        return 1, self.end_of_small(at)

    def _object(self, at: int, here: Tokens) -> tuple[object, int]:
        members: dict[str, object] = {}
        at = self.blank(at + 1)
        while True:
            if self._sign(at) != '"':
                raise JsonError("Expecting property name enclosed in double quotes", at)
            end = self.end_of_small(at)
            if end is None:
                raise NotStreamedError("a name is too long to be read", at)
            key = str(self._small(at, end))
            at = self.blank(end)
            if self._sign(at) != ":":
                raise JsonError("Expecting ':' delimiter", at)
            at = self.blank(at + 1)
            end = self.end_of_small(at)
            if end is None:
                value, end = self.large(at, (*here, key))
                members[key] = self._held_text(value) if isinstance(value, LargeText) else value
            else:
                members[key] = self._small(at, end)
            at = self.blank(end)
            sign = self._sign(at)
            if sign == "}":
                return members, at + 1
            if sign != ",":
                raise JsonError("Expecting ',' delimiter", at)
            at = self.blank(at + 1)

    def _small(self, start: int, end: int) -> object:
        """A value in the window, decoded into memory."""
        content = self._window[start - self._base : end - self._base].encode("latin-1")
        self._hold(start, len(content) * (1 if content.startswith(b'"') else _OTHER_WEIGHT))
        return decode_at(content.decode("utf-8", "surrogateescape"), 0)[0]

    def _held_text(self, text: LargeText) -> object:
        self._hold(text.start, text.end - text.start)
        return self._text.value(text.start, text.end)

    def _hold(self, at: int, weight: int) -> None:
        self._held += weight
        if self._held > MAX_HELD:
            raise NotStreamedError("too much data between its long lists", at)

    def _long_text(self, at: int, here: Tokens) -> tuple[object, int]:
        """The string (None if it is too long to be read) that extends beyond the window, and its end."""
        end = self._end_of_text(at + 1)
        if end is None:
            raise JsonError("Unterminated string starting at", at)
        if end - at <= MAX_TEXT:
            try:
                self._text.value(at, end)
            except JsonError as error:
                raise NotStreamedError(str(error), at) from error
            return LargeText(at, end), end
        self.found.passed_over.append((here, at, end - at))
        return None, end

    def _end_of_text(self, at: int) -> int | None:
        while piece := self._text.read(at, WINDOW):
            inside = _IN_TEXT.match(piece)
            stop = inside.end() if inside else 0
            if piece[stop : stop + 1] == b'"':
                return at + stop + 1
            # A backslash at the end of the piece belongs to the next character.
            if stop == 0:
                return None
            at += stop
        return None

    def _ahead(self, at: int) -> int:
        """Move the window so that it holds enough after a position; returns that position within it."""
        index = at - self._base
        if index < 0 or (index + WINDOW > len(self._window) and not self._last):
            self._window = self._text.read(at, 2 * WINDOW).decode("latin-1")
            self._base, index = at, 0
            self._last = len(self._window) < 2 * WINDOW
        return index

    def blank(self, at: int) -> int:
        """The next position that is not white space."""
        while True:
            index = self._ahead(at)
            blank = _BLANK.match(self._window, index)
            at = self._base + (blank.end() if blank else index)
            if at < self._base + len(self._window) or self._last:
                return at

    def _sign(self, at: int) -> str:
        index = self._ahead(at)
        return self._window[index : index + 1]
