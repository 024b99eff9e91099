"""Which encoding a text is in: by its byte order mark, or by where its zero bytes stand.

References:
    The Unicode Standard, section 23.8 (byte order marks); RFC 4627, section 3 (UTF-16 and UTF-32 by zero bytes). That
    Windows PowerShell 5.1 writes UTF-16 with ``>`` is in Microsoft's documentation (about_Character_Encoding).
"""

from __future__ import annotations

from functools import lru_cache

_MARKS = (
    (b"\xff\xfe\0\0", "utf-32le"),
    (b"\0\0\xfe\xff", "utf-32be"),
    (b"\xff\xfe", "utf-16le"),
    (b"\xfe\xff", "utf-16be"),
)
#: Where in each group of bytes an ASCII letter stands, the others being zero: (width, its place, the encoding).
_LAYOUTS = ((4, 0, "utf-32le"), (4, 3, "utf-32be"), (2, 0, "utf-16le"), (2, 1, "utf-16be"))
_SAMPLE = 512
#: At most this many characters at least are needed to tell an encoding without a mark.
_LEAST = 4
_PRINTED = bytes((*b"\t\r\n", *range(0x20, 0x7F)))


def wide_encoding(head: bytes) -> str:
    """The name of the encoding that a text begins in, if its characters are wider than a byte; else empty.

    Without a byte order mark at least seven of ten characters must be ASCII, as in JSON and in the logs of programs.

    Returns:
        ``utf-16le``, ``utf-16be``, ``utf-32le``, ``utf-32be``, as :func:`parsers.coding.decode` takes them, or empty.
    """
    return _wide_encoding(head[:_SAMPLE])


@lru_cache(maxsize=16)
def _wide_encoding(sample: bytes) -> str:
    """The same of what is looked at: each parser that is offered a file asks for it."""
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return name
    if sample.count(0) * 3 < len(sample):
        return ""
    for width, place, name in _LAYOUTS:
        count = len(sample) // width
        whole = count * width
        if any(sample[at:whole:width].count(0) * 10 < count * 7 for at in range(width) if at != place):
            continue
        letters = sample[place:whole:width]
        if count >= _LEAST and (count - len(letters.translate(None, _PRINTED))) * 10 >= count * 7:
            return name
    return ""


def as_utf8(head: bytes) -> bytes:
    """The head of a file as UTF-8, without a byte order mark. Bytes of no wide encoding are given as they are."""
    name = wide_encoding(head)
    if not name:
        return head.removeprefix(b"\xef\xbb\xbf")
    text = head.decode(name, "replace")
    return text.removeprefix("\ufeff").encode("utf-8", "replace")
