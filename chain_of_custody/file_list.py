"""What a folder holds: every file, by its name, its size and its SHA-256."""

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

#: Files that one thread hashes before it is given others.
_BATCH = 64
_BLOCK = 1 << 20
#: Characters that JSON or ``sha256sum`` would have to write in another way than they are.
_ESCAPED = frozenset('"\\\x7f') | {chr(code) for code in range(32)}


class FileListError(ValueError):
    """A folder whose files cannot be listed. The message names what is in the way."""


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file of a folder.

    Attributes:
        name: its path below the folder, with ``/`` between its parts.
        size: in bytes.
        sha256: hexadecimal, lower case.
    """

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class FoundNames:
    """The names below a folder.

    Attributes:
        files: of its regular files, by their bytes in UTF-8.
        empty_folders: of folders that hold nothing.
        problems: what can be in no list, one sentence each: links, pipes, devices, names that are no text.
    """

    files: tuple[str, ...]
    empty_folders: tuple[str, ...]
    problems: tuple[str, ...]


def list_files(folder: Path, ignore: Collection[str] = (), *, workers: int | None = None) -> list[ListedFile]:
    """List and hash every file below a folder, by the bytes of its name in UTF-8.

    Args:
        folder: the folder; it is only read.
        ignore: names of files that are not listed.
        workers: threads that hash; None for as many as there are processors.

    Raises:
        FileListError: it holds a link, a pipe or a device, an empty folder, a name that no list can hold, or two names
            that are one on other systems.
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
    """The names of the files below a folder, all of which a list can hold. See :func:`list_files` for the rest."""
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
    """Find what is below a folder, following no link.

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
    """Remove every folder below a folder that holds no file, at any depth: no list can hold one.

    Raises:
        OSError: one cannot be read or removed.
    """
    while empty := find_names(folder).empty_folders:
        for name in empty:
            (folder / name).rmdir()


def hash_files(folder: Path, names: Sequence[str], *, workers: int | None = None) -> Iterator[ListedFile | OSError]:
    """Hash files on threads.

    Args:
        folder: where they are.
        names: of the files below it.
        workers: threads; None for as many as there are processors.

    Yields:
        Each file in the order of the names, or the error for which it could not be read. A link is such an error, and
        so is anything else that is no regular file.
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
    """Why a name can be in no list; None if it can.

    What a list holds is read with ``sha256sum`` and ``tr`` as well: no character of a name may need an escape.
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
    """What a name is to systems that see no difference of case and of Unicode normalisation."""
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold())


def name_twins(names: Iterable[str]) -> list[list[str]]:
    """Groups of names that are one name to systems that see no difference of case and of Unicode normalisation."""
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
