"""The registry of parsers: ours, found by importing this package, and others, found by entry point."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

import parsers
from parsers.claim_index import worth_asking
from parsers.fence import fence
from parsers.map_reader import MapReader
from parsers.parser import Parser, Source

if TYPE_CHECKING:
    from parsers.definition.export import ExportDefinition

#: The entry point group for parsers of other packages. Each entry names a :class:`Parser` subclass.
ENTRY_POINT_GROUP = "echoforensics.parsers"

#: Packages of ours that hold no parsers: what parsers use of them is imported when they are.
WITHOUT_PARSERS = ("parsers.definition", "parsers.definitions", "parsers.exchanges", "parsers.formats")

_registered: dict[str, type[Parser]] = {}


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
    known = _registered.setdefault(parser.name, parser)
    if known is not parser:
        raise DuplicateParserError(f"parser name {parser.name!r} is taken by {known.__module__}.{known.__qualname__}")
    return parser


def _modules(path: Iterable[str], prefix: str) -> Iterator[str]:
    """Yield the names of the modules that may register parsers, of subpackages too."""
    for module in pkgutil.iter_modules(path, prefix):
        if module.name not in WITHOUT_PARSERS:
            yield module.name
            if module.ispkg:
                yield from _modules(importlib.import_module(module.name).__path__, f"{module.name}.")


@cache
def load() -> tuple[Parser, ...]:
    """Return every parser, one instance each, sorted by name.

    Raises:
        DuplicateParserError: two parsers have the same name.
    """
    for name in _modules(parsers.__path__, "parsers."):
        importlib.import_module(name)
    # Imported lazily: a walk that matches nothing does not need it.
    for entry in importlib.import_module("importlib.metadata").entry_points(group=ENTRY_POINT_GROUP):
        register(entry.load())
    return tuple(_registered[name]() for name in sorted(_registered))


@cache
def _kinds() -> tuple[type[Parser], ...]:
    """The class of every parser."""
    return tuple(map(type, load()))


def with_maps(maps: tuple[ExportDefinition, ...]) -> tuple[Parser, ...]:
    """Return every parser; those that read tables also use the user's maps. The result of :func:`load` does not change.

    Args:
        maps: as :func:`parsers.definition.export.parse_map` reads them.
    """
    return tuple(parser.with_maps(maps) if isinstance(parser, MapReader) else parser for parser in load())


def claiming(source: Source, parsers: Iterable[Parser] | None = None) -> tuple[Parser, ...]:
    """Return the parsers that claim a file; several may claim the same file.

    Args:
        source: the file.
        parsers: the parsers to ask; default: all.
    """
    every = load() if parsers is None else tuple(parsers)
    first, second, third = worth_asking(source, every, _kinds())
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
