"""The pages in ``docs/artefacts``: one for each thing that can be read, and a table of what was validated on what."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from parsers.catalogue import CatalogueEntry, catalogue
from parsers.parser import ANSWERS, EXPORT_TABLES, PREFERENCES, STATE_FILES, TABLES

if TYPE_CHECKING:
    from pathlib import Path

_FAMILIES = (
    ("echo:", "On the Echo device"),
    ("alexa:cloud:", "From the Alexa cloud, and exports of an account"),
    ("alexa:app:", "From the companion app"),
    ("alexa:web:", "From browsers and app caches"),
    ("recording:", "Recordings"),
    ("", "Files that belong to others"),
)
#: Where a parser belongs that has no rows of its own, by what it hands on.
_FAMILY_OF = {
    ANSWERS: "alexa:cloud:", EXPORT_TABLES: "alexa:cloud:", PREFERENCES: "alexa:app:", STATE_FILES: "echo:",
    TABLES: "alexa:app:",
}  # fmt: skip
_NOT_YET = "Made files only."


def write(folder: Path) -> list[Path]:
    """Write every page, and take away pages of what is no longer read.

    Args:
        folder: where the pages go; made if it is not there.

    Returns:
        The pages, sorted.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = pages()
    for old in folder.glob("*.md"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
    return sorted(folder / name for name in made)


def pages() -> dict[str, str]:
    """Every page, by file name."""
    entries = catalogue()
    made = {f"{entry.name}.md": _page(entry) for entry in entries}
    made["README.md"] = _index(entries)
    return made


def _page(entry: CatalogueEntry) -> str:
    about = entry.about
    parts = [f"# {about.title}", f"`{entry.name}`, version {entry.version}."]
    if about.data_types:
        parts.append("Data types: " + ", ".join(f"`{name}`" for name in about.data_types) + ".")
    if about.hands_on:
        handed = " and ".join(about.hands_on)
        parts.append(f"Hands on {handed}, which are read under [names of their own](README.md).")
    parts += [f"## What it shows\n\n{about.shows}", f"## What it does not show\n\n{about.does_not_show}"]
    for title, lines in (
        ("Known by", about.known_by),
        ("Validated on", about.validated_on or (_NOT_YET,)),
        ("Limits", about.limits),
        ("References", about.references),
    ):
        if lines:
            parts.append(f"## {title}\n\n" + "\n".join(f"- {_safe(line)}" for line in lines))
    return "\n\n".join(parts) + "\n"


def _index(entries: tuple[CatalogueEntry, ...]) -> str:
    families: dict[str, list[CatalogueEntry]] = defaultdict(list)
    for entry in entries:
        families[_family(entry)].append(entry)
    parts = [
        "# Artefacts\n\nEvery artefact that is read, and the devices, apps and exports it was validated on"
        ".\nThis folder is made by `make docs` from what the parsers say of themselves; it is not edited by hand."
    ]
    for _, title in _FAMILIES:
        if found := families.get(title):
            lines = ["| artefact | name | validated on |", "|---|---|---|"]
            for entry in found:
                validated = "; ".join(_safe(line) for line in entry.about.validated_on) or _NOT_YET
                lines.append(f"| [{_safe(entry.about.title)}]({entry.name}.md) | `{entry.name}` | {validated} |")
            parts.append(f"## {title}\n\n" + "\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _family(entry: CatalogueEntry) -> str:
    about = entry.about
    first = (*about.data_types, *(_FAMILY_OF[name] for name in about.hands_on), "")[0]
    return next(title for prefix, title in _FAMILIES if first.startswith(prefix))


def _safe(line: str) -> str:
    """A line as Markdown shows it: no signs that begin markup or end a cell."""
    for sign in "\\`*_[]<>|":
        line = line.replace(sign, f"\\{sign}")
    return line
