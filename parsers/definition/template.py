"""Sentences with gaps: ``{path}``, ``{path|fallback if there is no value}``, and ``{"path"}`` for a quotation."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from parsers.values import shown

#: A value's path: names joined by dots, which may contain blanks; each leading ``../`` goes one object up.
PATH = r'(?:\.\./){0,3}[^\s{}|/."](?:[^{}|/."\r\n]*[^\s{}|/."])?(?:\.[^\s{}|/."](?:[^{}|/."\r\n]*[^\s{}|/."])?)*'
_GAP = re.compile(rf'\{{("?)({PATH})\1(?:\|([^{{}}|]*))?\}}')
#: The default text of a gap whose value is absent, null or empty.
ABSENT = "not given"


class TemplateError(ValueError):
    """A template with a brace that does not belong to a gap."""


class AddressParts(dict[str, object]):
    """The named parts of an answer's address; if present, they are the outermost scope."""


#: The enclosing objects, outermost first, then the item.
Scopes = tuple[Mapping[str, object], ...]
#: Gets the value at a path from an item.
Getter = Callable[[Scopes], object]


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence with gaps.

    Attributes:
        text: the template as written.
        parts: text, quotation mark or nothing, path, fallback, text, ..., text.
        gaps: for each gap: the getter of its value, quotation mark, fallback, text after the gap.
        plain_gaps: the same with a member's name for the getter, if each gap names a member of the item itself.
    """

    text: str
    parts: tuple[str | None, ...]
    gaps: tuple[tuple[Getter, str, str, str], ...] = field(init=False, repr=False, compare=False)
    plain_gaps: tuple[tuple[str, str, str, str], ...] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Build the gaps from the parts."""
        parts = self.parts
        gaps = tuple(
            (path or "", mark or "", ABSENT if fallback is None else fallback, text or "")
            for mark, path, fallback, text in zip(parts[1::4], parts[2::4], parts[3::4], parts[4::4], strict=True)
        )
        object.__setattr__(self, "gaps", tuple((getter(path), *rest) for path, *rest in gaps))
        object.__setattr__(self, "plain_gaps", gaps if all(is_member(path) for path, *_ in gaps) else None)

    @classmethod
    def parse(cls, text: str) -> Template:
        """Read a template.

        Raises:
            TemplateError: a brace is not part of a gap.
        """
        parts = tuple(_GAP.split(text))
        for literal in parts[::4]:
            if literal and ("{" in literal or "}" in literal):
                raise TemplateError(f"a brace is not part of a gap in {text!r}")
        return cls(text, parts)

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths that the gaps name."""
        return tuple(path for path in self.parts[2::4] if path)

    def with_paths(self, change: Callable[[str], str]) -> Template:
        """Return the same sentence with changed paths in its gaps."""
        parts = tuple(
            change(part) if number % 4 == 2 and part is not None else part for number, part in enumerate(self.parts)
        )
        return replace(self, parts=parts)

    def render(self, scopes: Scopes) -> str:
        """Return the sentence for an item."""
        made = self.parts[0] or ""
        if self.plain_gaps is not None:
            # As in most sentences; half as long as with a call for each value.
            item = scopes[-1]
            for name, mark, fallback, text in self.plain_gaps:
                value = shown(item.get(name))
                made += f"{fallback}{text}" if value is None else f"{mark}{value}{mark}{text}"
            return made
        for value_of, mark, fallback, text in self.gaps:
            value = shown(value_of(scopes))
            made += f"{fallback}{text}" if value is None else f"{mark}{value}{mark}{text}"
        return made

    def render_whole(self, scopes: Scopes) -> str | None:
        """Return the sentence for an item, or None if a value is absent."""
        made = self.parts[0] or ""
        if self.plain_gaps is not None:
            item = scopes[-1]
            for name, mark, _, text in self.plain_gaps:
                value = shown(item.get(name))
                if value is None:
                    return None
                made += f"{mark}{value}{mark}{text}"
            return made
        for value_of, mark, _, text in self.gaps:
            value = shown(value_of(scopes))
            if value is None:
                return None
            made += f"{mark}{value}{mark}{text}"
        return made


def getter(path: str) -> Getter:
    """Return a function that gets the value at a path from items, or None if there is no value.

    Args:
        path: ``name``, ``name.name``, ``name.0`` for a member of a list; each leading ``../`` goes to the enclosing
            object; ``@name`` is a part of the address that gave the answer.
    """
    if path.startswith("@"):
        return partial(_of_address, path[1:])
    if is_member(path):
        return partial(_of_item, path)
    name = path.rpartition("../")[2]
    return partial(_within, 1 + (len(path) - len(name)) // 3, tuple(name.split(".")))


def is_member(path: str) -> bool:
    """Whether a path is the name of a member of the item itself."""
    return not path.startswith("@") and "." not in path


def _of_address(name: str, scopes: Scopes) -> object:
    return scopes[0].get(name) if scopes and isinstance(scopes[0], AddressParts) else None


def _of_item(name: str, scopes: Scopes) -> object:
    return scopes[-1].get(name)


def _within(level: int, names: tuple[str, ...], scopes: Scopes) -> object:
    """The value at a path of names, starting from the object at a number of levels up."""
    found: object = scopes[-level] if level <= len(scopes) else None
    for name in names:
        if isinstance(found, Mapping):
            found = found.get(name)
        elif isinstance(found, list) and name.isascii() and name.isdecimal() and int(name[:6]) < len(found):
            found = found[int(name[:6])]
        else:
            return None
    return found
