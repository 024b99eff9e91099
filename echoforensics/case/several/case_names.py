"""Names for several cases side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def refuse_twice(paths: Sequence[Path]) -> None:
    """Refuse a case that is given twice: its contents would count twice.

    Raises:
        UsageError: a case is given twice.
    """
    seen: set[Path] = set()
    for path in paths:
        if path.resolve() in seen:
            raise UsageError(f"{path}: was given twice, and would count twice")
        seen.add(path.resolve())


def names_beside(names: Mapping[Path, str]) -> dict[Path, str]:
    """Return a name for each path: its own name, or the path as given if two have the same name."""
    plain = list(names.values())
    return {path: name if plain.count(name) == 1 else str(path) for path, name in names.items()}


def case_names(paths: Sequence[Path]) -> list[str]:
    """Return names for several cases, in order. Raises UsageError if one is given twice."""
    refuse_twice(paths)
    return list(names_beside({path: path.resolve().name for path in paths}).values())
