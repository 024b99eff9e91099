"""Everything that can be read, for people: parsers of files, and the kinds of answers, tables
and preferences that they hand on."""

from __future__ import annotations

from dataclasses import dataclass

from parsers.alexa_api.answers import answer, page, responses
from parsers.app import preference_kind as preferences
from parsers.databases import kinds as tables
from parsers.parser import About
from parsers.registry import load


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One thing that can be read: the name and version in its rows, and its description."""

    name: str
    version: str
    about: About


def catalogue() -> tuple[CatalogueEntry, ...]:
    """Every entry, by name."""
    found = [CatalogueEntry(parser.name, parser.version, parser.about) for parser in load()]
    found += [CatalogueEntry(kind.name, kind.version, kind.about) for kind in responses.kinds()]
    found += [CatalogueEntry(part.NAME, part.VERSION, part.ABOUT) for part in (answer, page)]
    found += [CatalogueEntry(kind.name, kind.version, kind.about) for kind in tables.kinds()]
    definitions = [kind.definition for kind in preferences.kinds()]
    found += [CatalogueEntry(made.name, made.version, made.about) for made in definitions]
    return tuple(sorted(found, key=lambda entry: entry.name))
