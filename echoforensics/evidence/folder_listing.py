"""Computes the hash of a folder from an unambiguous listing of everything in it."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from chain_of_custody.digest import Digests, hash_stream
from echoforensics.evidence.entry import Entry, EvidenceIssue, text_of
from echoforensics.evidence.folder import Folder
from echoforensics.evidence.limits import MAX_FOLDER_DEPTH

#: The listing forms, as the ledger names them. Cases of earlier versions name none: they use the first.
FIRST, SECOND, WITH_METADATA = "1", "2", "2 with modes and times"

#: Escapes in names, as in GNU ``sha256sum``: no name can end its line and begin another.
_ESCAPES = ((b"\\", b"\\\\"), (b"\n", b"\\n"), (b"\r", b"\\r"))
#: The kind of anything but a file, folder or link.
_KINDS = ((stat.S_ISFIFO, "pipe"), (stat.S_ISSOCK, "socket"), (stat.S_ISBLK, "block-device"), (stat.S_ISCHR, "device"))

Progress = Callable[[int], None]


@dataclass(slots=True)
class FolderHash:
    """The hash of a folder.

    Attributes:
        whole: the hash of the listing; its size is that of the files in the folder.
        issues: what could not be read.
    """

    whole: Digests
    issues: list[str] = field(default_factory=list)


def hash_folder(
    path: Path, algorithms: tuple[str, ...], progress: Progress | None = None, form: str = SECOND
) -> FolderHash:
    """Hash a folder: each file once, then the listing of everything. docs/case-folder.md describes the forms.

    Args:
        path: the folder.
        algorithms: the names of the hashes.
        progress: called with the bytes read so far.
        form: the form of the listing.

    Raises:
        ValueError: the form is unknown.
    """
    if form not in (FIRST, SECOND, WITH_METADATA):
        raise ValueError(f"there is no listing of the form {form!r}")
    issues: list[str] = []
    done = 0
    lines: list[tuple[bytes, bytes]] = []
    for name, line, size in _first(path, issues) if form == FIRST else _second(path, issues, form == WITH_METADATA):
        lines.append((name, line))
        done += size
        if progress:
            progress(done)
    head = b"" if form == FIRST else f"folder listing {form}\n".encode()
    text = head + b"".join(line for _, line in sorted(lines))
    return FolderHash(Digests(done, {name: hashlib.new(name, text).hexdigest() for name in algorithms}), issues)


def _second(path: Path, issues: list[str], metadata: bool) -> Iterator[tuple[bytes, bytes, int]]:
    """Yield path, line and size of everything below a folder, including empty folders, links, pipes and devices."""
    root, folder = os.fsencode(path), Folder(path)
    pending = [(b"", 0)]
    while pending:
        below, depth = pending.pop()
        try:
            names = _names(root, below, depth)
        except OSError as error:
            issues.append(f"{text_of(below)}: the folder cannot be listed: {error.strerror}")
            yield below, _line("unlisted", b"-", 0, b"", below), 0
            continue
        for name in names:
            inside = os.path.join(below, name)  # noqa: PTH118 (bytes)
            try:
                status = os.lstat(os.path.join(root, inside))  # noqa: PTH118 (bytes)
                found = _described(folder, root, inside, status)
            except OSError as error:
                issues.append(f"{text_of(inside)}: cannot be read: {error.strerror}")
                yield inside, _line("unreadable", b"-", 0, b"", inside), 0
                continue
            if stat.S_ISDIR(status.st_mode):
                pending.append((inside, depth + 1))
            more = b"%o  %d  " % (stat.S_IMODE(status.st_mode), status.st_mtime_ns) if metadata else b""
            yield inside, _line(*found, more, inside), found[2] if found[0] == "file" else 0


def _names(root: bytes, below: bytes, depth: int) -> list[bytes]:
    if depth > MAX_FOLDER_DEPTH:
        raise OSError(errno.ELOOP, f"more than {MAX_FOLDER_DEPTH} folders deep")
    return os.listdir(os.path.join(root, below))  # noqa: PTH118, PTH208 (bytes)


def _described(folder: Folder, root: bytes, inside: bytes, status: os.stat_result) -> tuple[str, bytes, int]:
    """Return kind, digest and length of one entry; for a link, those of its target."""
    if stat.S_ISDIR(status.st_mode):
        return "folder", b"-", 0
    if stat.S_ISREG(status.st_mode):
        with folder.open_path(inside) as stream:
            digests = hash_stream(stream, ("sha256",))
        return "file", str(digests.sha256).encode(), digests.size
    if stat.S_ISLNK(status.st_mode):
        target = os.readlink(os.path.join(root, inside))  # noqa: PTH118, PTH115 (bytes)
        return "link", hashlib.sha256(target).hexdigest().encode(), len(target)
    kind = next((word for is_it, word in _KINDS if is_it(status.st_mode)), "other")
    return kind, b"-", status.st_rdev if "device" in kind else 0


def _line(kind: str, digest: bytes, size: int, more: bytes, path: bytes) -> bytes:
    for raw, written in _ESCAPES:
        path = path.replace(raw, written)
    return b"%s  %s  %d  %s%s\n" % (kind.encode(), digest, size, more, path)


def _first(path: Path, issues: list[str]) -> Iterator[tuple[bytes, bytes, int]]:
    """Yield the listing of earlier versions, which may be equal for two different folders."""
    for found in Folder(path).entries():
        if isinstance(found, EvidenceIssue):
            issues.append(f"{found.path}: {found.what}")
            line, size = f"unreadable  {found.path}\n", 0
        else:
            line, size = _first_line(found, issues)
        yield found.path.encode(), line.encode(), size


def _first_line(entry: Entry, issues: list[str]) -> tuple[str, int]:
    if entry.opener is None:
        return f"{entry.kind}  {entry.note}  {entry.path}\n", 0
    try:
        with entry.opener() as stream:
            digests = hash_stream(stream, ("sha256",))
    except OSError as error:
        issues.append(f"{entry.path}: cannot be read: {error.strerror}")
        return f"unreadable  {entry.path}\n", 0
    return f"{digests.sha256}  {digests.size}  {entry.path}\n", digests.size
