"""What cases are called beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def refuse_twice(paths: Sequence[Path]) -> None:
    """Refuse a case that is given twice: what it holds would count twice.

    Raises:
        UsageError: it is.
    """
    seen: set[Path] = set()
    for path in paths:
        if path.resolve() in seen:
            raise UsageError(f"{path}: was given twice, and would count twice")
        seen.add(path.resolve())


def names_beside(names: Mapping[Path, str]) -> dict[Path, str]:
    """What each is called, by its path: its name; where two have one name, the path as given."""
    plain = list(names.values())
    return {path: name if plain.count(name) == 1 else str(path) for path, name in names.items()}


def case_names(paths: Sequence[Path]) -> list[str]:
    """What cases are called beside each other, in their order. Raises UsageError where one is given twice."""
    refuse_twice(paths)
    return list(names_beside({path: path.resolve().name for path in paths}).values())
