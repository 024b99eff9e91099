"""A parser that is imported when it is first asked about a file."""

from __future__ import annotations

import pkgutil
from typing import TYPE_CHECKING

from parsers.parser import Parser

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from parsers.parser import Source
    from parsers.record import Issue, Record

#: What a parser states of itself, except its description.
STATED = tuple(name for name in Parser.__annotations__ if name != "about")


class OutdatedTableError(RuntimeError):
    """A parser states something else than the table of parsers."""


class LaterParser(Parser):
    """Stands for a parser, and has everything that it states of itself. The rest of it is imported at first use."""

    def __init__(self, place: str, stated: Mapping[str, object]) -> None:
        """Store what the parser states.

        Args:
            place: its module and class, as ``package.module:Class``.
            stated: by the names of :data:`STATED`.
        """
        self.place, self._stated = place, stated
        self._made: Parser | None = None
        vars(self).update(stated)

    def __getattr__(self, name: str) -> object:
        """Return what only the class itself has, such as its description."""
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.made(), name)

    @property
    def module(self) -> str:
        """The name of its module."""
        return self.place.partition(":")[0]

    def made(self) -> Parser:
        """Return the parser itself.

        Raises:
            OutdatedTableError: it states something else than the table says.
        """
        if self._made is None:
            kind = pkgutil.resolve_name(self.place)
            if stated_by(kind) != self._stated:
                raise OutdatedTableError(f"the table of parsers is out of date for {self.place}: run `make docs`")
            self._made = kind()
        return self._made

    def claims(self, source: Source) -> bool:
        """Whether the parser claims the file."""
        return self.made().claims(source)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Return the file's records and issues."""
        return self.made().parse(source)


def stated_by(parser: type[Parser]) -> dict[str, object]:
    """What a parser states of itself, by the names of :data:`STATED`."""
    return {name: getattr(parser, name) for name in STATED}


def place_of(parser: type[Parser] | LaterParser) -> str:
    """A parser's module and class, as ``package.module:Class``."""
    return parser.place if isinstance(parser, LaterParser) else f"{parser.__module__}:{parser.__qualname__}"
