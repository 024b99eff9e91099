"""Find the brackets of JSON text that enclose a key, searching from the key in both directions.

A key is never inside a string, so opening and closing quotes can be told apart from there in either direction.
The search ends where the bytes cannot be JSON any more. Each byte is read once for all keys it encloses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from parsers.formats.sized_bytes import SizedBytes

#: Bytes examined before a key, and from it on.
MAX_BEFORE, MAX_AFTER = 1 << 20, 1 << 24
#: Limits on the brackets open around a key, and after it.
MAX_OPEN, MAX_NESTED = 64, 200
_FIRST_STEP = 4096
_TEXT = rb"[^\"\\\x00-\x08\x0b\x0c\x0e-\x1f]"
_AHEAD = re.compile(
    rb"[ \t\r\n]*+(?:(?P<value>\"(?:" + _TEXT + rb"++|\\[^\x00-\x1f])*+\"|true|false|null|[0-9+\-.eE]{1,40}+)"
    rb"|(?P<sign>[\[\]{},:])|(?P<end>.?))",
    re.DOTALL,
)
#: The same over reversed bytes: a quote is inside the string if an odd number of backslashes comes before it.
_ESCAPED = rb"\\(?:\\\\)*+(?!\\)"
_BACK = re.compile(
    rb"[ \t\r\n]*+(?:(?P<value>\"(?!" + _ESCAPED + rb")(?:[^\"\x00-\x08\x0b\x0c\x0e-\x1f]++|\"(?=" + _ESCAPED + rb"))*+"
    rb"\"(?!" + _ESCAPED + rb")|eurt|eslaf|llun|[0-9+\-.eE]{1,40}+)|(?P<sign>[\[\]{},:])|(?P<end>.?))",
    re.DOTALL,
)
#: A string whose end is outside the piece examined.
_CUT_TEXT = re.compile(rb"\"(?:" + _TEXT + rb"|\\|\")*+\Z")
_OPENS = {b"{": b"}", b"[": b"]"}
#: What begins a value, and what ends one: a string, a number or word, a bracket.
_BEGINS, _ENDS = b'"0{[', b'"0}]'


@dataclass(slots=True, eq=False)
class Bracket:
    """An object or a list.

    Attributes:
        start: byte offset of its opening bracket.
        sign: that bracket.
        parent: the bracket that encloses it, or None if none is known.
        end: byte offset after its closing bracket; -1 if it has none.
        within: whether the surrounding bytes show that it was enclosed by brackets that are now lost.
    """

    start: int
    sign: bytes
    parent: Bracket | None
    end: int = -1
    within: bool = False


@dataclass(slots=True)
class _Back:
    """The text before a key: the brackets open at it, outermost first, and whether more were open before them."""

    start: int
    opened: list[tuple[int, bytes]]
    within: bool
    whole: bool


@dataclass(slots=True)
class JsonSegment:
    """JSON text around a key.

    Attributes:
        at: byte offset of the key.
        end: byte offset at which the text ends.
        keys: the innermost bracket of every key of interest from there on, by the key's byte offset.
        back: the text before the key.
    """

    at: int
    end: int
    keys: dict[int, Bracket]
    back: _Back

    @property
    def span(self) -> tuple[int, int]:
        """The byte offsets at which the text begins and ends."""
        return self.back.start, self.end


def segment(source: SizedBytes, at: int, keys: frozenset[bytes], before: JsonSegment | None = None) -> JsonSegment:
    """The JSON text around a key, given the byte offset of its opening quote.

    Args:
        source: the bytes.
        at: byte offset of the key's opening quote.
        keys: the keys of interest, with their quotes.
        before: the text around an earlier key. The text before that key is not read again.
    """
    back = _grown(lambda size: _back(source, at, size, before), MAX_BEFORE)
    ahead = _grown(lambda size: _ahead(source, at, size, back, keys), MAX_AFTER)
    return JsonSegment(at, ahead.end, ahead.keys, back)


def before(source: SizedBytes, at: int) -> tuple[int, bool]:
    """The brackets that enclose a value which begins with a bracket at a byte offset.

    Returns:
        (number of brackets open before it, whether the bytes show that it was enclosed by brackets that are now lost).
    """
    back = _grown(lambda size: _back(source, at, size, None), MAX_BEFORE)
    return len(back.opened), back.within


@dataclass(slots=True)
class _Ahead:
    end: int
    keys: dict[int, Bracket]
    whole: bool


_Look = TypeVar("_Look", _Back, _Ahead)


def _grown(look: Callable[[int], _Look], most: int) -> _Look:
    """Apply a function to a growing piece until the text ends within it."""
    size = _FIRST_STEP
    while not (found := look(size)).whole and size < most:
        size = min(size * 16, most)
    return found


def _signs(pattern: re.Pattern[bytes], text: bytes) -> Iterator[tuple[bytes, int, int]]:
    """The tokens one after another: (sign, start, end).

    A quote stands for any string, ``0`` for any number or word, an empty sign for the end of the JSON.
    """
    for match in pattern.finditer(text):
        kind = match.lastgroup or "end"
        start = match.start(kind)
        if kind == "value":
            yield (b'"' if text[start] == 0x22 else b"0"), start, match.end()
        else:
            yield (match[kind] if kind == "sign" else b""), start, match.end()
        if kind == "end":
            return


def _ends_here(text: bytes, start: int, *, all_there: bool) -> bool:
    """Whether the text itself ends at a place, rather than the piece examined."""
    return all_there or (len(text) - start > 40 and not _CUT_TEXT.match(text, start))


def _back(source: SizedBytes, at: int, size: int, before: JsonSegment | None) -> _Back:
    size = min(size, at)
    text = source.read(at - size, size)[::-1]
    found = _Back(at, [], within=False, whole=True)
    closed: list[bytes] = []
    since, after = b"", b'"'
    for sign, start, end in _signs(_BACK, text):
        if not sign:
            found.whole = _ends_here(text, start, all_there=size == at)
            break
        # Two values without a comma between them: not one text.
        if sign in _ENDS and after in _BEGINS:
            break
        if sign in b"}]":
            closed.append(sign)
        elif sign in _OPENS and closed:
            if closed.pop() != _OPENS[sign]:
                break
        elif sign in _OPENS:
            if len(found.opened) >= MAX_OPEN:
                break
            found.opened.append((at - 1 - start, sign))
            since = b""
            found.start, after = at - end, sign
            continue
        if len(since) < 2:
            since += sign
        found.start, after = at - end, sign
        if before is not None and found.start == before.at:
            if _goes_back(found, closed, before.back):
                since = b':"' if before.back.within else b""
            break
    found.opened.reverse()
    found.within = since in (b':"', b',"', b",}", b",]")
    return found


def _goes_back(found: _Back, closed: list[bytes], known: _Back) -> bool:
    """Add the known text before an earlier key; returns whether one of its brackets is open at this key."""
    opened = len(found.opened)
    for place in reversed(known.opened):
        if closed:
            if closed.pop() != _OPENS[place[1]]:
                break
        elif len(found.opened) < MAX_OPEN:
            found.opened.append(place)
    found.start = known.start
    return len(found.opened) > opened


def _ahead(source: SizedBytes, at: int, size: int, back: _Back, keys: frozenset[bytes]) -> _Ahead:
    text = source.read(at, size)
    found = _Ahead(at, {}, whole=True)
    innermost: Bracket | None = None
    for opened, sign in back.opened:
        innermost = Bracket(opened, sign, innermost, within=innermost is None and back.within)
    depth, before = len(back.opened), b","
    for sign, start, end in _signs(_AHEAD, text):
        if not sign:
            found.whole = _ends_here(text, start, all_there=at + size >= source.size)
            break
        if sign in _BEGINS and before in _ENDS:
            break
        if sign == b'"' and innermost and text[start:end] in keys:
            found.keys[at + start] = innermost
        elif sign in _OPENS:
            innermost = Bracket(at + start, sign, innermost, within=innermost is None)
            depth += 1
        elif sign in b"}]":
            if innermost is None or sign != _OPENS[innermost.sign]:
                break
            innermost.end, innermost, depth = at + end, innermost.parent, depth - 1
        found.end, before = at + end, sign
        # Outside every bracket the text continues only if it is a list whose start is lost.
        if depth > MAX_NESTED or (depth == 0 and sign != b"," and not _goes_on(text, end)):
            break
    return found


def _goes_on(text: bytes, at: int) -> bool:
    return text[at : at + 64].lstrip(b" \t\r\n")[:1] == b","
