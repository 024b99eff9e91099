"""Carving SQLite databases by the number of pages their header states.

Pages are not followed here: what of them was overwritten shows when the database is read. Where the header states no
number that counts (written by SQLite before 3.7.0), pages are taken as long as each begins like a page of a tree.

References:
    SQLite's file format, sections 1.3 (the header) and 1.6 (pages of trees): https://www.sqlite.org/fileformat2.html
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from echoforensics.carving.carved import Carved, Grade, Signature

if TYPE_CHECKING:
    from echoforensics.carving.carved import View

_MAGIC = b"SQLite format 3\0"
_HEADER = 100
#: First bytes of pages of trees: interior and leaf, of indexes and of tables.
_TREE = b"\x02\x05\x0a\x0d"
#: Bytes of a database that states no size.
MAX_UNSTATED = 256 * 1024 * 1024


def carve(view: View, at: int) -> Carved | None:
    """A database at a byte of the media; None where there is none."""
    head = view.read(at, _HEADER + 8)
    if len(head) < _HEADER + 8 or not head.startswith(_MAGIC):
        return None
    size = 65536 if head[16:18] == b"\0\1" else int.from_bytes(head[16:18], "big")
    encoding, schema = (int.from_bytes(head[place : place + 4], "big") for place in (56, 44))
    if not 512 <= size <= 65536 or size & (size - 1) or head[21:24] != b"\x40\x20\x20" or head[20] > size - 480:
        return None
    if encoding > 3 or schema > 4 or not {head[18], head[19]} <= {1, 2} or not _begins_tree(head[_HEADER:], size):
        return None
    changed, pages, valid_for = (struct.unpack_from(">I", head, place)[0] for place in (24, 28, 92))
    if pages and changed == valid_for:
        return _stated(view, at, pages, size)
    return _unstated(view, at, size)


def _stated(view: View, at: int, pages: int, size: int) -> Carved:
    # Not whole: what lies in the pages was not looked at.
    end, grade = at + pages * size, Grade.ENDED
    ending = "its header states so many pages"
    if end > view.size:
        ending = f"its header states {end - view.size} bytes more than the media has"
        end, grade = view.size, Grade.CUT
    return _carved(at, end, size, grade, ending)


def _unstated(view: View, at: int, size: int) -> Carved:
    end = at + size
    while end + size <= min(view.size, at + MAX_UNSTATED) and _begins_tree(view.read(end, 8), size):
        end += size
    grade, why = Grade.ENDED, "the next one does not begin like a page of a tree"
    if end + size > at + MAX_UNSTATED:
        why = f"no more than {MAX_UNSTATED} bytes are taken"
    elif end + size > view.size:
        # Where it ends within a page, that page is not whole.
        grade, why, end = (Grade.CUT if end < view.size else Grade.ENDED), "the media ends", view.size
    return _carved(at, end, size, grade, f"its header states no number of pages that counts; {why}")


def _begins_tree(head: bytes, size: int) -> bool:
    """Whether eight bytes may begin a page of a tree: its kind, and room for its cells."""
    if len(head) < 8 or head[0] not in _TREE:
        return False
    count, start = int.from_bytes(head[3:5], "big"), int.from_bytes(head[5:7], "big") or 65536
    return 8 + 2 * count <= size and start <= size and head[7] <= 60


def _carved(at: int, end: int, size: int, grade: Grade, ending: str) -> Carved:
    detail = f"pages of {size} bytes; whether they hold together shows when it is read"
    return Carved("SQLite database", ".db", ((at, end - at),), grade, ending, detail, is_record=True)


SIGNATURES: tuple[Signature, ...] = (
    Signature("SQLite database", rb"SQLite format 3\x00", carve, len(_MAGIC), nests=True),
)
