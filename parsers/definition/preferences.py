"""Definitions of values in preferences files of Android apps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from parsers.definition.definition import DATA_TYPE, FOOT, HEAD, Definition, definition
from parsers.definition.form import EXPRESSION, Key, Listed, Named, Section, Text, Values
from parsers.definition.loader import Kind, load
from parsers.definition.path_end import PATH_END, PathEnd
from parsers.definition.record_form import ITEM


class Preferences(NamedTuple):
    """The values of a preferences file that make an item.

    Attributes:
        paths: possible ends of the file's path.
        values: preference names, by their names in the definition; together they make one item.
        each: names that each make an item, ``name`` and ``value``, where the value may be a time in ms.
        members: objects in JSON values with one of these members are items, each with its ``../name``.
    """

    paths: tuple[PathEnd, ...]
    values: Mapping[str, str]
    each: re.Pattern[str] | None
    members: tuple[str, ...]


PreferencesDefinition = Definition[Preferences]


def _preferences(values: Values) -> Preferences:
    return Preferences(values[_PATHS], values[_VALUES], values[_EACH], values[_MEMBERS])


def _definition(values: Values) -> PreferencesDefinition:
    source = values[_PREFERENCES]
    known_by = (f"an Android preferences file whose path ends with {path.text}" for path in source.paths)
    return definition(values, source, known_by, "as their length and SHA-256")


_PATHS = Key(
    "paths",
    Listed(PATH_END),
    "Where the file may be.",
)
_VALUES = Key(
    "values",
    Named(Text()),
    "Names of preferences, by what the definition calls them. Together they make one item.",
    default={},
)
_EACH: Key[re.Pattern[str] | None] = Key(
    "each",
    EXPRESSION,
    "Names of preferences of which each makes an item with the values `name` and `value`, where the value may be a"
    " time in milliseconds.",
    default=None,
)
_MEMBERS = Key(
    "members",
    Listed(Text()),
    "Objects in JSON values that have one of these members are items; `../name` is the preference's name.",
    default=(),
)
_PREFERENCES = Key(
    "preferences",
    Section((_PATHS, _VALUES, _EACH, _MEMBERS), _preferences, one_of=(("values", "each", "members"),)),
    "What the file is known by, and which of its values make an item.",
)

PREFERENCES = Kind(
    "preferences",
    "Values of a preferences file of an Android app",
    Section((*HEAD, DATA_TYPE, _PREFERENCES, *ITEM, *FOOT), _definition),
)


@cache
def definitions() -> tuple[PreferencesDefinition, ...]:
    """Every definition of such values. Raises DefinitionError if one is invalid."""
    return load(PREFERENCES)
