"""Copy values from evidence into records: within limits, and naming what was left out."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeGuard

from parsers.record import Value

#: The most characters of a text, the most members of a list or an object, and the greatest depth.
MAX_TEXT = 8192
MAX_MEMBERS = 200
MAX_DEPTH = 7
#: The most values, and the most characters of text, in one record.
MAX_VALUES = 2000
MAX_CHARACTERS = 262_144
#: The most characters of a name.
MAX_NAME = 200
#: The field that says what was left out.
LEFT_OUT = "left_out"
_MAX_LEFT_OUT = 20
_PLAIN = frozenset({str, int, float, bool, type(None)})
#: An object is small only if its containers are nested no deeper than this, and its values, each counted as so many
#: characters, have room in a text: then it has fewer than :data:`MAX_VALUES` of them.
_NESTED, _WEIGHT = 3, 5


@dataclass(slots=True)
class Keeper:
    """Copies values within the limits. Create one for each record.

    Attributes:
        left_out: a sentence for each cut, at most 20.
    """

    left_out: list[Value] = field(default_factory=list)
    _values: int = 0
    _characters: int = 0

    def fields(self, item: Mapping[str, object]) -> dict[str, Value]:
        """Return the members of an object as record fields."""
        if _is_small(item):
            return dict(item)  # type: ignore[arg-type]
        kept = self._object(item, "", 0)
        if self.left_out:
            kept[LEFT_OUT] = self.left_out
        return kept

    def keep(self, value: object, name: str = "", depth: int = 1) -> Value:
        """Return one value, cut to the limits. ``name`` is its name in the sentence about a cut."""
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
        """Whether a plain value is kept unchanged; if so, counts it. Most are, without the cost of building a name."""
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
    """Return the members of an object as record fields, within the limits."""
    return dict(item) if _is_small(item) else Keeper().fields(item)  # type: ignore[arg-type]


def _is_small(item: Mapping[str, object]) -> bool:
    """Whether an object has only few and short values, so that nothing needs cutting: most do."""
    return _has_short_names(item) and _room_after(item.values(), MAX_TEXT, 0) >= 0


def _has_short_names(item: Mapping[str, object]) -> bool:
    # Most names are short even all together.
    return len("".join(item)) <= MAX_NAME or max(map(len, item)) <= MAX_NAME


def _room_after(values: Collection[object], room: int, depth: int) -> int:
    """How many characters of texts have room beside these values; negative if something may need cutting."""
    count = len(values)
    if count > MAX_MEMBERS:
        return -1
    room -= count * _WEIGHT
    for value in values:
        kind = type(value)
        if kind is str:
            room -= len(value)  # type: ignore[arg-type]
        elif kind is list and depth < _NESTED:
            room = _room_after(value, room, depth + 1)  # type: ignore[arg-type]
        elif kind is dict and depth < _NESTED and _has_short_names(value):  # type: ignore[arg-type]
            room = _room_after(value.values(), room, depth + 1)  # type: ignore[attr-defined]
        elif kind not in _PLAIN:
            return -1
        if room < 0:
            return -1
    return room


#: Finds blanks that are not shown: at an end, or more than one. A printable text has no other white space.
_BLANKS = re.compile("^ | $|  ").search


def shown(value: object, limit: int = 300) -> str | None:
    """Format a value for a message: on one line, cut at ``limit`` characters; None if there is nothing to show.

    Lists of plain values are joined by commas. Objects, and lists that contain them, are not shown.
    """
    if isinstance(value, str):
        if 0 < len(value) <= limit and value.isprintable() and not (" " in value and _BLANKS(value)):
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
