"""Read the documents of a YAML text as JSON values, each object and list with its place in the text.

References:
    YAML 1.2.2; the core schema of its section 10.3 for what plain words mean. PyYAML's events are read, not its
    objects: nothing in a text can make an object of a program, and no text makes the reader nest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from parsers.formats.json.recovery import Tokens
from parsers.formats.json.text import MAX_DIGITS

#: Limits on the characters of a text, on its values (those that aliases repeat count again), and on nesting.
MAX_LENGTH = 8 * 1024 * 1024
MAX_VALUES = 500_000
MAX_DEPTH = 60
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: How a text begins: a directive or marker, an entry of a list, or a key.
_BEGINS = re.compile(
    r"(?:\ufeff?[ \t]*(?:#[^\n]*)?\r?\n)*"
    r"(?:%YAML|---(?:\s|$)|- |(?:[\w@.$/ -]{1,60}|\"[^\"\n]{1,60}\"|'[^'\n]{1,60}'):(?:\s|$))"
)
_INT = re.compile(r"[-+]?[0-9]{1,400}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]{1,400}|[0-9]{1,400}(?:\.[0-9]{0,400})?)(?:[eE][-+]?[0-9]{1,3})?")
_WORDS: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_TEXT_TAG, _BYTES_TAG = "tag:yaml.org,2002:str", "tag:yaml.org,2002:binary"


class YamlError(ValueError):
    """The text is not YAML, or exceeds a limit."""


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """One document.

    Attributes:
        value: its value, in the types of JSON; bytes are their base64.
        start, end: its position, in characters.
        spans: first and last character of each object and list.
    """

    value: object
    start: int
    end: int
    spans: dict[Tokens, tuple[int, int]]


def begins(text: str) -> bool:
    """Whether a text begins like YAML that holds an object or a list."""
    return _BEGINS.match(text[:4096]) is not None


def documents(text: str) -> list[YamlDocument]:
    """The documents of a text that are objects or lists.

    Raises:
        YamlError: the text is not YAML throughout, or exceeds a limit.
    """
    if len(text) > MAX_LENGTH:
        raise YamlError(f"longer than {MAX_LENGTH} characters")
    reader = _EventReader()
    try:
        return [document for event in yaml.parse(text, Loader=_LOADER) for document in reader.take(event)]
    except (yaml.YAMLError, UnicodeError) as error:
        raise YamlError(str(error)[:200]) from error


@dataclass(slots=True)
class _BegunCollection:
    """An object or list that has begun."""

    value: dict[str, object] | list[object]
    tokens: Tokens
    start: int
    anchor: str | None
    count: int
    key: str | None = None


@dataclass(slots=True)
class _EventReader:
    """Builds values from events."""

    _open: list[_BegunCollection] = field(default_factory=list)
    _spans: dict[Tokens, tuple[int, int]] = field(default_factory=dict)
    _anchors: dict[str, tuple[object, int]] = field(default_factory=dict)
    _count: int = 0

    def take(self, event: yaml.Event) -> Iterator[YamlDocument]:
        """Take an event; yields a document that it ends."""
        if isinstance(event, yaml.DocumentStartEvent):
            self._open, self._spans, self._anchors = [], {}, {}
        elif isinstance(event, yaml.CollectionStartEvent):
            if len(self._open) >= MAX_DEPTH:
                raise YamlError(f"nested deeper than {MAX_DEPTH} levels")
            value: dict[str, object] | list[object] = {} if isinstance(event, yaml.MappingStartEvent) else []
            self._open.append(
                _BegunCollection(value, self._here(), _index(event.start_mark), event.anchor, self._count)
            )
        elif isinstance(event, yaml.CollectionEndEvent):
            yield from self._closed(_index(event.end_mark))
        elif isinstance(event, yaml.AliasEvent):
            known, count = self._anchors.get(event.anchor or "", (None, 0))
            self._put(known, count)
        elif isinstance(event, yaml.ScalarEvent):
            scalar = _scalar(event)
            if event.anchor:
                self._anchors[event.anchor] = (scalar, 1)
            self._put(scalar, 1)

    def _here(self) -> Tokens:
        """The path of the value that comes next."""
        if not self._open:
            return ()
        outer = self._open[-1]
        return (*outer.tokens, len(outer.value) if isinstance(outer.value, list) else outer.key or "")

    def _closed(self, end: int) -> Iterator[YamlDocument]:
        done = self._open.pop()
        self._spans[done.tokens] = (done.start, max(done.start, end))
        if done.anchor:
            self._anchors[done.anchor] = (done.value, self._count - done.count + 1)
        if self._open:
            self._put(done.value, 1)
        else:
            yield YamlDocument(done.value, done.start, max(done.start, end), self._spans)

    def _put(self, value: object, count: int) -> None:
        self._count += count
        if self._count > MAX_VALUES:
            raise YamlError(f"more than {MAX_VALUES} values")
        if not self._open:
            return
        outer = self._open[-1]
        if isinstance(outer.value, list):
            outer.value.append(value)
        elif outer.key is None:
            outer.key = value if isinstance(value, str) else str(value)
        elif outer.key in outer.value:
            # Lines of a log, such as "debug: {...}", look like this. Only the last of them would be left.
            raise YamlError(f"a key is given twice: {outer.key[:40]!r}")
        else:
            outer.value[outer.key] = value
            outer.key = None


def _index(mark: Any) -> int:
    """The character at a mark, which each event of a text has."""
    index = getattr(mark, "index", 0)
    return index if isinstance(index, int) else 0


def _scalar(event: yaml.ScalarEvent) -> object:
    text: str = event.value
    if event.tag == _BYTES_TAG:
        return "".join(text.split())
    if event.style or event.tag == _TEXT_TAG or not event.implicit[0]:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text) if len(text) <= MAX_DIGITS else text
    if _FLOAT.fullmatch(text):
        value = float(text)
        return value if abs(value) != float("inf") else text
    return text
