"""Read XML piece by piece, with the byte offset of each tag, in constant memory.

Declared entities are not expanded, no other file is opened, and a file with an unknown encoding is refused
with a reason. No input raises anything but :class:`XmlError`.

References:
    XML 1.0, section 4.3.3 (encodings); the expat manual; Python's ``pyexpat``, which reads encodings of one byte a
    character through Python's codecs and raises errors of its own for all others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO
from xml.parsers import expat

#: Limit on a single tag, comment or instruction, which is kept in memory whole.
MAX_TOKEN = 4 * 1024 * 1024
_PIECE = 256 * 1024
_BUILT_IN = frozenset(("UTF-8", "UTF-16", "UTF-16BE", "UTF-16LE", "ISO-8859-1", "US-ASCII"))
_ALL_BYTES = bytes(range(256))
_SHOWN = 40


class XmlError(ValueError):
    """The XML cannot be read further. The message says why and, if known, where."""


class XmlDamagedError(XmlError):
    """The XML is not well-formed, or breaks off.

    Attributes:
        reason: what is wrong, without the position.
        offset: byte offset at which reading stopped.
    """

    def __init__(self, error: expat.ExpatError, offset: int) -> None:
        super().__init__(str(error))
        self.reason = expat.ErrorString(error.code)
        self.offset = offset


class XmlRefusedError(XmlError):
    """The XML declares an entity or an unsupported encoding, or exceeds a limit."""


class XmlReader:
    """Reads one document; subclasses handle its tags and texts. Use each reader once.

    Args:
        encoding: overrides the declared encoding; None to use the declared one.
    """

    def __init__(self, encoding: str | None = None) -> None:
        self._fed = 0
        self._expat = expat.ParserCreate(encoding)
        self._expat.buffer_text = True
        self._expat.StartElementHandler = self.start_element
        self._expat.EndElementHandler = self.end_element
        self._expat.CharacterDataHandler = self.text
        self._expat.StartDoctypeDeclHandler = lambda *_declaration: self.document_type()
        self._expat.EntityDeclHandler = _refuse_entity
        if encoding is None:
            self._expat.XmlDeclHandler = _check_encoding

    @property
    def offset(self) -> int:
        """Byte offset of the tag or text that is being read."""
        return max(0, self._expat.CurrentByteIndex)

    def start_element(self, name: str, attributes: dict[str, str], /) -> None:
        """Handle an opening tag, or an empty element's tag; :attr:`offset` is that of its first byte."""

    def end_element(self, name: str, /) -> None:
        """Handle a closing tag, with :attr:`offset` at its first byte; after it for an empty element's tag."""

    def text(self, text: str, /) -> None:
        """Handle text between tags. One text may come in several parts."""

    def document_type(self) -> None:
        """Handle a document type declaration, which is skipped by default."""

    def feed(self, piece: bytes, *, last: bool) -> None:
        """Read the next bytes of the document.

        Raises:
            XmlError: the document cannot be read further.
        """
        try:
            self._expat.Parse(piece, last)
        except expat.ExpatError as error:
            raise XmlDamagedError(error, max(0, self._expat.ErrorByteIndex)) from error
        self._fed += len(piece)
        if not last and self._fed - self.offset > MAX_TOKEN:
            raise XmlRefusedError(f"a tag or a comment at byte {self.offset} is longer than {MAX_TOKEN} bytes")

    def read(self, stream: BinaryIO) -> Iterator[XmlError | None]:
        """Read a document to its end. Yields None after each piece, or the error that ended reading.

        Raises:
            OSError: the evidence cannot be read.
        """
        while True:
            piece = stream.read(_PIECE)
            try:
                self.feed(piece, last=not piece)
            except XmlError as error:
                yield error
                return
            yield None
            if not piece:
                return


def _refuse_entity(*_declaration: object) -> None:
    raise XmlRefusedError("it declares entities")


def _check_encoding(_version: str, encoding: str | None, _standalone: int) -> None:
    """Refuse encodings that expat and pyexpat cannot read: pyexpat would raise errors of other classes."""
    if encoding is None or encoding.upper() in _BUILT_IN:
        return
    try:
        known = len(_ALL_BYTES.decode(encoding, "replace")) == len(_ALL_BYTES)
    except (LookupError, ValueError):
        known = False
    if not known:
        raise XmlRefusedError(f"it declares the encoding {encoding[:_SHOWN]}, which is not read")
