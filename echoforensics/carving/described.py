"""Carves sound files whose structure states where they end, using the readers of their formats.

Supports AIFF, CAF, Wave64, AU, Matroska and WebM. Windows Media, DSD, AVI and other files are only identified: they are
carved by the size they state.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, BinaryIO, cast

from echoforensics.carving.carved import Carved, Grade, Signature
from parsers.formats.audio.aiff import describe as aiff
from parsers.formats.audio.caf import describe as caf
from parsers.formats.audio.facts import AudioFacts, Ending, Undescribed
from parsers.formats.audio.matroska import describe as matroska
from parsers.formats.audio.sun import describe as sun
from parsers.formats.audio.wave64 import describe as wave64

if TYPE_CHECKING:
    from collections.abc import Callable

    from echoforensics.carving.carved import View

    Describe = Callable[[BinaryIO, int], AudioFacts | Undescribed]

#: The most bytes to take of a file that states no size.
MOST_UNSTATED = 64 * 1024 * 1024
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
#: How many bytes at the head of a Windows Media file to search for its size.
_ASF_HEAD = 64 * 1024


class ViewStream:
    """Presents the media from an offset on as a stream."""

    def __init__(self, view: View, start: int) -> None:
        self._view = view
        self._start = start
        self._at = 0

    def seek(self, offset: int) -> int:
        """Seek to a position relative to the start of the stream."""
        self._at = offset
        return offset

    def read(self, size: int) -> bytes:
        """Read up to ``size`` bytes."""
        found = self._view.read(self._start + self._at, size)
        self._at += len(found)
        return found


def _carve(kind: str, suffix: str, describe: Describe, view: View, at: int) -> Carved | None:
    """Carve a file that a reader can describe at an offset on the media. None if it cannot."""
    rest = view.size - at
    found = describe(cast("BinaryIO", ViewStream(view, at)), rest)
    if isinstance(found, AudioFacts) and found.ending is Ending.OPEN and found.end > MOST_UNSTATED:
        rest = MOST_UNSTATED
        found = describe(cast("BinaryIO", ViewStream(view, at)), rest)
    if isinstance(found, Undescribed) or not found.end:
        return None
    grade, ending = Grade.WHOLE, "its header says so"
    if found.ending is Ending.CUT:
        grade, ending = Grade.CUT, "its own structure states more bytes than the media has"
    elif found.ending is Ending.OPEN:
        is_all = found.end == rest
        grade = Grade.CUT if is_all else Grade.ENDED
        ending = "it states no size; it is taken up to " + ("the end or the bound" if is_all else "its last part")
    elif found.issue:
        grade, ending = Grade.ENDED, "its header says so, though its parts differ"
    elif found.ending is Ending.LAST_BOX:
        ending = "what follows its last part is not one of such a file"
    return Carved(kind, suffix, ((at, found.end),), grade, ending, _detail(found))


def _detail(found: AudioFacts) -> str:
    parts = [found.codec]
    if found.duration_us is not None:
        parts.append(f"{found.duration_us / 1_000_000:.2f} s")
    if found.rate_hz:
        parts.append(f"{found.rate_hz} Hz")
    if found.channels:
        parts.append({1: "mono", 2: "stereo"}.get(found.channels, f"{found.channels} channels"))
    return ", ".join(parts)


def _named(kind: str, suffix: str, length: Callable[[View, int], int], view: View, at: int) -> Carved | None:
    """Carve a file that is only identified, by the size it states."""
    size, rest = length(view, at), view.size - at
    if size <= 0:
        return None
    if size > rest:
        ending = f"its header states {size - rest} bytes more than the media has"
        return Carved(kind, suffix, ((at, rest),), Grade.CUT, ending, "a format that is not read")
    return Carved(kind, suffix, ((at, size),), Grade.ENDED, "its header says so", "a format that is not read")


def _number(view: View, at: int, size: int, order: str) -> int:
    return int.from_bytes(view.read(at, size), "big" if order == "big" else "little")


def _asf(view: View, at: int) -> int:
    """Return the size in bytes of a Windows Media file from its properties, or 0 if they are missing."""
    place = view.read(at, _ASF_HEAD).find(_ASF_PROPERTIES)
    return _number(view, at + place + 40, 8, "little") if place > 0 else 0


def _riff(view: View, at: int) -> int:
    return 8 + _number(view, at + 4, 4, "little")


def _form(view: View, at: int) -> int:
    return 8 + _number(view, at + 4, 4, "big")


def _dsf(view: View, at: int) -> int:
    return _number(view, at + 12, 8, "little")


def _dff(view: View, at: int) -> int:
    return 12 + _number(view, at + 4, 8, "big")


def _described(kind: str, suffix: str, pattern: bytes, width: int, describe: Describe) -> Signature:
    return Signature(kind, pattern, partial(_carve, kind, suffix, describe), width, nests=True)


def _sized(kind: str, suffix: str, pattern: bytes, width: int, length: Callable[[View, int], int]) -> Signature:
    return Signature(kind, pattern, partial(_named, kind, suffix, length), width, nests=True)


def _exact(magic: bytes) -> bytes:
    """Return a pattern that matches exactly these bytes."""
    return "".join(f"\\x{byte:02x}" for byte in magic).encode("ascii")


SIGNATURES: tuple[Signature, ...] = (
    _described("AIFF recording", ".aiff", rb"FORM....AIF[FC]", 12, aiff.describe),
    _described("CAF recording", ".caf", _exact(caf.BEGINNING), len(caf.BEGINNING), caf.describe),
    _described("Wave64 recording", ".w64", _exact(wave64.RIFF), len(wave64.RIFF), wave64.describe),
    _described("AU recording", ".au", rb"\.snd\x00.{3}.{8}\x00.{3}\x00\x00\x00[\x01-\x08]", 24, sun.describe),
    _described("Matroska recording", ".mka", _exact(matroska.MAGIC), len(matroska.MAGIC), matroska.describe),
    _sized("Windows Media file", ".wma", _exact(_ASF), len(_ASF), _asf),
    _sized("AVI file", ".avi", rb"RIFF....AVI LIST", 16, _riff),
    _sized("xWMA file", ".xwma", rb"RIFF....XWMAfmt ", 16, _riff),
    _sized("QCP recording", ".qcp", rb"RIFF....QLCMfmt ", 16, _riff),
    _sized("Amiga sound file", ".8svx", rb"FORM....8SVXVHDR", 16, _form),
    _sized("DSD stream file", ".dsf", rb"DSD \x1c\x00{7}", 12, _dsf),
    _sized("DSD file (DSDIFF)", ".dff", rb"FRM8.{8}DSD ", 16, _dff),
)
