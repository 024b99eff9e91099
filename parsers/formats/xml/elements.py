"""Read Android's XML within limits, with the byte range of each element.

A file with a document type declaration is refused: no entity is expanded, and no other file is opened.

References:
    AOSP ``com.android.internal.util.XmlUtils`` (preferences, ``WifiConfigStore.xml``) and ``BinaryXmlSerializer``
    (files that begin with ``ABX`` and a zero byte, Android 12 and later).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from parsers.formats.xml.stream import XmlDamagedError, XmlReader, XmlRefusedError
from parsers.locator import at_bytes
from parsers.parser import Source
from parsers.record import Issue

#: Limit on the length of a file.
MAX_BYTES = 16 * 1024 * 1024
#: Limit on the elements read from a file.
MAX_ELEMENTS = 100_000
#: Nesting limit, at which reading stops.
MAX_DEPTH = 32
#: The first bytes of Android's binary XML.
BINARY_MAGIC = b"ABX\x00"

_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s{0,64}(?:<\?xml[^>]{0,200}\?>\s{0,64})?(?:<!--[^>]{0,400}-->\s{0,64})?<([A-Za-z]{1,40})"
)
#: The possible first bytes of a file that has a root element.
BEGINNINGS = (b"<", b"\xef", b" ", b"\t", b"\n", b"\v", b"\f", b"\r")
_EXCERPT = 64


@dataclass(slots=True)
class Element:
    """One element.

    Attributes:
        name: its tag name.
        attributes: by name.
        start: offset of its first byte.
        end: offset after its last byte.
        text: its own text, without that of its children.
        children: its children, in file order.
    """

    name: str
    attributes: dict[str, str]
    start: int
    end: int = 0
    text: str = ""
    children: list[Element] = field(default_factory=list)

    @property
    def locator(self) -> str:
        """Its byte range in the file."""
        return at_bytes(self.start, self.end - self.start)


class Document(NamedTuple):
    """The readable content of a file.

    Attributes:
        root: the outermost element; if the file breaks off, with its complete content before that. None if nothing was
        issues: what is wrong with the file.
    """

    root: Element | None
    issues: tuple[Issue, ...] = ()


def root_of(head: bytes) -> str | None:
    """The name of an XML file's root element, or None if the file does not begin with an element."""
    found = _START.match(head)
    return found[1].decode("ascii") if found else None


def load(source: Source) -> Document:
    """Read a file.

    Raises:
        OSError: the evidence cannot be read.
    """
    if source.size > MAX_BYTES:
        return Document(None, (Issue(f"The file is longer than {MAX_BYTES} bytes ({source.size}): it was not read."),))
    with source.open() as stream:
        content = stream.read(MAX_BYTES)
    if content.startswith(BINARY_MAGIC):
        what = (
            "The file is Android binary XML (ABX), which is not read here. Android's tool abx2xml turns a copy of it"
            " into XML that is."
        )
        return Document(None, (Issue(what, "", content[:_EXCERPT]),))
    if not content.strip(b"\0 \t\r\n"):
        what = "The file is empty." if not content else f"The file holds {len(content)} bytes, and no text."
        return Document(None, (Issue(what, "", content[:_EXCERPT]),))
    return read(content)


def read(content: bytes) -> Document:
    """Read XML from memory."""
    tree = _ElementTree(content)
    try:
        tree.feed(content, last=True)
    except XmlDamagedError as error:
        tree.close(error.offset)
        what = f"The XML is damaged or breaks off at byte {error.offset} ({error.reason})."
        return Document(tree.root, (Issue(f"{what} What comes before it was read.", at_bytes(error.offset, 0)),))
    except XmlRefusedError as error:
        tree.close(tree.offset)
        return Document(tree.root, (Issue(f"{error} What comes before it was read."),))
    return Document(tree.root)


class _ElementTree(XmlReader):
    """Builds the elements as the XML is read."""

    def __init__(self, content: bytes) -> None:
        # Android always writes UTF-8, so a declared encoding is ignored.
        super().__init__("utf-8")
        self.root: Element | None = None
        self._content = content
        self._open: list[Element] = []
        self._texts: list[list[str]] = []
        self._count = 0

    def close(self, offset: int) -> None:
        """Close the elements that are still open where reading stopped."""
        for element in self._open:
            element.end = max(element.start, offset)

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MAX_ELEMENTS:
            raise XmlRefusedError(f"The XML has more than {MAX_ELEMENTS} elements.")
        if len(self._open) >= MAX_DEPTH:
            raise XmlRefusedError(f"The XML is nested deeper than {MAX_DEPTH} levels.")
        self._open.append(Element(name, attributes, self.offset))
        self._texts.append([])
        if self.root is None:
            self.root = self._open[0]

    def text(self, text: str) -> None:
        self._texts[-1].append(text)

    def end_element(self, _name: str) -> None:
        element, at = self._open.pop(), self.offset
        element.text = "".join(self._texts.pop())
        # After an empty element's tag ("<long .../>") the offset is after it, else before the closing tag.
        empty = not element.text and not element.children and self._content[element.start : at].endswith(b"/>")
        element.end = at if empty else self._content.find(b">", at) + 1
        if self._open:
            self._open[-1].children.append(element)

    def document_type(self) -> None:
        raise XmlRefusedError(
            "The XML has a document type declaration, which Android never writes; entities that it may declare are not"
            " expanded, and no other file is opened."
        )
