"""All parsers: ours, found by importing this package, and others', found by entry point."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

import parsers
from parsers.claim_index import worth_asking
from parsers.fence import fence
from parsers.map_reader import MapReader
from parsers.parser import Parser, Source, looks_like_text

if TYPE_CHECKING:
    from parsers.definition.export import ExportDefinition

#: Entry-point group by which other packages add parsers. Each entry names a :class:`Parser` subclass.
ENTRY_POINT_GROUP = "echoforensics.parsers"

_registered: dict[str, type[Parser]] = {}


#: Names of what adds to a case what is not evidence, and of its data types, begin so; no parser's does.
NO_EVIDENCE = ("machine:", "annotation:")


class DuplicateParserError(ValueError):
    """Two parsers have one name."""


class ReservedNameError(ValueError):
    """A parser has a name that stands for what is not evidence."""


def register(parser: type[Parser]) -> type[Parser]:
    """Class decorator: add a parser to the registry. Adding the same class again changes nothing.

    Raises:
        DuplicateParserError: another class has this name.
        ReservedNameError: its name begins as only that of a machine's findings, or of annotations, does.

    Example:
        >>> from parsers.recording.parser import RecordingParser
        >>> ef.register(RecordingParser) is RecordingParser
        True
    """
    if parser.name.startswith(NO_EVIDENCE):
        raise ReservedNameError(f"parser name {parser.name!r} begins as the name of no parser does")
    known = _registered.setdefault(parser.name, parser)
    if known is not parser:
        raise DuplicateParserError(f"parser name {parser.name!r} is taken by {known.__module__}.{known.__qualname__}")
    return parser


@cache
def load() -> tuple[Parser, ...]:
    """Every parser, one instance each, sorted by name.

    Raises:
        DuplicateParserError: two parsers have one name.
    """
    for module in pkgutil.walk_packages(parsers.__path__, prefix="parsers."):
        importlib.import_module(module.name)
    # Imported only now: a walk that matches nothing has no use for it.
    for entry in importlib.import_module("importlib.metadata").entry_points(group=ENTRY_POINT_GROUP):
        register(entry.load())
    return tuple(_registered[name]() for name in sorted(_registered))


def with_maps(maps: tuple[ExportDefinition, ...]) -> tuple[Parser, ...]:
    """Every parser, of which those that read tables also read by a user's own maps. What :func:`load` gives stays.

    Args:
        maps: as :func:`parsers.definition.export.parse_map` reads them.
    """
    return tuple(parser.with_maps(maps) if isinstance(parser, MapReader) else parser for parser in load())


def claiming(source: Source, parsers: Iterable[Parser] | None = None) -> tuple[Parser, ...]:
    """The parsers that claim a file; two may claim one file.

    Args:
        source: the file.
        parsers: those that are asked; default: every one.
    """
    text = looks_like_text(source.head)
    every = load() if parsers is None else tuple(parsers)
    asked = [parser for parser in worth_asking(source, every) if text or not parser.text_only]
    found = _claim(source, [parser for parser in asked if not parser.last_resort])
    if all(parser.reads_lines for parser in found):
        found += _claim(source, [parser for parser in asked if parser.last_resort == 1])
    if not found:
        found = _claim(source, [parser for parser in asked if parser.last_resort > 1])
    return tuple(found)


def _claim(source: Source, asked: list[Parser]) -> list[Parser]:
    """Those of some parsers that claim a file. One that raises does: when it is to read the file, that is an issue."""
    found: list[Parser] = []
    place = 0
    while place < len(asked):
        parser, raised = asked[place], True
        # One fence for all: to set one up for each parser takes as long as most need to answer.
        with fence(parser.name, []):
            while place < len(asked):
                parser, raised = asked[place], True
                place += 1
                if parser.claims(source):
                    found.append(parser)
                raised = False
        if raised:
            found.append(parser)
    return found
