"""Recognise a database whose header or first page is missing, overwritten or damaged, by its other pages."""

from __future__ import annotations

from parsers.formats.sqlite.header import HEADER_SIZE, MAGIC, DatabaseHeader
from parsers.formats.sqlite.leaf_page import SIZES, leaf_page
from parsers.formats.sqlite.page import DATABASE_HEADER, KINDS, TABLE_INTERIOR, TABLE_LEAF, may_begin_tree_page
from parsers.formats.sqlite.pages import LostHeader

#: At least one in this many of the pages in the first bytes must begin like a b-tree page.
_SHARE = 3
_FIRST_KINDS = (b"", bytes([TABLE_LEAF]), bytes([TABLE_INTERIOR]))
_MADE = tuple("CREATE TABLE".encode(name) for name in ("utf-8", "utf-16-le", "utf-16-be"))


def find(head: bytes, size: int) -> LostHeader | None:
    """How to read a file that may be such a database; None if it is not one.

    Args:
        head: the file's first bytes, 64 KiB or all of it.
        size: the file's length in bytes.
    """
    if is_usable(head) or leaf_page(head[:size]) is not None:
        return None
    # A page begins with its kind. As no page is shorter than a sector, one test per sector is enough.
    for lost in (0,) if head.startswith(MAGIC) else (0, HEADER_SIZE):
        if TABLE_LEAF not in head[-lost % SIZES[0] :: SIZES[0]]:
            continue
        for page_size in SIZES:
            if size + lost >= 2 * page_size and _fits(head, page_size, lost):
                return _found(head, page_size, lost)
    return None


def is_usable(head: bytes) -> bool:
    """Whether a file begins like a database whose page size and first page's kind are possible."""
    size = int.from_bytes(head[16:18], "big")
    is_possible = size == 1 or size in SIZES
    return head.startswith(MAGIC) and is_possible and head[HEADER_SIZE : HEADER_SIZE + 1] in _FIRST_KINDS


def made_with(page_size: int, encoding: int = 1, lost: int = 0) -> LostHeader:
    """How to read a database of which only the page size in bytes is known."""
    header = DatabaseHeader(page_size, 0, encoding, 0, 0, 0, None, is_as_defined=False)
    return LostHeader(header, lost)


def _fits(head: bytes, page_size: int, lost: int) -> bool:
    """Whether pages of this size follow one another from the start, with at least one fully valid leaf."""
    starts = range((page_size - lost) % page_size, len(head) - page_size + 1, page_size)
    kinds = head[starts.start : starts.stop : page_size] if starts else b""
    if (len(kinds) - len(kinds.translate(None, KINDS))) * _SHARE < len(starts):
        return False  # told much faster than by the pages themselves
    likely = [at for at in starts if may_begin_tree_page(head[at : at + 8], page_size)]
    if len(likely) * _SHARE < len(starts):
        return False
    return any(leaf_page(head[at : at + page_size]) is not None for at in likely)


def _found(head: bytes, page_size: int, lost: int) -> LostHeader:
    if lost == 0 and may_begin_tree_page(head[:8], page_size) and not _is_first(head, page_size, lost):
        lost = page_size  # The whole first page is missing; the file begins with the second.
    return made_with(page_size, _encoding(head[: max(0, page_size - lost)]), lost)


def _is_first(head: bytes, page_size: int, lost: int) -> bool:
    """Whether the first page's own header is in its place after the database header."""
    at = DATABASE_HEADER - lost
    return head[at] in (TABLE_LEAF, TABLE_INTERIOR) and may_begin_tree_page(head[at : at + 8], page_size)


def _encoding(first: bytes) -> int:
    """The text encoding, judged by the CREATE statements; 1 if there are none."""
    return next((number for number, made in enumerate(_MADE, 1) if made in first), 1)
