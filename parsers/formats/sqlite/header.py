"""The first 100 bytes of a database."""

from __future__ import annotations

from dataclasses import dataclass

from construct import Bytes, Const, ConstructError, Int8ub, Int16ub, Int32ub, Padding, Struct

MAGIC = b"SQLite format 3\x00"
#: Length in bytes of the header.
HEADER_SIZE = 100
#: The shares of a page, in parts of 256, that every database states.
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


@dataclass(frozen=True, slots=True)
class DatabaseHeader:
    """What is used of it. Sizes in bytes; pages are numbered from 1.

    Attributes:
        page_size, reserved: of each page, and of what is left free at the end of each.
        encoding: 1 to 3; 1 where it states another.
        first_freelist_page, freelist_pages: the first page that is not in use, and how many there are.
        user_version: a number that the application sets.
        pages: how many it states that count; None if it states none (written by SQLite before 3.7.0).
        is_as_defined: whether what else it states is what SQLite writes: versions 1 or 2, the one set of fractions, an
            encoding and a schema format that there are.
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
        """Read it.

        Raises:
            DatabaseError: it is not the header of a database.
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
