"""Read the text of an element in an XML capture as bytes, with its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from parsers.coding import CodingError, decode
from parsers.locator import at_bytes, at_coding, join

_CDATA, _CDATA_END = b"<![CDATA[", b"]]>"


@dataclass(frozen=True, slots=True)
class ElementText:
    """The text of an element.

    Attributes:
        content: its bytes; empty if they cannot be read.
        locator: the locator of the bytes; of the whole element if they cannot be read.
        issue: why they cannot be read, or empty.
    """

    content: bytes
    locator: str
    issue: str = ""


def element_text(stream: BinaryIO, begin: int, end: int, *, base64: bool, most: int) -> ElementText:
    """Read the text of an element again from the file, because XML parsers change line ends.

    Args:
        stream: the file, in UTF-8.
        begin, end: byte offsets of the opening tag and of the closing tag.
        base64: whether the text is base64.
        most: the greatest length that is read.

    Raises:
        OSError: the evidence cannot be read.
    """
    whole = at_bytes(begin, max(0, end - begin))
    if end - begin > 2 * most:
        return ElementText(b"", whole, f"is longer than {most} bytes; not read")
    stream.seek(begin)
    element = stream.read(max(0, end - begin))
    at = element.find(b">") + 1
    content = element[at:]
    coding = ""
    stripped = content.strip()
    if stripped.startswith(_CDATA) and stripped.endswith(_CDATA_END) and content.count(_CDATA) == 1:
        at += content.index(_CDATA) + len(_CDATA)
        content = stripped[len(_CDATA) : -len(_CDATA_END)]
    elif b"<" in content or b"&" in content:
        coding = "xml"
    where = at_bytes(begin + at, len(content))
    for name in (coding, "base64" if base64 else ""):
        try:
            content = decode(content, name, most)
        except CodingError as error:
            what = f"is marked as base64, but {error}" if name == "base64" else f"cannot be read: {error}"
            return ElementText(b"", where, what)
        where = join(where, at_coding(name) if name else "")
    return ElementText(content, where)
