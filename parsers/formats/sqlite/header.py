"""The database header: the first 100 bytes."""

from __future__ import annotations

import struct
from typing import NamedTuple

MAGIC = b"SQLite format 3\x00"
#: Length in bytes of the header.
HEADER_SIZE = 100
#: The payload fractions, in 256ths, that every database states.
_FRACTIONS = b"\x40\x20\x20"

#: After the magic: page size, versions for writing and reading, reserved bytes, fractions, change counter, pages, first
#: page and number of pages of the freelist, schema cookie and format, cache size, largest root page, encoding, user
#: version, vacuum mode, application id; the change counter for which the number of pages is valid, library version.
_HEADER = struct.Struct(">16xHBBB3s12I20xII")


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
        if len(content) < HEADER_SIZE or not content.startswith(MAGIC):
            raise DatabaseError("the file does not begin with the header of an SQLite database")
        (
            page_size, write_version, read_version, reserved, fractions, change_counter, pages, first_freelist_page,
            freelist_pages, _, schema_format, _, _, stated_encoding, user_version, _, _, valid_for, _,
        ) = _HEADER.unpack_from(content)  # fmt: skip
        size = 65536 if page_size == 1 else page_size
        if size < 512 or size & (size - 1):
            raise DatabaseError(f"its header gives pages of {page_size} bytes")
        if size - reserved < 480:
            raise DatabaseError(f"its header reserves {reserved} bytes of each page of {size}")
        return cls(
            page_size=size,
            reserved=reserved,
            encoding=stated_encoding if stated_encoding in (1, 2, 3) else 1,
            first_freelist_page=first_freelist_page,
            freelist_pages=freelist_pages,
            user_version=user_version,
            pages=pages if pages and change_counter == valid_for else None,
            is_as_defined=(
                {write_version, read_version} <= {1, 2}
                and fractions == _FRACTIONS
                and stated_encoding <= 3
                and schema_format <= 4
            ),
        )
