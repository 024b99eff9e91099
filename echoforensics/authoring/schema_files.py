"""The JSON Schemas of definitions, as files for editors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parsers.definition.schema import schemas

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path) -> list[Path]:
    """Write ``schema.json``, of all kinds, and ``schemas/KIND.json``, of each.

    Args:
        folder: where they go; made if it is not there.

    Returns:
        The files.

    Raises:
        OSError: the folder cannot be written.
    """
    made = {folder / name: text for name, text in schemas().items()}
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return sorted(made)
