"""The header ``Range`` of a request (RFC 9110, section 14): one range of bytes."""

from __future__ import annotations

import re

_ONE = re.compile(r"bytes=\s*(\d{0,19})\s*-\s*(\d{0,19})\s*", re.ASCII | re.IGNORECASE)


class OutsideError(ValueError):
    """The range contains no existing byte."""


def byte_range(header: str | None, size: int) -> tuple[int, int] | None:
    """Return the first requested byte and the one after the last; None for the whole content.

    An invalid header, or one with several ranges, is ignored, as the standard allows.

    Args:
        header: the header as sent, or None.
        size: size of the content in bytes.

    Raises:
        OutsideError: the range starts after the end.
    """
    found = _ONE.fullmatch(header or "")
    if found is None or found[1] == found[2] == "":
        return None
    if not found[1]:
        start, end = max(0, size - int(found[2])), size
    else:
        start, end = int(found[1]), size
        if found[2]:
            if int(found[2]) < start:
                return None
            end = min(size, int(found[2]) + 1)
    if start >= end:
        raise OutsideError(header)
    return start, end
