"""Decode JSON within limits. Numbers that other programs could not read are kept as text."""

from __future__ import annotations

import json
import math

#: Limit on the length of a JSON file.
MAX_BYTES = 64 * 1024 * 1024
#: Limit on commas and brackets: JSON with more would need gigabytes of memory.
MAX_VALUES = 4_000_000
#: An integer with more digits than this is kept as text.
MAX_DIGITS = 20


class JsonError(ValueError):
    """Text that is not JSON, or exceeds a limit.

    Attributes:
        at: character at which it breaks off, or None if it was not decoded at all.
    """

    def __init__(self, what: str, at: int | None = None) -> None:
        super().__init__(what)
        self.at = at


def _whole(text: str) -> int | str:
    return int(text) if len(text) <= MAX_DIGITS else text


def _real(text: str) -> float | str:
    value = float(text)
    return value if math.isfinite(value) else text


decoder = json.JSONDecoder(parse_int=_whole, parse_float=_real, parse_constant=str, strict=False)


def decode_at(text: str, at: int) -> tuple[object, int]:
    """The value at a position, and its end. Of equal keys the last counts.

    Raises:
        JsonError: there is no complete value, or it is nested too deeply.
    """
    try:
        return decoder.raw_decode(text, at)
    except json.JSONDecodeError as error:
        raise JsonError(error.msg, error.pos) from error
    except RecursionError as error:
        raise JsonError("nested too deeply to be read", at) from error


def decode(text: str) -> object:
    """Decode a text that holds exactly one value, with white space around it allowed.

    Raises:
        JsonError: the text is not JSON, holds more than one value, or exceeds a limit.
    """
    if text.count(",") + text.count("[") + text.count("{") > MAX_VALUES:
        raise JsonError(f"more than {MAX_VALUES} values")
    value, end = decode_at(text, skip(text, 0))
    if (rest := skip(text, end)) != len(text):
        raise JsonError("Extra data", rest)
    return value


def skip(text: str, at: int) -> int:
    """The position of the next character that is not white space."""
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at
