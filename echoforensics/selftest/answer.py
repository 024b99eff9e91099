"""A known answer, and whether this installation gives it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: How many differences an answer names, and how much of each.
_NAMED, _LENGTH = 5, 400


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """One question whose answer is known.

    Attributes:
        area: what was asked, one of :data:`echoforensics.selftest.run.AREAS`.
        name: what exactly: a parser, an image, an algorithm.
        differences: what was expected and what was found instead; empty if the answer was right.
    """

    area: str
    name: str
    differences: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the answer was right."""
        return not self.differences

    def as_json(self) -> dict[str, object]:
        """For the result."""
        return {"area": self.area, "name": self.name, "passed": self.passed, "differences": list(self.differences)}


def compared(area: str, name: str, expected: object, found: object) -> KnownAnswer:
    """The answer to a question of which the expected value is known; both are compared part by part."""
    return KnownAnswer(area, name, differences(expected, found))


def differences(expected: object, found: object, at: str = "") -> tuple[str, ...]:
    """Where two values differ, at most five places, each with both values.

    Args:
        expected: what the truth set states.
        found: what this installation gave.
        at: the place that both are at, for the words.
    """
    return tuple(_differing(expected, found, at)[:_NAMED])


def _differing(expected: object, found: object, at: str) -> list[str]:
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        return [
            line
            for key in sorted({*expected, *found}, key=str)
            for line in _differing(expected.get(key), found.get(key), f"{at}.{key}" if at else str(key))
        ]
    if isinstance(expected, (list, tuple)) and isinstance(found, (list, tuple)):
        if len(expected) != len(found):
            return [f"{at or 'count'}: expected {len(expected)}, found {len(found)}"]
        return [
            line
            for number, pair in enumerate(zip(expected, found, strict=True), 1)
            for line in _differing(*pair, f"{at} {number}".strip())
        ]
    if expected == found:
        return []
    return [f"{at or 'value'}: expected {_short(expected)}, found {_short(found)}"]


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LENGTH else f"{text[:_LENGTH]}..."
