"""Values from evidence as a record keeps them: bounded, and with what was left out named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeGuard

from parsers.record import Value

#: A text is kept up to this many characters, a list or an object up to this many members and this deep.
MAX_TEXT = 8192
MAX_MEMBERS = 200
MAX_DEPTH = 7
#: One record keeps at most this many values, and this many characters of text.
MAX_VALUES = 2000
MAX_CHARACTERS = 262_144
#: A name is kept up to this many characters.
MAX_NAME = 200
#: The field that says what was left out.
LEFT_OUT = "left_out"
_MAX_LEFT_OUT = 20
_PLAIN = frozenset({str, int, float, bool, type(None)})


@dataclass(slots=True)
class Keeper:
    """Copies values within the bounds. One for each record.

    Attributes:
        left_out: a sentence for each thing that was cut, at most 20.
    """

    left_out: list[Value] = field(default_factory=list)
    _values: int = 0
    _characters: int = 0

    def fields(self, item: Mapping[str, object]) -> dict[str, Value]:
        """The members of an object as a record's fields."""
        if _is_small(item):
            return dict(item)  # type: ignore[arg-type]
        kept = self._object(item, "", 0)
        if self.left_out:
            kept[LEFT_OUT] = self.left_out
        return kept

    def keep(self, value: object, name: str = "", depth: int = 1) -> Value:
        """One value, cut where it exceeds the bounds. ``name`` is what such a sentence calls it."""
        self._values += 1
        if value is None or isinstance(value, (bool, int, float)):
            return value
        if isinstance(value, str):
            return self._text(value, name)
        if depth >= MAX_DEPTH and isinstance(value, (Mapping, list)) and value:
            self._leave_out(f"{name}: nested deeper than {MAX_DEPTH} levels")
            return None
        if isinstance(value, Mapping):
            return self._object(value, name, depth)
        if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
            return self._list(value, name, depth)
        return self._text(str(value), name)

    def _text(self, text: str, name: str) -> str:
        room = min(MAX_TEXT, MAX_CHARACTERS - self._characters)
        if len(text) > room:
            self._leave_out(f"{name}: {len(text) - room} of {len(text)} characters")
            text = text[:room]
        self._characters += len(text)
        return text

    def _object(self, item: Mapping[str, object], name: str, depth: int) -> dict[str, Value]:
        kept: dict[str, Value] = {}
        for key, value in item.items():
            if len(kept) >= MAX_MEMBERS or self._values >= MAX_VALUES:
                self._leave_out(f"{name or 'the record'}: {len(item) - len(kept)} of {len(item)} members")
                break
            short = key
            if len(key) > MAX_NAME:
                short = key[:MAX_NAME]
                self._leave_out(f"{name or 'the record'}: the end of a name of {len(key)} characters")
            if self._is_kept_whole(value):
                kept[short] = value
            else:
                kept[short] = self.keep(value, f"{name}.{short}" if name else short, depth + 1)
        return kept

    def _is_kept_whole(self, value: object) -> TypeGuard[str | int | float | bool | None]:
        """Whether a plain value is kept as it is: it is counted then. Most are; no name is made for them."""
        kind = type(value)
        if kind is str:
            count = len(value)  # type: ignore[arg-type]
            if count > MAX_TEXT or self._characters + count > MAX_CHARACTERS:
                return False
            self._characters += count
        elif kind not in _PLAIN:
            return False
        self._values += 1
        return True

    def _list(self, items: Sequence[object], name: str, depth: int) -> list[Value]:
        kept: list[Value] = []
        for value in items:
            if len(kept) >= MAX_MEMBERS or self._values >= MAX_VALUES:
                self._leave_out(f"{name}: {len(items) - len(kept)} of {len(items)} members")
                break
            kept.append(value if self._is_kept_whole(value) else self.keep(value, f"{name}[{len(kept)}]", depth + 1))
        return kept

    def _leave_out(self, reason: str) -> None:
        if len(self.left_out) < _MAX_LEFT_OUT:
            self.left_out.append(reason)


def kept_fields(item: Mapping[str, object]) -> dict[str, Value]:
    """The members of an object as a record's fields, within the bounds."""
    return dict(item) if _is_small(item) else Keeper().fields(item)  # type: ignore[arg-type]


def _is_small(item: Mapping[str, object]) -> bool:
    """Whether an object holds plain values only, so few and short that nothing is to be cut: most do."""
    values = item.values()
    if len(item) > MAX_MEMBERS or not _PLAIN.issuperset(map(type, values)):
        return False
    return (
        sum([len(value) for value in values if type(value) is str]) <= MAX_TEXT
        and max(map(len, item), default=0) <= MAX_NAME
    )


def shown(value: object, limit: int = 300) -> str | None:
    """A value as a message shows it: on one line, cut at ``limit`` characters; None if nothing is there.

    Lists of plain values are joined by commas. Objects, and lists that hold them, are not shown.
    """
    if isinstance(value, str):
        if len(value) <= limit and value.isalnum():
            return value
        return _on_one_line(value, limit)
    if isinstance(value, list):
        parts = [None if isinstance(part, list) else shown(part, limit) for part in value[:MAX_MEMBERS]]
        if any(part is None for part in parts):
            return None
        value = ", ".join(part for part in parts if part is not None)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        value = str(value)
    return _on_one_line(value, limit) if isinstance(value, str) else None


def _on_one_line(text: str, limit: int) -> str | None:
    line = " ".join(text[: limit * 4].split())
    if len(line) > limit:
        line = line[:limit] + "…"
    return line or None
