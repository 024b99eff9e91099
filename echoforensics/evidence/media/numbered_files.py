"""Files beside an image whose names count on from its own: possibly further parts of it."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What may count parts in a name: digits anywhere, or one letter after the last dot.
_COUNTS = (re.compile(r"\d+"), re.compile(r"(?<=\.)[a-z](?=$)"))
_MOST_FILES = 10_000


def numbered_beside(path: Path) -> list[str]:
    """The names, in order, of a set of files of one size that differ from each other only in a number; with this one.

    The last may be smaller. Empty if there is no such set.
    """
    folder = path.parent
    try:
        listed = _listed(str(folder), folder.stat().st_mtime_ns)
    except OSError:
        return []
    for form in _forms(path.name):
        found = listed.by_form.get(form, [])
        sizes = [listed.sizes[name] for name in found]
        if len(found) > 1 and len({*sizes[:-1]}) == 1 and 0 < sizes[-1] <= sizes[0]:
            return [*found]
    return []


class _Listed(NamedTuple):
    """The files of a folder: the size of each, and the names that differ only in a number, in order."""

    sizes: dict[str, int]
    by_form: dict[tuple[int, str, str], list[str]]


@lru_cache(maxsize=2)
def _listed(folder: str, modified: int) -> _Listed:  # noqa: ARG001 (so that it is listed again)
    """List a folder, once for all images in it. Raises OSError."""
    sizes = {other.name: other.stat().st_size for other in Path(folder).iterdir() if other.is_file()}
    by_form: dict[tuple[int, str, str], list[str]] = {}
    if len(sizes) <= _MOST_FILES:
        for name in sorted(sizes, key=lambda name: (len(name), name)):
            for form in _forms(name):
                by_form.setdefault(form, []).append(name)
    return _Listed(sizes, by_form)


def _forms(name: str) -> Iterator[tuple[int, str, str]]:
    """What is before and after each number in a name, with how it counts; the last number first."""
    for way, count in enumerate(_COUNTS):
        for match in reversed([*count.finditer(name)]):
            yield way, name[: match.start()], name[match.end() :]
