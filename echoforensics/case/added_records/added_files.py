"""Files added to a case. They have a folder of their own beside the extracted files; each is named by its SHA-256.

The record on an added file is sealed with the case and names the file's SHA-256, so the seal covers the file too.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from echoforensics.case.disk import case_disk
from echoforensics.case.vault import Vault, is_partial, is_shard

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

#: The folder in a case.
ADDED_FILES = "added"
_BLOCK = 1 << 20


def added_files(case: Path) -> Vault:
    """Return the vault of added files. The folder need not exist."""
    return Vault(case / ADDED_FILES)


def keep_file(case: Path, source: Path) -> str:
    """Copy a file into a case, and return its SHA-256.

    Raises:
        OSError: the file cannot be read.
        CaseDiskError: the case's disk is full or failing.
    """
    room = added_files(case)
    with case_disk(case):
        room.root.mkdir(exist_ok=True)
    staged = room.stage()
    try:
        with source.open("rb") as stream:
            while piece := stream.read(_BLOCK):
                staged.write(piece)
    except OSError:
        staged.discard()
        raise
    return staged.keep()


def has_file(case: Path, sha256: str) -> bool:
    """Whether a file with a SHA-256 was added to a case."""
    path = added_files(case).path(sha256)
    return path.is_file() and not path.is_symlink()


def clear_partial_files(case: Path) -> None:
    """Remove files that an interrupted run had begun to add."""
    room = added_files(case)
    if room.root.is_dir() and not room.root.is_symlink():
        room.clear_partial()


def remove_other_files(case: Path, known: Collection[str]) -> None:
    """Remove every file that no record names: left by an interrupted run, or its record was removed."""
    room = added_files(case)
    if room.root.is_dir() and not room.root.is_symlink():
        room.remove_others(set(known))


def added_file_problems(case: Path, known: Collection[str]) -> list[str]:
    """Return one sentence for each added file that is missing or damaged though a record names it."""
    room = added_files(case)
    if known and room.root.is_symlink():
        return [f"{ADDED_FILES}: is a link, not a folder of the case"]
    problems = []
    for sha256 in sorted(known):
        name = f"{ADDED_FILES}/{sha256[:2]}/{sha256}"
        try:
            with room.open(sha256) as stream:
                actual = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
        except OSError as error:
            problems.append(f"{name}: cannot be read: {os.strerror(error.errno or 0)}")
            continue
        if actual != sha256:
            problems.append(f"{name}: its content hashes to {actual}")
    return problems


def unknown_files(case: Path, known: Collection[str]) -> list[str]:
    """Names of what is in the folder and no record names: files, links, and folders that no vault has."""
    room = added_files(case)
    if not room.root.is_dir() or room.root.is_symlink():
        return []
    wanted = {room.path(sha256) for sha256 in known}
    return [
        path.relative_to(case).as_posix()
        for path in sorted(room.root.rglob("*"))
        if path not in wanted and not is_shard(path, room.root)
    ]


def left_by_adding(case: Path, names: Collection[str], announced: Collection[str]) -> list[str]:
    """Those of :func:`unknown_files` that a run left which was killed while it added a file.

    Args:
        case: the case folder.
        names: their names.
        announced: SHA-256 of each file that the ledger announces, and that no record names yet.
    """
    room = added_files(case)
    wanted = {room.path(sha256) for sha256 in announced}
    return [name for name in names if wanted and (case / name in wanted or is_partial(case / name, room.root))]
