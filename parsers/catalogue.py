"""Everything that can be read, for people: parsers of files, and the kinds of answers, tables
and preferences that they hand on."""

from __future__ import annotations

from dataclasses import dataclass

from parsers.app import preference_kind as preferences
from parsers.cloud import answer, page, responses
from parsers.parser import About
from parsers.registry import load
from parsers.tables import kinds as tables


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be read: the name and version that stand in its rows, and what people are told of it."""

    name: str
    version: str
    about: About


def catalogue() -> tuple[Entry, ...]:
    """Every entry, by name."""
    found = [Entry(parser.name, parser.version, parser.about) for parser in load()]
    found += [Entry(kind.name, kind.version, kind.about) for kind in responses.kinds()]
    found += [Entry(part.NAME, part.VERSION, part.ABOUT) for part in (answer, page)]
    found += [Entry(kind.name, kind.version, kind.about) for kind in tables.kinds()]
    definitions = [kind.definition for kind in preferences.kinds()]
    found += [Entry(made.name, made.version, made.about) for made in definitions]
    return tuple(sorted(found, key=lambda entry: entry.name))
