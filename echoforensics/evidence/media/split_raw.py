"""Raw images in several files: ``.001`` ``.002``, ``.aa`` ``.ab`` and the like, and ``xaa`` ``xab`` of ``split``."""

from __future__ import annotations

import re
from bisect import bisect_right
from contextlib import ExitStack, closing
from itertools import accumulate
from typing import TYPE_CHECKING

from echoforensics.errors import LaterPartError, SourceError
from echoforensics.evidence.media.disk_head import HEAD, SECTOR, looks_like_disk
from echoforensics.evidence.media.file_bytes import open_file
from echoforensics.evidence.media.file_pool import FilePool, PooledFile
from echoforensics.evidence.media.media import Media, ReadImage

if TYPE_CHECKING:
    from pathlib import Path

_ENDING = re.compile(r"\d{1,5}|[a-z]{2,3}")
#: What split calls parts that are given no name.
_UNNAMED = re.compile(r"x[a-z]{2,3}")
#: Endings that another part has than the first; of letters, those that are not words.
_LATER = re.compile(r"0*(?:[2-9]|[1-9]\d{1,4})|a[b-z]")
_MIN_PART = 64 * 1024
#: How packed and packaged data begins: parts of an archive are no parts of a raw image.
_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf", b"Rar!", b"%PDF")
_TEXT = frozenset(b"\t\n\r") | frozenset(range(0x20, 0x7F))
_MAX_NAMED = 10


def open_split(path: Path) -> Media | None:
    """Open a raw image in several files by its first; None if a file is not one of several that belong together.

    They belong together where their names count on from 0 or 1 (or from ``aa``), all but the last have one size in
    whole sectors, and the first begins neither as text nor as an archive does.

    Raises:
        SourceError: a part between others is missing, or another than the first is given.
    """
    ending = _ending(path)
    if not ending:
        return None
    parts = _beside(path, ending)
    own, lowest, highest = _number(ending), min(parts), max(parts)
    if len(parts) < 2 or not _one_size(parts) or not _may_be_disk(parts[lowest], whole=lowest in (0, 1)):
        return None
    start = 0 if 0 in parts or not ending.isdigit() else 1
    missing = [number for number in range(start, highest) if number not in parts]
    if len(missing) > len(parts) and not ending.isdigit():
        return None  # words such as img and zip are no numbers of parts
    if missing:
        names = ", ".join(_name(path, ending, number) for number in missing[:_MAX_NAMED])
        more = f" and {len(missing) - _MAX_NAMED} more" if len(missing) > _MAX_NAMED else ""
        raise SourceError(f"{path}: of the parts of this raw image these are missing: {names}{more}")
    if own != lowest:
        raise LaterPartError(f"{path}: a later part of a raw image; name the first one, {parts[lowest]}")
    return _open_parts([parts[number] for number in sorted(parts)])


def may_be_later_part(name: str, size: int) -> bool:
    """Whether a file of this name and size in bytes may be a part of a raw image, and not the first."""
    return size % SECTOR == 0 and size >= _MIN_PART and _LATER.fullmatch(name.rpartition(".")[2]) is not None


def missing_first_part(path: Path) -> str:
    """Name the parts that are missing of a raw image in several files; empty unless a file is the first that is there.

    Args:
        path: a file that may be a later part, and does not begin as an image does.

    Raises:
        OSError: the files beside it cannot be read.
    """
    ending = path.suffix[1:]
    if min(_beside(path, ending)) < _number(ending):
        return ""
    try:
        open_split(path)
    except LaterPartError:
        return ""
    except SourceError as error:
        return str(error).removeprefix(f"{path}: ")
    return ""


def _open_parts(paths: list[Path]) -> Media:
    pool = FilePool()
    with ExitStack() as files:
        opened = [files.enter_context(closing(pool.file(path))) for path in paths]
        files.pop_all()
    starts = [0, *accumulate(part.size for part in opened)]

    def read(offset: int, size: int) -> bytes:
        pieces: list[bytes] = []
        while size > 0:
            index = bisect_right(starts, offset) - 1
            piece = opened[index].read(offset - starts[index], size) if index < len(opened) else b""
            if not piece:
                raise OSError(f"{paths[min(index, len(paths) - 1)].name} is shorter than it was")
            pieces.append(piece)
            offset, size = offset + len(piece), size - len(piece)
        return b"".join(pieces)

    return Media("split raw image", ReadImage(starts[-1], read, lambda: _close(opened)), tuple(paths))


def _close(opened: list[PooledFile]) -> None:
    for part in opened:
        part.close()


def _beside(path: Path, ending: str) -> dict[int, Path]:
    """The files whose names differ only in an ending of the same kind and length, by number."""
    found: dict[int, Path] = {}
    before = path.name.removesuffix(ending)
    for other in path.parent.iterdir():
        text = _ending(other)
        # .999 is followed by .1000.
        long = len(text) == len(ending) or (len(text) > len(ending) and text.isdigit() and text[0] != "0")
        same = text and long and text.isdigit() == ending.isdigit()
        if same and other.name == before + text and other.is_file():
            found[_number(text)] = other
    return found


def _ending(path: Path) -> str:
    """The ending of a name that may count parts; empty if it has none."""
    if _UNNAMED.fullmatch(path.name):
        return path.name[1:]
    return path.suffix[1:] if _ENDING.fullmatch(path.suffix[1:]) else ""


def _number(ending: str) -> int:
    if ending.isdigit():
        return int(ending)
    number = 0
    for letter in ending:
        number = number * 26 + ord(letter) - ord("a")
    return number


def _name(path: Path, ending: str, number: int) -> str:
    before = path.name.removesuffix(ending)
    if ending.isdigit():
        return f"{before}{number:0{len(ending)}}"
    letters = ""
    for _ in ending:
        number, letter = divmod(number, 26)
        letters = chr(ord("a") + letter) + letters
    return before + letters


def _one_size(parts: dict[int, Path]) -> bool:
    sizes = [parts[number].stat().st_size for number in sorted(parts)]
    return len({*sizes[:-1]}) == 1 and sizes[0] % SECTOR == 0 and sizes[0] >= _MIN_PART and 0 < sizes[-1] <= sizes[0]


def _may_be_disk(path: Path, *, whole: bool) -> bool:
    """Whether the first part there is may begin a disk; where the first of all is missing, whether it may be within."""
    data = open_file(path)
    try:
        head = data.read(0, HEAD)
    finally:
        data.close()
    if whole and looks_like_disk(head):
        return True
    return not head.startswith(_ARCHIVES) and head[257:262] != b"ustar" and not _TEXT.issuperset(head[:4096])
