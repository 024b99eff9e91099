"""Walk an image's file systems and write every file out: ``python -m benchmarks.walk IMAGE [FOLDER]``.

Without a folder, names and times are written as lines to standard output, as plaso's filestat makes events of them.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from echoforensics.evidence.entry import Entry
from echoforensics.evidence.source import open_source


def listed(image: Path) -> None:
    """A line for each time of each entry."""
    source = open_source(image)
    for entry in source.container.entries():
        if isinstance(entry, Entry):
            for label, when in entry.times.items():
                sys.stdout.write(json.dumps([when, label, entry.path, entry.size, entry.mode]) + "\n")


def written_out(image: Path, folder: Path) -> None:
    """Every allocated file, under its own path."""
    source = open_source(image)
    made: set[Path] = set()
    for entry in source.container.entries():
        if isinstance(entry, Entry) and entry.opener is not None:
            target = folder / entry.path
            if target.parent not in made:
                target.parent.mkdir(parents=True, exist_ok=True)
                made.add(target.parent)
            with entry.opener() as stream, target.open("wb", buffering=0) as out:
                shutil.copyfileobj(stream, out, 1024 * 1024)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        written_out(Path(sys.argv[1]), Path(sys.argv[2]))
    else:
        listed(Path(sys.argv[1]))
