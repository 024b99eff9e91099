"""The registry of parsers: ours, found below this package, and others, found by entry point."""

from __future__ import annotations

import importlib
import os
from collections.abc import Collection, Iterable
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import parsers
from parsers.claim_index import worth_asking
from parsers.fence import fence
from parsers.map_reader import MapReader
from parsers.parser import Parser, Source
from parsers.registration.later import LaterParser, place_of
from parsers.registration.table import listed

if TYPE_CHECKING:
    from parsers.definition.export import ExportDefinition

#: The entry point group for parsers of other packages. Each entry names a :class:`Parser` subclass.
ENTRY_POINT_GROUP = "echoforensics.parsers"

#: Packages of ours that hold no parsers: what parsers use of them is imported when they are.
WITHOUT_PARSERS = (
    "parsers.definition",
    "parsers.definitions",
    "parsers.exchanges",
    "parsers.formats",
    "parsers.registration",
)

#: What the source of a module has that registers a parser.
_REGISTERS = b"@register"

#: The class of each parser by name, or its stand-in until it is imported.
_registered: dict[str, type[Parser] | LaterParser] = {}


#: Reserved name prefixes for additions to a case that are not evidence, and for their data types.
NO_EVIDENCE = ("machine:", "annotation:")


class DuplicateParserError(ValueError):
    """Two parsers have the same name."""


class ReservedNameError(ValueError):
    """A parser has a name that is reserved for data other than evidence."""


def register(parser: type[Parser]) -> type[Parser]:
    """Class decorator: add a parser to the registry. Adding the same class again changes nothing.

    Raises:
        DuplicateParserError: another class has this name.
        ReservedNameError: its name has a prefix reserved for a machine's findings or for annotations.

    Example:
        >>> from parsers.recording.parser import RecordingParser
        >>> ef.register(RecordingParser) is RecordingParser
        True
    """
    if parser.name.startswith(NO_EVIDENCE):
        raise ReservedNameError(f"parser name {parser.name!r} has a reserved prefix")
    known = _registered.get(parser.name, parser)
    if known is not parser and not (isinstance(known, LaterParser) and known.place == place_of(parser)):
        moved = "; if it was moved, run `make docs`" if isinstance(known, LaterParser) else ""
        raise DuplicateParserError(f"parser name {parser.name!r} is taken by {place_of(known)}{moved}")
    _registered[parser.name] = parser
    return parser


def _modules() -> dict[str, Path]:
    """The files of the modules that may register parsers, of subpackages too, by the modules' names."""
    found: dict[str, Path] = {}
    (root,) = parsers.__path__
    for folder, below, names in os.walk(root):
        package = ".".join((parsers.__name__, *Path(folder).relative_to(root).parts))
        below[:] = [name for name in below if f"{package}.{name}" not in WITHOUT_PARSERS]
        found |= {f"{package}.{name[:-3]}": Path(folder, name) for name in names if name.endswith(".py")}
    return found


def _import(modules: dict[str, Path], known: Collection[str] = ()) -> None:
    """Import the modules that register parsers, without those that are known."""
    for name, path in modules.items():
        if name not in known and _REGISTERS in path.read_bytes():
            importlib.import_module(name)


def _find() -> None:
    """Register every parser. Of ours only those are imported that the table does not have."""
    rows = listed()
    for row in rows:
        known = _registered.setdefault(row.name, row)
        if place_of(known) != row.place:
            raise DuplicateParserError(f"parser name {row.name!r} is taken by {place_of(known)}")
    _import(_modules(), {row.module for row in rows})
    # Imported lazily: a walk that matches nothing does not need it.
    for entry in importlib.import_module("importlib.metadata").entry_points(group=ENTRY_POINT_GROUP):
        register(entry.load())


@cache
def load() -> tuple[Parser, ...]:
    """Return every parser, one instance each, sorted by name. Most are imported when they are first asked about a file.

    Raises:
        DuplicateParserError: two parsers have the same name.
    """
    _find()
    found = (_registered[name] for name in sorted(_registered))
    return tuple(each if isinstance(each, LaterParser) else each() for each in found)


def imported() -> tuple[Parser, ...]:
    """Return the parsers of :func:`load` themselves, every one of which is imported.

    Raises:
        DuplicateParserError: two parsers have the same name.
        OutdatedTableError: a parser states something else than the table of parsers.
    """
    return tuple(map(_imported, load()))


def our_kinds() -> tuple[type[Parser], ...]:
    """Return the class of every parser below this package, whatever the table of parsers says."""
    _import(_modules())
    found = (each for each in _registered.values() if not isinstance(each, LaterParser))
    return tuple(each for each in found if each.__module__.startswith(f"{parsers.__name__}."))


def _imported(parser: Parser) -> Parser:
    return parser.made() if isinstance(parser, LaterParser) else parser


def with_maps(maps: tuple[ExportDefinition, ...]) -> tuple[Parser, ...]:
    """Return every parser; those that read tables also use the user's maps. The result of :func:`load` does not change.

    Args:
        maps: as :func:`parsers.definition.export.parse_map` reads them.
    """
    return tuple(_with_maps(parser, maps) if maps and parser.reads_maps else parser for parser in load())


def _with_maps(parser: Parser, maps: tuple[ExportDefinition, ...]) -> Parser:
    made = _imported(parser)
    return made.with_maps(maps) if isinstance(made, MapReader) else made


def claiming(source: Source, parsers: Iterable[Parser] | None = None) -> tuple[Parser, ...]:
    """Return the parsers that claim a file; several may claim the same file.

    Args:
        source: the file.
        parsers: the parsers to ask; default: all.
    """
    every = load() if parsers is None else tuple(parsers)
    first, second, third = worth_asking(source, every, load())
    found = _claim(source, first) if first else []
    if second and all(parser.reads_lines for parser in found):
        found += _claim(source, second)
    if third and not found:
        found = _claim(source, third)
    return tuple(found)


def _claim(source: Source, asked: list[Parser]) -> list[Parser]:
    """Return the parsers that claim a file. One that raises counts as claiming: reading the file reports its error."""
    found: list[Parser] = []
    rest = iter(asked)
    for parser in rest:
        raised, answering = True, parser
        # One fence for all: setting one up per parser takes as long as most parsers need to answer.
        with fence(parser.name, []):
            for answering in chain((parser,), rest):
                if answering.claims(source):
                    found.append(answering)
            raised = False
        if raised:
            found.append(answering)
    return found
