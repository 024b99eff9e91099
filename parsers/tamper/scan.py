"""Read a file's lines once, in bounded memory, and find the hits of line rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import BinaryIO, NamedTuple

from parsers.definition.tamper import Rule
from parsers.literal_search import LiteralSearch

#: The number of bytes read at a time. Longer lines are checked in parts.
BLOCK = 1024 * 1024
#: How many bytes of a line are checked before a rule's word, and from it on.
BEFORE, FROM = 1024, 3072
#: The most hits of one rule that are kept per file.
MAX_HITS = 100

_LF = 0x0A
_COMMENT = re.compile(rb"[ \t]*#(?!!)")
_CONTENT = re.compile(rb"[ \t]*[^ \t\r\n#]")


class Hit(NamedTuple):
    """A line that a rule found.

    Attributes:
        rule: the rule.
        line: the line's number, from 1.
        offset: the offset of ``text`` in the file, in bytes.
        text: the line without its end, or the checked part of a long line.
        whole: whether ``text`` is the whole line.
    """

    rule: Rule
    line: int
    offset: int
    text: bytes
    whole: bool


class RuleScanner:
    """Finds the hits of some rules in one file. Use it once."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Store the rules; rules that are not about lines are skipped."""
        of_lines = [rule for rule in rules if rule.pattern]
        self._worded = [rule for rule in of_lines if rule.words]
        self._following = [_Following(rule) for rule in of_lines if rule.after]
        words = {word for rule in self._worded for word in (*rule.words, *rule.also, *rule.unless_file)}
        self._search = _search(tuple(sorted(words))) if words else None
        self._missing = {rule.name: set(rule.also) for rule in self._worded if rule.also}
        self._barred: set[str] = set()
        self._hits: list[Hit] = []
        self._counts: dict[str, int] = {}
        self._last: dict[str, int] = {}

    def scan(self, stream: BinaryIO) -> list[Hit]:
        """Read the file from its position to its end; returns the hits in line order.

        Raises:
            OSError: the file cannot be read.
        """
        block = _TextBlock(b"", 0, 0, 1, ends=False, begins=True)
        while not block.ends:
            text, ends = _read(stream, block.text[block.end :])
            end = len(text) if ends else _cut(text)
            line = block.line + block.text.count(b"\n", 0, block.end)
            begins = block.end == 0 or block.text[block.end - 1] == _LF
            block = _TextBlock(text, end, block.offset + block.end, line, ends=ends, begins=begins)
            self._block(block)
        self._hits = [hit for hit in self._hits if self._stands(hit.rule)]
        return sorted(self._hits, key=lambda hit: (hit.line, hit.offset, hit.rule.name))

    def left_out(self) -> Iterator[tuple[Rule, int]]:
        """Yield the rules with more hits than were kept, and how many were found."""
        rules = {hit.rule.name: hit.rule for hit in self._hits}
        for name, count in self._counts.items():
            if count > MAX_HITS and name in rules:
                yield rules[name], count

    def _stands(self, rule: Rule) -> bool:
        return rule.name not in self._barred and not self._missing.get(rule.name)

    def _block(self, block: _TextBlock) -> None:
        # All words of all rules are searched in one pass; a clean log contains few of them.
        present = self._search.present(block.text) if self._search else frozenset()
        if present:
            self._whole_file(present)
            rules = tuple(rule for rule in self._worded if not present.isdisjoint(rule.words))
            if rules:
                words = sorted(word for word in present if any(word in rule.words for rule in rules))
                self._find_words(_any_of(tuple(words)), rules, block, block.text.lower())
        for following in self._following:
            for number, start, stop in following.lines(block.text, block.end):
                text = block.text[start:stop]
                self._add(Hit(following.rule, block.line + number, block.offset + start, text, whole=True))

    def _whole_file(self, present: frozenset[bytes]) -> None:
        for missing in self._missing.values():
            missing.difference_update(present)
        for rule in self._worded:
            if not present.isdisjoint(rule.unless_file):
                self._barred.add(rule.name)

    def _find_words(self, words: re.Pattern[bytes], rules: tuple[Rule, ...], block: _TextBlock, lower: bytes) -> None:
        text, line = block.text, block.line
        counted = done = 0
        for match in words.finditer(lower, 0, block.end):
            if match.end() <= done:
                continue
            first, last, closed = block.line_around(match.start(), match.end())
            line += text.count(b"\n", counted, first)
            counted = first
            start, stop = max(first, match.start() - BEFORE), min(last, match.start() + FROM)
            done = stop
            part = _Part(text[start:stop], lower[start:stop], _line(text, last + 1), _is_comment(text, first, last))
            whole = closed and (start, stop) == (first, last)
            for rule in rules:
                if part.matches(rule):
                    self._add(Hit(rule, line, block.offset + start, part.text.rstrip(b"\r"), whole))

    def _add(self, hit: Hit) -> None:
        """Keep a hit; each line gives at most one hit per rule."""
        name = hit.rule.name
        if self._last.get(name) == hit.line:
            return
        self._last[name] = hit.line
        self._counts[name] = self._counts.get(name, 0) + 1
        if self._counts[name] <= MAX_HITS:
            self._hits.append(hit)


