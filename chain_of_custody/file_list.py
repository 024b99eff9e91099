"""Lists a folder: the name, size and SHA-256 of every file."""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from chain_of_custody.open_flags import careful

#: How many files a thread hashes per batch.
_BATCH = 64
_BLOCK = 1 << 20
#: Characters that JSON or ``sha256sum`` would have to escape.
_ESCAPED = frozenset('"\\\x7f') | {chr(code) for code in range(32)}


class FileListError(ValueError):
    """A folder whose files cannot be listed. The message names the obstacle."""


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file in a folder.

    Attributes:
        name: its path below the folder, with ``/`` as separator.
        size: in bytes.
        sha256: its SHA-256 in lower-case hexadecimal.
    """

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class FoundNames:
    """The names below a folder.

    Attributes:
        files: the names of regular files, sorted by their UTF-8 bytes.
        empty_folders: the names of empty folders.
        problems: what no list can hold, one sentence each: links, pipes, devices, names that are not valid text.
    """

    files: tuple[str, ...]
    empty_folders: tuple[str, ...]
    problems: tuple[str, ...]


def list_files(folder: Path, ignore: Collection[str] = (), *, workers: int | None = None) -> list[ListedFile]:
    """List and hash every file below a folder, sorted by the UTF-8 bytes of the names.

    Args:
        folder: the folder; opened read-only.
        ignore: names of files to leave out.
        workers: the number of hashing threads; None for one per processor.

    Raises:
        FileListError: it holds a link, a pipe or a device, an empty folder, a name that no list can hold, or two names
            that other systems treat as one.
        OSError: it cannot be read.
    """
    names = listable_names(folder, ignore)
    listed: list[ListedFile] = []
    for found in hash_files(folder, names, workers=workers):
        if isinstance(found, OSError):
            raise found
        listed.append(found)
    return listed


def listable_names(folder: Path, ignore: Collection[str] = ()) -> list[str]:
    """Return the names of the files below a folder, all valid for a list. See :func:`list_files` for the rest."""
    found = find_names(folder)
    names = [name for name in found.files if name not in ignore]
    problems = [
        *found.problems,
        *(f"{name}: an empty folder" for name in found.empty_folders),
        *(f"{name}: {problem}" for name in names if (problem := name_problem(name))),
        *(f"{' and '.join(twins)}: one name to systems that see no difference" for twins in name_twins(names)),
    ]
    if problems:
        more = f" (and {len(problems) - 3} more)" if len(problems) > 3 else ""
        raise FileListError(f"{folder} cannot be listed: {'; '.join(problems[:3])}{more}")
    return names


def find_names(folder: Path) -> FoundNames:
    """Find the names below a folder without following links.

    Raises:
        OSError: a folder cannot be read.
    """
    files: list[str] = []
    empty: list[str] = []
    problems: list[str] = []
    waiting = [("", os.fspath(folder))]
    while waiting:
        above, path = waiting.pop()
        with os.scandir(path) as entries:
            count = 0
            for entry in entries:
                count += 1
                name = above + entry.name
                if problem := _entry_problem(entry, name):
                    problems.append(problem)
                elif entry.is_dir(follow_symlinks=False):
                    waiting.append((f"{name}/", entry.path))
                else:
                    files.append(name)
        if not count and above:
            empty.append(above[:-1])
    return FoundNames(tuple(sorted(files, key=_utf8)), tuple(sorted(empty, key=_utf8)), tuple(sorted(problems)))


def remove_empty_folders(folder: Path) -> None:
    """Remove every folder, at any depth, that holds no file: a list cannot contain one.

    Raises:
        OSError: a folder cannot be read or removed.
    """
    while empty := find_names(folder).empty_folders:
        for name in empty:
            (folder / name).rmdir()


def hash_files(folder: Path, names: Sequence[str], *, workers: int | None = None) -> Iterator[ListedFile | OSError]:
    """Hash files in threads.

    Args:
        folder: the folder that holds them.
        names: their names below it.
        workers: the number of threads; None for one per processor.

    Yields:
        Each file in the order of the names, or the error that prevented reading it. Links, and anything else that is
            not a regular file, are such errors.
    """
    base = f"{os.fspath(folder)}{os.sep}"
    count = min(workers or os.cpu_count() or 1, 1 + len(names) // _BATCH)
    if count == 1 and len(names) < _BATCH:
        yield from _hash_batch(base, names)
        return
    with ThreadPoolExecutor(count, thread_name_prefix="file-list") as pool:
        for batch in pool.map(lambda each: _hash_batch(base, each), _batches(names)):
            yield from batch


def name_problem(name: str) -> str | None:
    """Explain why a list cannot hold a name. None if it can.

    Lists are also read with ``sha256sum`` and ``tr``, so no character of a name may need an escape.
    """
    if not _ESCAPED.isdisjoint(name):
        return "the name has a quotation mark, a backslash or a control character"
    if name == "-":
        return "the name is what programs take for their standard input"
    if any(part in ("", ".", "..") for part in name.split("/")):
        return "the name leads out of the folder, or is not in its plain form"
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return "the name is not UTF-8 text"
    return None


def folded_name(name: str) -> str:
    """Return the name as seen by systems that ignore case and Unicode normalisation."""
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold())


def name_twins(names: Iterable[str]) -> list[list[str]]:
    """Group names that are equal on systems that ignore case and Unicode normalisation."""
    plain: dict[str, list[str]] = {}
    for name in names:
        plain.setdefault(name.lower() if name.isascii() else folded_name(name), []).append(name)
    return [group for group in plain.values() if len(group) > 1]


def _entry_problem(entry: os.DirEntry[str], name: str) -> str | None:
    if not name.isascii():
        try:
            name.encode("utf-8")
        except UnicodeEncodeError:
            return f"{name.encode('utf-8', 'backslashreplace').decode()}: the name is not UTF-8 text"
    if entry.is_symlink():
        return f"{name}: a link"
    if not entry.is_dir(follow_symlinks=False) and not entry.is_file(follow_symlinks=False):
        return f"{name}: neither a file nor a folder"
    return None


def _utf8(name: str) -> bytes:
    return name.encode("utf-8")


def _batches(names: Sequence[str]) -> Iterator[list[str]]:
    rest = iter(names)
    while batch := list(islice(rest, _BATCH)):
        yield batch


def _hash_batch(base: str, names: Iterable[str]) -> list[ListedFile | OSError]:
    flags = careful(os.O_RDONLY)
    hashed: list[ListedFile | OSError] = []
    for name in names:
        try:
            hashed.append(_hash_one(base + name, name, flags))
        except OSError as error:
            error.filename = name
            hashed.append(error)
    return hashed


def _hash_one(path: str, name: str, flags: int) -> ListedFile:
    descriptor = os.open(path, flags)
    try:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            raise OSError(0, "not a regular file")
        found, size = hashlib.sha256(), 0
        block = min(about.st_size + 1, _BLOCK)
        while piece := os.read(descriptor, block):
            found.update(piece)
            size += len(piece)
        return ListedFile(name, size, found.hexdigest())
    finally:
        os.close(descriptor)
