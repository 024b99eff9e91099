"""Undo a trace of curl: what was sent and received, in blocks with offsets, in hexadecimal or as characters only.

::

    => Send header, 75 bytes (0x4b)
    0000: GET /api/activities HTTP/1.1
    001e: Host: alexa.amazon.com
    <= Recv data, 17 bytes (0x11)
    0000: 7b 22 61 63 74 69 76 69 74 69 65 73 22 3a 5b 5d {"activities":[]
    0010: 7d                                              }

References:
    curl(1), ``--trace``, ``--trace-ascii``, ``--trace-time``, ``--trace-ids``; curl, ``src/tool_cb_dbg.c``: in the
    form of characters a line ends at CR LF, which is not written, and any other byte that cannot be printed is a dot.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_BLOCK = re.compile(
    rb"^(?:\d\d:\d\d:\d\d\.\d{1,6} )?(?:\[[\dx]{1,12}-[\dx]{1,12}\] )?"
    rb"(?:=> Send|<= Recv) (?P<what>SSL data|header|data), {1,12}(?P<size>\d{1,12}) bytes"
    rb" \(0x[0-9a-fA-F]{1,12}\)\r?$",
    re.MULTILINE,
)
_INFO = re.compile(rb"^(?:\d\d:\d\d:\d\d\.\d{1,6} )?(?:\[[\dx]{1,12}-[\dx]{1,12}\] )?== Info: ", re.MULTILINE)
_LINE = re.compile(rb"(?P<at>[0-9a-f]{4,16}): ?(?P<text>[^\n]{0,512}?)\r?(?:\n|\Z)")
_HEX = re.compile(rb"(?:[0-9a-f]{2} ){1,16}")
#: A line of hexadecimal has the signs of this many bytes before the characters.
_WIDTH = 16
#: What ends a line of a trace in characters and is not in it.
_END = b"\r\n"
_ENCRYPTED = b"SSL data"


def begins_as_trace(head: bytes) -> bool:
    """Whether a text is a trace of curl, by its head."""
    first = _BLOCK.search(head)
    return first is not None and (_INFO.match(head) is not None or first.start() == 0)


def traced_bytes(content: bytes) -> bytes:
    """Return the requests and answers of a trace, in order, without what was encrypted.

    Args:
        content: the trace, as text in UTF-8.
    """
    return b"".join(_blocks(content))


def is_of_characters(content: bytes) -> bool:
    """Whether a trace has characters only, so that bytes that cannot be printed are lost."""
    for block in _BLOCK.finditer(content):
        line = _LINE.match(content, block.end() + 1)
        if line is not None and line["text"]:
            return not _is_hexadecimal(line["text"], int(block["size"]))
    return False


def _blocks(content: bytes) -> Iterator[bytes]:
    hexadecimal = not is_of_characters(content)
    for block in _BLOCK.finditer(content):
        if block["what"] == _ENCRYPTED:
            continue
        size, at = int(block["size"]), block.end() + 1
        parts: list[bytes] = []
        done = 0
        while done < size and (line := _LINE.match(content, at)) is not None:
            start = int(line["at"], 16)
            if start < done or start - done > len(_END) or start > size:
                break
            parts.append(_END[: start - done])
            piece = _listed(line["text"], size - start) if hexadecimal else line["text"][: size - start]
            parts.append(piece)
            done, at = start + len(piece), line.end()
        if 0 < size - done <= len(_END) and not hexadecimal:
            parts.append(_END[: size - done])
        yield b"".join(parts)


def _listed(text: bytes, most: int) -> bytes:
    found = _HEX.match(text[: 3 * min(_WIDTH, most)])
    return bytes.fromhex(found[0].decode("ascii")) if found else b""


def _is_hexadecimal(text: bytes, size: int) -> bool:
    """Whether the first line of a block is of hexadecimal."""
    count = min(_WIDTH, size)
    found = _HEX.match(text + b" ")
    return found is not None and len(found[0]) >= 3 * count
