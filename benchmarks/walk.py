"""Walk an image's file systems and write every file out: ``python -m benchmarks.walk IMAGE [FOLDER]``.

Without a folder, names and times are written as lines to standard output, as plaso's filestat makes events of them.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from echoforensics.evidence.entry import Entry, EntryState
from echoforensics.evidence.source import open_source

#: Bytes written at a time.
_PIECE = 1024 * 1024


def listed(image: Path) -> None:
    """A line for each time of each entry."""
    source = open_source(image)
    for entry in source.container.entries():
        if isinstance(entry, Entry):
            file = json.dumps([entry.path, entry.size, entry.mode])[1:]
            sys.stdout.write("".join([f'["{when}", "{label}", {file}\n' for label, when in entry.times.items()]))


def written_out(image: Path, folder: Path) -> None:
    """Every allocated file, under its own path."""
    source = open_source(image)
    made: set[str] = set()
    for entry in source.container.entries():
        if not isinstance(entry, Entry) or entry.opener is None or entry.state is not EntryState.ALLOCATED:
            continue
        target = f"{folder}/{entry.path}"
        parent = target.rpartition("/")[0]
        if parent not in made:
            Path(parent).mkdir(parents=True, exist_ok=True)
            made.add(parent)
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with entry.opener() as stream:
            while piece := stream.read(_PIECE):
                os.write(handle, piece)
        os.close(handle)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        written_out(Path(sys.argv[1]), Path(sys.argv[2]))
    else:
        listed(Path(sys.argv[1]))
