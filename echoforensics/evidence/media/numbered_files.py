"""Files beside an image whose names count on from its own: possibly further parts of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

#: What may count parts in a name: digits anywhere, or one letter after the last dot.
_COUNTS = (re.compile(r"\d+"), re.compile(r"(?<=\.)[a-z](?=$)"))
_MOST_FILES = 10_000


def numbered_beside(path: Path) -> list[str]:
    """The names, in order, of a set of files of one size that differ from each other only in a number; with this one.

    The last may be smaller. Empty if there is no such set.
    """
    try:
        names = {other.name: other.stat().st_size for other in path.parent.iterdir() if other.is_file()}
    except OSError:
        return []
    if len(names) > _MOST_FILES:
        return []
    for count in _COUNTS:
        for match in reversed([*count.finditer(path.name)]):
            before, after = path.name[: match.start()], path.name[match.end() :]
            form = re.compile(re.escape(before) + count.pattern + re.escape(after))
            found = sorted((name for name in names if form.fullmatch(name)), key=lambda name: (len(name), name))
            sizes = [names[name] for name in found]
            if len(found) > 1 and len({*sizes[:-1]}) == 1 and 0 < sizes[-1] <= sizes[0]:
                return found
    return []
