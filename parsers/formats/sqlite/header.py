"""The database header: the first 100 bytes."""

from __future__ import annotations

from typing import NamedTuple

from construct import Bytes, Const, ConstructError, Int8ub, Int16ub, Int32ub, Padding, Struct

MAGIC = b"SQLite format 3\x00"
#: Length in bytes of the header.
HEADER_SIZE = 100
#: The payload fractions, in 256ths, that every database states.
_FRACTIONS = b"\x40\x20\x20"

_HEADER = Struct(
    "magic" / Const(MAGIC),
    "page_size" / Int16ub,
    "write_version" / Int8ub,
    "read_version" / Int8ub,
    "reserved" / Int8ub,
    "fractions" / Bytes(3),
    "change_counter" / Int32ub,
    "pages" / Int32ub,
    "first_freelist_page" / Int32ub,
    "freelist_pages" / Int32ub,
    "schema_cookie" / Int32ub,
    "schema_format" / Int32ub,
    "cache_size" / Int32ub,
    "largest_root" / Int32ub,
    "encoding" / Int32ub,
    "user_version" / Int32ub,
    "incremental_vacuum" / Int32ub,
    "application_id" / Int32ub,
    Padding(20),
    "valid_for" / Int32ub,
    "library_version" / Int32ub,
)


class DatabaseError(ValueError):
    """A file that cannot be read as a database."""


class DatabaseHeader(NamedTuple):
    """The header fields that are used. Sizes are in bytes; pages are numbered from 1.

    Attributes:
        page_size, reserved: the size of a page, and of the unused area at its end.
        encoding: 1 to 3; 1 if the header states any other number.
        first_freelist_page, freelist_pages: the first page of the freelist, and the number of its pages.
        user_version: a number that the application sets.
        pages: the number of pages; None if the header states none (written by SQLite before 3.7.0).
        is_as_defined: whether the other fields hold what SQLite writes: versions 1 or 2, the fixed fractions, and a
            known encoding and schema format.
    """

    page_size: int
    reserved: int
    encoding: int
    first_freelist_page: int
    freelist_pages: int
    user_version: int
    pages: int | None
    is_as_defined: bool

    @property
    def usable(self) -> int:
        """Bytes of each page that the database uses."""
        return self.page_size - self.reserved

    @classmethod
    def parse(cls, content: bytes) -> DatabaseHeader:
        """Parse the header.

        Raises:
            DatabaseError: the bytes are not a database header.
        """
        try:
            found = _HEADER.parse(content)
        except ConstructError as error:
            raise DatabaseError("the file does not begin with the header of an SQLite database") from error
        size = 65536 if found.page_size == 1 else found.page_size
        if size < 512 or size & (size - 1):
            raise DatabaseError(f"its header gives pages of {found.page_size} bytes")
        if size - found.reserved < 480:
            raise DatabaseError(f"its header reserves {found.reserved} bytes of each page of {size}")
        encoding = found.encoding if found.encoding in (1, 2, 3) else 1
        return cls(
            page_size=size,
            reserved=found.reserved,
            encoding=encoding,
            first_freelist_page=found.first_freelist_page,
            freelist_pages=found.freelist_pages,
            user_version=found.user_version,
            pages=found.pages if found.pages and found.change_counter == found.valid_for else None,
            is_as_defined=(
                {found.write_version, found.read_version} <= {1, 2}
                and found.fractions == _FRACTIONS
                and found.encoding <= 3
                and found.schema_format <= 4
            ),
        )
