"""Read Android preferences files: a ``<map>`` with an element such as ``<string name="...">`` for each value.

References:
    AOSP ``com.android.internal.util.XmlUtils.writeValueXml`` for the elements and their value formats.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from parsers.formats.json.text import MAX_DIGITS, JsonError, decode
from parsers.formats.xml.elements import Element
from parsers.locator import at_bytes
from parsers.record import Issue, Value
from parsers.secret import without_secrets

_WHOLE = ("int", "long")
_REAL = ("float", "double")
_LISTS = ("set", "list")
_ARRAYS = ("int-array", "long-array", "double-array", "string-array", "boolean-array")


class Preference(NamedTuple):
    """One preference.

    Attributes:
        name: as written in the file.
        kind: the element name: ``string``, ``long``, ``set``, ...
        value: as found. Integers of more than 20 digits and invalid numbers are text.
        start: offset of the first byte of its element.
        end: offset after its last byte.
    """

    name: str
    kind: str
    value: object
    start: int
    end: int

    @property
    def locator(self) -> str:
        """The byte range of its element."""
        return at_bytes(self.start, self.end - self.start)

    @property
    def content(self) -> object:
        """The value, decoded if it is a text with a JSON object or list."""
        if isinstance(self.value, str) and self.value.lstrip()[:1] in ("{", "["):
            try:
                return decode(self.value)
            except JsonError:
                # Text that begins with a bracket need not be JSON; if not, it stays text.
                return self.value
        return self.value

    @property
    def kept(self) -> Value:
        """The content, with each secret replaced by its description."""
        return without_secrets(self.content, self.name)


def preferences(parent: Element) -> Iterator[Preference | Issue]:
    """Yield the values of a map, and an issue for each element that is not a value or has no name."""
    for element in parent.children:
        name = element.attributes.get("name")
        if name is None:
            yield Issue(f"The element {element.name[:40]} has no name.", element.locator)
            continue
        value = _value(element)
        if isinstance(value, _UnknownKind):
            yield Issue(f'The value "{name[:80]}" is of an unknown kind ({value.kind[:40]}).', element.locator)
            continue
        yield Preference(name, element.name, value, element.start, element.end)


class _UnknownKind(NamedTuple):
    kind: str


def _value(element: Element) -> object:  # noqa: PLR0911  (one for each kind of element)
    kind, text = element.name, element.attributes.get("value")
    if kind in ("string", "byte-array"):
        return element.text
    if kind == "null":
        return None
    if kind == "boolean":
        return {"true": True, "false": False}.get(text or "", text)
    if kind in _WHOLE:
        return _whole(text)
    if kind in _REAL:
        return _real(text)
    if kind in _LISTS:
        return [_known(_value(child)) for child in element.children]
    if kind in _ARRAYS:
        return [child.attributes.get("value") for child in element.children]
    if kind == "map":
        return {child.attributes.get("name", ""): _known(_value(child)) for child in element.children}
    return _UnknownKind(kind)


def _known(value: object) -> object:
    return f"a value of a kind that is not known ({value.kind[:40]})" if isinstance(value, _UnknownKind) else value


def _whole(text: str | None) -> object:
    digits = (text or "").removeprefix("-")
    if digits.isascii() and digits.isdecimal() and len(digits) <= MAX_DIGITS:
        return int(text or "")
    return text


def _real(text: str | None) -> object:
    try:
        value = float(text or "")
    except ValueError:
        return text
    return value if math.isfinite(value) else text
