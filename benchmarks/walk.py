"""Walk an image's file systems and write every file out: ``python -m benchmarks.walk IMAGE [FOLDER]``.

Without a folder, names and times are written as lines to standard output, as plaso's filestat makes events of them.
``--alone IMAGE FOLDER`` only writes as many empty files as the image has inodes in use: no walk in Python takes less.
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
#: Where the superblock of an ext4 image begins, and bytes of it that hold its counts of all inodes and of free ones.
_SUPERBLOCK, _COUNTS = 1024, 20
_IN_A_FOLDER = 200


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


def written_alone(image: Path, folder: Path) -> None:
    """Empty files, as many as the image's superblock counts inodes in use, 200 in a folder."""
    with image.open("rb") as stream:
        stream.seek(_SUPERBLOCK)
        superblock = stream.read(_COUNTS)
    count = int.from_bytes(superblock[:4], "little") - int.from_bytes(superblock[16:20], "little")
    for number in range(count):
        if number % _IN_A_FOLDER == 0:
            parent = folder / str(number)
            parent.mkdir(parents=True)
        os.close(os.open(f"{parent}/{number}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


if __name__ == "__main__":
    if sys.argv[1] == "--alone":
        written_alone(Path(sys.argv[2]), Path(sys.argv[3]))
    elif len(sys.argv) > 2:
        written_out(Path(sys.argv[1]), Path(sys.argv[2]))
    else:
        listed(Path(sys.argv[1]))
