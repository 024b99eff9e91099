"""Preferences files that definitions describe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from parsers.definition.declared import DeclaredItem, RecordMaker
from parsers.definition.preferences import Preferences, PreferencesDefinition, definitions
from parsers.formats.android.preferences import Preference
from parsers.locator import at_bytes
from parsers.record import Issue, Record
from parsers.secret import hidden, without_secrets
from parsers.times import from_milliseconds

#: The most items read from one file; in JSON values, only objects down to this depth.
MAX_ITEMS = 5000
_MAX_DEPTH = 8


@dataclass(frozen=True, slots=True)
class PreferenceKind:
    """Reads the items of one definition.

    Attributes:
        definition: the definition.
    """

    definition: PreferencesDefinition

    @property
    def source(self) -> Preferences:
        """How the file is recognised, and which of its values make an item."""
        return self.definition.source

    def fits(self, path: str, names: frozenset[str]) -> bool:
        """Whether a file is of this kind, by its path or, if renamed, by two of its preference names."""
        if "/shared_prefs/" in f"/{path}":
            return any(end.fits(path.removesuffix(".bak")) for end in self.source.paths)
        return len(names.intersection(self.source.values.values())) >= 2

    def hinted(self, head: bytes) -> bool:
        """Whether the head of a file has two of the names."""
        return sum(f'name="{name}"'.encode() in head for name in self.source.values.values()) >= 2

    def read(self, found: Mapping[str, Preference]) -> Iterator[tuple[tuple[str, ...], Record | Issue]]:
        """Yield the records, each with the names of the preferences that it reports in full."""
        maker = RecordMaker(self.definition.form, self.definition.name, self.definition.version)
        for number, (names, item) in enumerate(self._items(found)):
            if number == MAX_ITEMS:
                yield (), Issue(f"The file holds more than {MAX_ITEMS} items ({self.definition.about.title}).")
                return
            for made in maker.findings(item):
                yield names, made

    def _items(self, found: Mapping[str, Preference]) -> Iterator[tuple[tuple[str, ...], DeclaredItem]]:
        if self.source.values:
            present = {name: found[key] for name, key in self.source.values.items() if key in found}
            if present:
                yield tuple(item.name for item in present.values()), self._together(present)
        elif self.source.each is not None:
            for preference in found.values():
                if self.source.each.fullmatch(preference.name) and from_milliseconds(preference.value) is not None:
                    scope = {"name": preference.name, "value": preference.value}
                    yield (preference.name,), DeclaredItem((scope,), preference.locator)
        else:
            yield from self._objects(found)

    def _together(self, present: Mapping[str, Preference]) -> DeclaredItem:
        scope = {name: self._kept(name, item) for name, item in present.items()}
        start, end = min(item.start for item in present.values()), max(item.end for item in present.values())

        def locate(path: str) -> str:
            at = present.get(path.split(".", maxsplit=1)[0])
            return at.locator if at is not None and len(present) > 1 else ""

        return DeclaredItem((scope,), at_bytes(start, end - start), locate)

    def _kept(self, name: str, preference: Preference) -> object:
        value = preference.content
        if name in self.definition.form.secret:
            return hidden(str(preference.value)) if preference.value not in (None, "") else preference.value
        # A value that the definition names is not a secret, but JSON may contain some.
        return without_secrets(value) if isinstance(value, (dict, list)) else value

    def _objects(self, found: Mapping[str, Preference]) -> Iterator[tuple[tuple[str, ...], DeclaredItem]]:
        for preference in found.values():
            for member in _members(preference.kept, self.source.members, 0):
                scopes = ({"name": preference.name}, member)
                yield (), DeclaredItem(scopes, preference.locator)


def _members(value: object, names: tuple[str, ...], depth: int) -> Iterator[Mapping[str, object]]:
    """Objects with one of the members, outermost first; found objects are not searched."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, dict):
        if any(isinstance(value.get(name), str) for name in names):
            yield value
            return
        for inner in value.values():
            yield from _members(inner, names, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _members(inner, names, depth + 1)


@cache
def kinds() -> tuple[PreferenceKind, ...]:
    """Every kind, by name."""
    return tuple(sorted(map(PreferenceKind, definitions()), key=lambda kind: kind.definition.name))
