"""Opens a mail message or a mailbox: its attachments and texts are its entries."""

from __future__ import annotations

import binascii
import io
import quopri
import re
from typing import TYPE_CHECKING, BinaryIO

from echoforensics.evidence.archives.checked_stream import CheckedStream
from echoforensics.evidence.archives.mail.parts import PLAIN, MailPart, mail_parts
from echoforensics.evidence.entry import READ_ERRORS, Container, ContentError, Entry, EvidenceIssue
from echoforensics.evidence.limits import MAX_ENTRIES
from echoforensics.evidence.streams import buffered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PIECE = 256 * 1024
_BASE64, _QUOTED = "base64", "quoted-printable"
_KNOWN = (*PLAIN, _BASE64, _QUOTED)
_SEALED = ("application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted")
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))
_SPACE = b" \t\r\n"
_ADDRESS = re.compile(r"(\d+)\+(\d+):([a-z0-9-]*)(!?)")
_BREAKS_OFF = "the message breaks off within this part"


class MailArchive(Container):
    """The parts of a message, or of the messages of a mailbox. Parts in base64 and quoted-printable are decoded."""

    seekable = False

    def __init__(self, opener: Callable[[], BinaryIO]) -> None:
        """Take a function that opens the mail file from its start."""
        self._opener = opener

    def entries(self) -> Iterator[Entry | EvidenceIssue]:
        """Yield every part with content."""
        try:
            with self._opener() as stream:
                for number, part in enumerate(mail_parts(stream)):
                    if number >= MAX_ENTRIES:
                        yield EvidenceIssue("", f"only the first {MAX_ENTRIES} parts were read")
                        return
                    yield from (EvidenceIssue(part.path, what) for what in _unread(part))
                    yield self._entry(part)
        except READ_ERRORS as error:
            yield EvidenceIssue("", f"the mail could not be read to its end: {error}")

    def open(self, address: str) -> BinaryIO:
        """Open a part by its address: its byte range, and its coding."""
        found = _ADDRESS.fullmatch(address)
        if found is None:
            raise KeyError(address)
        return self._part(int(found[1]), int(found[2]), found[3], whole=not found[4])

    def _entry(self, part: MailPart) -> Entry:
        coding = part.coding if part.coding in _KNOWN else ""
        address = f"{part.start}+{part.size}:{coding}{'' if part.whole else '!'}"
        size = part.size if coding in PLAIN else None
        times = {"date of the message": part.date} if part.date else {}
        return Entry(part.path, address, size, lambda: self.open(address), times=times, seekable=False)

    def _part(self, start: int, size: int, coding: str, *, whole: bool) -> BinaryIO:
        stream = self._opener()
        stream.seek(start)
        return buffered(PartStream(stream, size, coding, whole=whole))


def _unread(part: MailPart) -> Iterator[str]:
    """What is in a part, and is not read, one sentence each."""
    if part.kind in _SEALED:
        wrapper = "OpenPGP" if "pgp" in part.kind else "S/MIME, encrypted or signed"
        yield (
            f"the message is wrapped ({wrapper}): what is in it is not read; open a copy with the key or a mail"
            " program, save it unwrapped, and give that"
        )
    if part.coding not in _KNOWN:
        yield f"its transfer coding ({part.coding[:40]}) is not known; it is given as it is stored"


class PartStream(CheckedStream):
    """The content of a part. Where it is not whole, or not of its coding, the error comes after all that was read."""

    def __init__(self, stream: BinaryIO, size: int, coding: str, *, whole: bool = True) -> None:
        """Take a stream at the part's start, the size of the coded part in bytes, and its coding.

        Args:
            stream: closed with this one.
            size: bytes of the coded part.
            coding: ``base64``, ``quoted-printable``, or another, which leaves the bytes as they are.
            whole: whether the end of the part was found.
        """
        super().__init__(stream.read)
        self._stream = stream
        self._left = size
        self._coding = coding
        self._held = b""
        self._wrong = 0
        self._whole = whole

    def _next(self, size: int) -> bytes:
        while self._left:
            coded = self._packed(min(self._left, max(size, _PIECE)))
            self._left = self._left - len(coded) if coded else 0
            if plain := self._decoded(self._held + coded, last=not self._left):
                return plain
        if self._wrong and self._issue is None:
            what = f"{self._wrong} bytes of its base64 are not base64"
            self._issue = ContentError(what, damaged=True)
        elif not self._whole and self._issue is None:
            self._issue = EOFError(_BREAKS_OFF)
        return b""

    def _decoded(self, coded: bytes, *, last: bool) -> bytes:
        self._held = b""
        if self._coding == _QUOTED:
            end = len(coded) if last else coded.rfind(b"\n") + 1
            self._held = coded[end:]
            return quopri.decodestring(coded[:end])
        if self._coding != _BASE64:
            return coded
        signs = coded.translate(None, _NOT_BASE64)
        self._wrong += len(coded.translate(None, _SPACE)) - len(signs)
        end = len(signs) if last else len(signs) // 4 * 4
        self._held = signs[end:]
        return self._plain(signs[:end])

    def _plain(self, signs: bytes) -> bytes:
        """Decode base64, also of several pieces that each end in a padding."""
        out = io.BytesIO()
        for run in re.findall(rb"[^=]+", signs):
            if len(run) % 4 == 1:
                run, self._whole = run[:-1], False  # noqa: PLW2901 (six bits are no byte)
            out.write(binascii.a2b_base64(run + b"=" * (-len(run) % 4)))
        return out.getvalue()

    def close(self) -> None:
        """Close the mail file too."""
        if not self.closed:
            self._stream.close()
        super().close()