class _Following:
    """Finds lines that follow another, such as commands after a script's last ``exit``."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._armed = False

    def lines(self, text: bytes, end: int) -> Iterator[tuple[int, int, int]]:
        """Yield the number (from 0), start and end of each hit; blank lines and comments are ignored in between."""
        rule, start, number = self.rule, 0, 0
        while start < end:
            stop = text.find(b"\n", start)
            stop = len(text) if stop < 0 else stop
            head = text[start : min(stop, start + FROM)].rstrip(b"\r")
            if _CONTENT.match(head):
                if self._armed and self._fits(head):
                    yield number, start, start + len(head)
                self._armed = rule.after is not None and rule.after.search(head) is not None
            start, number = stop + 1, number + 1

    def _fits(self, line: bytes) -> bool:
        rule = self.rule
        if not rule.pattern or not rule.pattern.search(line):
            return False
        return not (rule.unless and rule.unless.search(line))


class _TextBlock(NamedTuple):
    """A part of the file. Text after ``end`` is only used as the next line.

    Attributes:
        text: the bytes.
        end: how many of them are checked.
        offset: the offset of ``text`` in the file.
        line: the number of its first line.
        ends: whether it is the last part of the file.
        begins: whether it starts at the beginning of a line.
    """

    text: bytes
    end: int
    offset: int
    line: int
    ends: bool
    begins: bool

    def line_around(self, start: int, end: int) -> tuple[int, int, bool]:
        """Start and end of the line around some bytes, within this block, and whether it is complete."""
        before, after = self.text.rfind(b"\n", 0, start), self.text.find(b"\n", end)
        closed = (before >= 0 or self.begins) and (after >= 0 or self.ends)
        return before + 1, after if after >= 0 else len(self.text), closed


class _Part(NamedTuple):
    """The checked part of a line: as found, in lower case, the next line, and whether it is a comment."""

    text: bytes
    lower: bytes
    following: bytes
    is_comment: bool

    def matches(self, rule: Rule) -> bool:
        if self.is_comment and rule.kind != "log":
            return False
        if not any(word in self.lower for word in rule.words) or not rule.pattern or not rule.pattern.search(self.text):
            return False
        if rule.unless and rule.unless.search(self.text):
            return False
        return not (rule.unless_next and rule.unless_next.search(self.following))


@lru_cache(maxsize=64)
def _search(words: tuple[bytes, ...]) -> LiteralSearch:
    return LiteralSearch(words, any_case=True)


@lru_cache(maxsize=256)
def _any_of(words: tuple[bytes, ...]) -> re.Pattern[bytes]:
    return re.compile(b"|".join(re.escape(word) for word in words))


def _line(text: bytes, start: int) -> bytes:
    return text[start : start + FROM].partition(b"\n")[0]


def _is_comment(text: bytes, first: int, last: int) -> bool:
    return _COMMENT.match(text, first, last) is not None


def _read(stream: BinaryIO, kept: bytes) -> tuple[bytes, bool]:
    """The kept bytes and the next block, and whether the file ends there."""
    pieces, size = [kept], 0
    while size < BLOCK:
        piece = stream.read(BLOCK - size)
        if not piece:
            return b"".join(pieces), True
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces), False


def _cut(text: bytes) -> int:
    """Where to stop in a block that is not the last: before its last complete line, so that a next line can be seen."""
    last = text.rfind(b"\n")
    before = text.rfind(b"\n", 0, last) if last > 0 else -1
    if before >= 0 and len(text) - before <= BLOCK:
        return before + 1
    return len(text) - BEFORE - FROM
