"""Everything that can be read, as a human-readable catalogue: parsers of files, and the kinds of data they hand on."""

from __future__ import annotations

from dataclasses import dataclass

from parsers.alexa_api.answers import responses, unread_answer, whole_answer
from parsers.databases import all_tables
from parsers.definition import export, preferences, state
from parsers.parser import About
from parsers.registry import load


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One readable artefact: the name and version in its rows, and its description."""

    name: str
    version: str
    about: About


def catalogue() -> tuple[CatalogueEntry, ...]:
    """Every entry, by name."""
    found = [CatalogueEntry(parser.name, parser.version, parser.about) for parser in load()]
    found += [CatalogueEntry(kind.name, kind.version, kind.about) for kind in responses.kinds()]
    found += [CatalogueEntry(part.NAME, part.VERSION, part.ABOUT) for part in (unread_answer, whole_answer)]
    found += [CatalogueEntry(kind.name, kind.version, kind.about) for kind in all_tables.kinds()]
    for declared in (preferences.definitions(), export.definitions(), state.definitions()):
        found += [CatalogueEntry(made.name, made.version, made.about) for made in declared]
    return tuple(sorted(found, key=lambda entry: entry.name))
