"""Text copied out of a browser's JSON view: unquoted keys, unescaped quotes inside texts, one value per line.

::

    {
    activity: {
    activityStatus: "SUCCESS",
    description: "{"summary":"stop"}",
    sourceDeviceIds: [
    {
    serialNumber: "G000000000000000"
    }
    ]
    }
    }

References:
    Measured on the 17 records of the DFRWS 2017 challenge (005-Amazon-Echo-Alexa-Web-Scrape).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from parsers.alexa_api.items.body import Places, Tokens
from parsers.formats.json.text import MAX_DIGITS
from parsers.locator import at_bytes, at_line
from parsers.record import Issue

#: The greatest nesting depth of objects and lists.
MAX_DEPTH = 64
#: The most lines over which a text may continue.
MAX_CONTINUED = 1000
#: The most lines that are read.
MAX_LINES = 500_000
#: Reading ends after this many issues.
MAX_ISSUES = 200
#: A line with an unquoted key: key, value.
KEYED = re.compile(r'[ \t]*([^\s":,{}\[\]][^":{}\[\]\r\n]{0,199}|"[^"\r\n]{1,199}")[ \t]*:[ \t]*(.*)', re.DOTALL)
_STARTS_VALUE = re.compile(r'["{\[]|-?\d|null\b|true\b|false\b')
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d{1,3})?", re.ASCII)
_WORDS = {"null": None, "true": True, "false": False}
_CLOSERS = {"}": dict, "]": list}
_ABSENT = object()


@dataclass(slots=True)
class LinePlaces(Places):
    """Places in such a text: byte ranges of objects and lists, lines of plain values."""

    ranges: dict[Tokens, str] = field(default_factory=dict)
    lines: dict[Tokens, str] = field(default_factory=dict)

    def record(self, tokens: Tokens) -> str:
        """The byte range of an object or list, from its opening to its closing bracket."""
        return self.ranges.get(tokens) or self.lines.get(tokens, "")

    def value(self, tokens: Tokens) -> str:
        """The line of a value."""
        return self.lines.get(tokens, "")


@dataclass(frozen=True, slots=True)
class Copied:
    """One object or list of such a text."""

    value: object
    places: LinePlaces


@dataclass(frozen=True, slots=True)
class _CopiedLine:
    number: int
    offset: int
    content: bytes
    by_line: bool

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "surrogateescape")

    @property
    def locator(self) -> str:
        return at_line(self.number) if self.by_line else at_bytes(self.offset, len(self.content))


@dataclass(slots=True)
class _Open:
    """An object or list that is still open."""

    value: dict[str, object] | list[object]
    tokens: Tokens
    start: int


def read(content: bytes) -> Iterator[Copied | Issue]:
    """Yield each object or list at the outermost level, and an issue for each malformed line."""
    yield from _CopiedTextReader(content).run()


def _lines(content: bytes) -> Iterator[_CopiedLine]:
    """The lines, with any line ending. If lone CRs end them, a line is located by its bytes."""
    at = 3 if content.startswith(b"\xef\xbb\xbf") else 0
    by_line = b"\n" in content or b"\r" not in content
    end_mark = b"\n" if by_line else b"\r"
    number = 1
    while at < len(content):
        end = content.find(end_mark, at)
        end = len(content) if end < 0 else end
        yield _CopiedLine(number, at, content[at:end].removesuffix(b"\r"), by_line)
        at, number = end + 1, number + 1


class _CopiedTextReader:
    def __init__(self, content: bytes) -> None:
        self._content = content
        self._lines = list(islice(_lines(content), MAX_LINES + 1))
        self._at = 0
        self._open: list[_Open] = []
        self._places = LinePlaces()
        self._issues: list[Issue] = []
        self._done: list[Copied] = []
        self._misread = 0

    def run(self) -> Iterator[Copied | Issue]:
        if len(self._lines) > MAX_LINES:
            first = self._lines.pop()
            yield Issue(f"More than {MAX_LINES} lines: the rest was not read.", first.locator, first.content[:64])
        while self._at < len(self._lines):
            line = self._lines[self._at]
            self._at += 1
            self._take(line)
            yield from self._issues
            self._issues.clear()
            yield from self._done
            self._done.clear()
            if self._misread >= MAX_ISSUES:
                yield Issue(f"{MAX_ISSUES} lines were not understood: the rest was not read.", line.locator)
                break
        if self._open:
            last = self._lines[-1]
            count = len(self._open)
            what = (
                f"The text ends before {count} bracket{'s are' if count > 1 else ' is'} closed; what was read is given."
            )
            yield Issue(what, last.locator, last.content[:64])
            while self._open:
                self._close(len(self._content))
        yield from self._done

    def _issue(self, line: _CopiedLine, what: str) -> None:
        self._misread += 1
        self._issues.append(Issue(f"Line {line.number}: {what}.", line.locator, line.content.lstrip()[:64]))

    def _take(self, line: _CopiedLine) -> None:
        text = line.text.strip()
        bare = text.rstrip(",").rstrip()
        if not text:
            return
        if bare in _CLOSERS:
            self._closing(line, bare)
            return
        inside_list = bool(self._open) and isinstance(self._open[-1].value, list)
        keyed = None if text.startswith(("{", "[")) or (inside_list and text.startswith('"')) else KEYED.fullmatch(text)
        if keyed is None:
            if bare in ("{", "[") or inside_list:
                self._value(line, None, text)
            else:
                self._issue(line, "a key and a value were expected")
            return
        if inside_list:
            self._issue(line, "a key is inside a list")
            return
        if not self._open:
            self._begin({}, (), line.offset)
        self._value(line, keyed[1].strip().strip('"'), keyed[2])

    def _value(self, line: _CopiedLine, key: str | None, text: str) -> None:
        """Process the value that begins on a line: an opening bracket, or a plain value."""
        parent = self._open[-1] if self._open else None
        step: str | int = key if key is not None else len(parent.value) if parent else 0
        tokens: Tokens = (*parent.tokens, step) if parent else ()
        bare = text.rstrip().removesuffix(",").rstrip()
        if bare in ("{", "["):
            if len(self._open) >= MAX_DEPTH:
                self._issue(line, f"more than {MAX_DEPTH} levels")
                return
            opened: dict[str, object] | list[object] = {} if bare == "{" else []
            self._put(parent, step, opened)
            bracket = line.content.rfind(bare.encode())
            self._begin(opened, tokens, line.offset + bracket)
            return
        if (value := self._plain(line, bare)) is not _ABSENT:
            self._put(parent, step, value)
            self._places.lines[tokens] = line.locator

    def _plain(self, line: _CopiedLine, bare: str) -> object:
        if bare.startswith('"'):
            return self._string(line, bare)
        if bare in _WORDS:
            return _WORDS[bare]
        if bare in ("{}", "[]"):
            return {} if bare == "{}" else []
        if _NUMBER.fullmatch(bare):
            return _number(bare)
        self._issue(line, "the value is not understood")
        return _ABSENT

    def _string(self, line: _CopiedLine, text: str) -> object:
        """Read a text, from the first quotation mark to the last one on its line or a continuation line."""
        if len(text) >= 2 and text.endswith('"'):
            return text[1:-1]
        parts, at = [text], self._at
        while at < len(self._lines) and at - self._at < MAX_CONTINUED:
            more = self._lines[at].text
            keyed = KEYED.fullmatch(more)
            if (keyed and _STARTS_VALUE.match(keyed[2])) or more.strip().rstrip(",") in _CLOSERS:
                break
            at += 1
            ending = more.rstrip().removesuffix(",").rstrip()
            if ending.endswith('"'):
                self._at = at
                return "\n".join([*parts, ending[:-1]])[1:]
            parts.append(more)
        self._issue(line, "the text does not end")
        return _ABSENT

    def _begin(self, value: dict[str, object] | list[object], tokens: Tokens, start: int) -> None:
        self._open.append(_Open(value, tokens, start))

    @staticmethod
    def _put(parent: _Open | None, step: str | int, value: object) -> None:
        if parent is None:
            return
        if isinstance(parent.value, list):
            parent.value.append(value)
        else:
            parent.value[str(step)] = value

    def _closing(self, line: _CopiedLine, bracket: str) -> None:
        kind: type[object] = _CLOSERS[bracket]
        if not any(isinstance(opened.value, kind) for opened in self._open):
            self._issue(line, f"{bracket} closes nothing")
            return
        if not isinstance(self._open[-1].value, kind):
            self._issue(line, f"{bracket} closes what another bracket opened")
        end = line.offset + line.content.rfind(bracket.encode()) + 1
        while not isinstance(self._open[-1].value, kind):
            self._close(end)
        self._close(end)

    def _close(self, end: int) -> None:
        closed = self._open.pop()
        self._places.ranges[closed.tokens] = at_bytes(closed.start, end - closed.start)
        if not self._open:
            self._done.append(Copied(closed.value, self._places))
            self._places = LinePlaces()


def _number(text: str) -> object:
    if _NUMBER.fullmatch(text) and text.lstrip("-").isdecimal():
        return int(text) if len(text) <= MAX_DIGITS else text
    value = float(text)
    return value if abs(value) != float("inf") else text
