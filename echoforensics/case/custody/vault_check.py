"""Checks that the vault holds exactly the artefacts of its case, each with the content that its name says."""

from __future__ import annotations

import hashlib
import stat
from typing import TYPE_CHECKING

from echoforensics.case.custody.names import ARTEFACTS
from echoforensics.case.vault import Vault, is_shard

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path


def vault_problems(case: Path, known: Collection[str], *, others: bool) -> list[str]:
    """Return one sentence for each problem in the vault. Pipes are not opened, and links are not followed.

    Args:
        case: the case folder.
        known: SHA-256 of each artefact.
        others: whether to report files that are no artefacts. An interrupted run leaves such files.
    """
    root = case / ARTEFACTS
    if not root.is_dir() or root.is_symlink():
        return [f"{ARTEFACTS}: is no folder of the case"]
    problems, found = [], set[str]()
    for path, mode in _walk(root):
        if not others and Vault(root).parts in (path, *path.parents):
            continue
        name = path.relative_to(case).as_posix()
        if stat.S_ISDIR(mode):
            if not is_shard(path, root):
                problems.append(f"{name}: a folder that no case has")
        elif not stat.S_ISREG(mode):
            problems.append(f"{name}: is a {_kind(mode)}, not a file")
        elif path.name in known and path == Vault(root).path(path.name):
            found.add(path.name)
            problems += _content(root, path.name, name)
        elif others:
            problems.append(f"{name}: not an artefact of this case")
    return problems + [f"{sha256}: is missing" for sha256 in sorted(set(known) - found)]


def _content(root: Path, sha256: str, name: str) -> list[str]:
    try:
        with Vault(root).open(sha256) as stream:
            actual = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
    except OSError as error:
        return [f"{name}: cannot be read: {error.strerror or error}"]
    return [] if actual == sha256 else [f"{name}: its content hashes to {actual}"]


def _walk(root: Path) -> Iterator[tuple[Path, int]]:
    """Yield every path below a folder with its mode, sorted. Links are not followed."""
    for path in sorted(root.iterdir()):
        mode = path.lstat().st_mode
        yield path, mode
        if stat.S_ISDIR(mode):
            yield from _walk(path)


def _kind(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "link"
    return "pipe" if stat.S_ISFIFO(mode) else "device or socket"
