"""Sentences with gaps: ``{path}``, ``{path|what to say where there is none}``, and ``{"path"}`` for a quotation."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from parsers.values import shown

#: A value's path: names joined by dots, which may have blanks inside; each leading ``../`` goes one object up.
PATH = r'(?:\.\./){0,3}[^\s{}|/."](?:[^{}|/."\r\n]*[^\s{}|/."])?(?:\.[^\s{}|/."](?:[^{}|/."\r\n]*[^\s{}|/."])?)*'
_GAP = re.compile(rf'\{{("?)({PATH})\1(?:\|([^{{}}|]*))?\}}')
#: What a gap says whose value is absent, null or empty, where the template says nothing else.
ABSENT = "not given"


class TemplateError(ValueError):
    """A template with a brace that does not belong to a gap."""


class AddressParts(dict[str, object]):
    """The named parts of the address that gave an answer; where there are any, the outermost of the scopes."""


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence with gaps.

    Attributes:
        text: as written.
        parts: text, quotation mark or nothing, path, fallback, text, ..., text.
    """

    text: str
    parts: tuple[str | None, ...]

    @classmethod
    def parse(cls, text: str) -> Template:
        """Read a template.

        Raises:
            TemplateError: a brace belongs to no gap.
        """
        parts = tuple(_GAP.split(text))
        for literal in parts[::4]:
            if literal and ("{" in literal or "}" in literal):
                raise TemplateError(f"a brace belongs to no gap in {text!r}")
        return cls(text, parts)

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths that the gaps name."""
        return tuple(path for path in self.parts[2::4] if path)

    def with_paths(self, change: Callable[[str], str]) -> Template:
        """The same sentence with other paths in its gaps."""
        parts = tuple(
            change(part) if number % 4 == 2 and part is not None else part for number, part in enumerate(self.parts)
        )
        return replace(self, parts=parts)

    def render(self, scopes: tuple[Mapping[str, object], ...]) -> str:
        """The sentence for an item; ``scopes`` as :func:`lookup` takes them."""
        parts = self.parts
        made = [parts[0] or ""]
        for mark, path, fallback, literal in zip(parts[1::4], parts[2::4], parts[3::4], parts[4::4], strict=True):
            value = shown(lookup(scopes, path or ""))
            if value is None:
                made.append(ABSENT if fallback is None else fallback)
            else:
                made.append(f"{mark}{value}{mark}")
            made.append(literal or "")
        return "".join(made)

    def render_whole(self, scopes: tuple[Mapping[str, object], ...]) -> str | None:
        """The same, or None where a value is absent."""
        if any(shown(lookup(scopes, path)) is None for path in self.paths):
            return None
        return self.render(scopes)


def lookup(scopes: tuple[Mapping[str, object], ...], path: str) -> object:
    """The value at a path of dotted names, or None.

    Args:
        scopes: the item last, before it the objects that enclose it, outermost first.
        path: ``name``, ``name.name``, ``name.0`` for a member of a list; each leading ``../`` goes to the enclosing
            object; ``@name`` is a part of the address that gave the answer.
    """
    if path.startswith("@"):
        return scopes[0].get(path[1:]) if scopes and isinstance(scopes[0], AddressParts) else None
    level = 1
    while path.startswith("../"):
        path = path.removeprefix("../")
        level += 1
    if level > len(scopes):
        return None
    found: object = scopes[-level]
    for name in path.split("."):
        if isinstance(found, Mapping):
            found = found.get(name)
        elif isinstance(found, list) and name.isascii() and name.isdecimal() and int(name[:6]) < len(found):
            found = found[int(name[:6])]
        else:
            return None
    return found
