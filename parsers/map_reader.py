"""A parser of tables that also reads those which a user's own maps describe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from parsers.parser import Parser

if TYPE_CHECKING:
    from parsers.definition.export import ExportDefinition


class MapReader(Parser):
    """A parser of tables that reads those which a user's own maps describe, too.

    Attributes:
        maps: the maps; they come before our own definitions.
    """

    def __init__(self, maps: tuple[ExportDefinition, ...] = ()) -> None:
        """Take the user's maps."""
        self.maps = maps

    def with_maps(self, maps: tuple[ExportDefinition, ...]) -> Self:
        """A parser of the same class that reads by these maps."""
        return type(self)(maps)
