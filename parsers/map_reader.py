"""The base class of table parsers that also read tables described by users' maps."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from parsers.parser import Parser

if TYPE_CHECKING:
    from parsers.definition.export import ExportDefinition


class MapReader(Parser):
    """A table parser that also reads tables described by a user's maps.

    Attributes:
        maps: the maps; they take precedence over our own definitions.
    """

    reads_maps: ClassVar[bool] = True

    def __init__(self, maps: tuple[ExportDefinition, ...] = ()) -> None:
        """Store the user's maps."""
        self.maps = maps

    def with_maps(self, maps: tuple[ExportDefinition, ...]) -> Self:
        """Return a parser of the same class with these maps."""
        return type(self)(maps)
