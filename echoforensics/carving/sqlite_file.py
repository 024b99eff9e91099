"""Carving SQLite databases by the number of pages their header states.

Pages are not checked here: overwritten ones show when the database is read. If the header states no valid number
(SQLite before 3.7.0 wrote none), pages are taken as long as each begins like a b-tree page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.carving.carved import Carved, Grade, Signature
from parsers.formats.sqlite.header import HEADER_SIZE, MAGIC, DatabaseError, DatabaseHeader
from parsers.formats.sqlite.page import may_begin_tree_page

if TYPE_CHECKING:
    from echoforensics.carving.carved import View

#: How many bytes of a page show whether it is a b-tree page.
_PAGE_HEAD = 8
#: The most bytes to take of a database that states no size.
MAX_UNSTATED = 256 * 1024 * 1024


def carve(view: View, at: int) -> Carved | None:
    """Carve the database at an offset on the media. None if there is no database."""
    head = view.read(at, HEADER_SIZE + _PAGE_HEAD)
    try:
        header = DatabaseHeader.parse(head)
    except DatabaseError:
        return None
    if not header.is_as_defined or not may_begin_tree_page(head[HEADER_SIZE:], header.page_size):
        return None
    if header.pages is not None:
        return _stated(view, at, header.pages, header.page_size)
    return _unstated(view, at, header.page_size)


def _stated(view: View, at: int, pages: int, size: int) -> Carved:
    # Not graded as whole: the content of the pages was not checked.
    end, grade = at + pages * size, Grade.ENDED
    ending = "its header states so many pages"
    if end > view.size:
        ending = f"its header states {end - view.size} bytes more than the media has"
        end, grade = view.size, Grade.CUT
    return _carved(at, end, size, grade, ending)


def _unstated(view: View, at: int, size: int) -> Carved:
    end = at + size
    while end + size <= min(view.size, at + MAX_UNSTATED) and may_begin_tree_page(view.read(end, _PAGE_HEAD), size):
        end += size
    grade, why = Grade.ENDED, "the next one does not begin like a page of a tree"
    if end + size > at + MAX_UNSTATED:
        why = f"no more than {MAX_UNSTATED} bytes are taken"
    elif end + size > view.size:
        # If it ends inside a page, that page is incomplete.
        grade, why, end = (Grade.CUT if end < view.size else Grade.ENDED), "the media ends", view.size
    return _carved(at, end, size, grade, f"its header states no number of pages that counts; {why}")


def _carved(at: int, end: int, size: int, grade: Grade, ending: str) -> Carved:
    detail = f"pages of {size} bytes; whether they hold together shows when it is read"
    return Carved("SQLite database", ".db", ((at, end - at),), grade, ending, detail, is_record=True)


SIGNATURES: tuple[Signature, ...] = (
    Signature("SQLite database", rb"SQLite format 3\x00", carve, len(MAGIC), nests=True),
)
