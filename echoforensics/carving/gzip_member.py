"""Carves gzip members: rotated logs and saved answers. Members that do not hold text are skipped.

Members that follow each other without a gap form one file, as ``gzip`` reads them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.carving.carved import Carved, Grade, Signature, byte_class
from parsers.formats.gzip.member import EFFORTS, HEADER_SIZE, SYSTEMS, GzipMember, read_member

if TYPE_CHECKING:
    from echoforensics.carving.carved import View

#: The fewest bytes of text that a member must have, and the fewest that a truncated one must have.
_LEAST, _LEAST_TORN = 16, 1024
#: The most bytes one member may expand to, and the most members to join.
MAX_INFLATED, MAX_MEMBERS = 256 * 1024 * 1024, 10_000
#: How many bytes of a member's content decide whether it is text.
_SAMPLE = 4096
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\v\f\r\x1b") + b"\x7f"


def carve(view: View, at: int) -> Carved | None:
    """Carve gzip-compressed text at an offset on the media. None if there is none."""
    members: list[GzipMember] = []
    place = at
    while len(members) < MAX_MEMBERS and (member := _member(view, place, first=not members)) is not None:
        members.append(member)
        place = member.end
        if not member.is_right:
            break
    if not members:
        return None
    size = sum(member.size for member in members)
    count = f"{len(members)} members" if len(members) > 1 else "one member"
    grade, ending = Grade.WHOLE, "its checksum and length are right"
    if not members[-1].is_right:
        grade, ending = Grade.CUT, "what follows does not go on with it"
        if members[-1].size >= MAX_INFLATED:
            ending = f"it was inflated up to {MAX_INFLATED} bytes, and no further"
    kind = "gzip member"
    return Carved(kind, ".gz", ((at, place - at),), grade, ending, f"{count}, {size} bytes of text", is_record=True)


def _member(view: View, at: int, *, first: bool) -> GzipMember | None:
    """Return a member that is long enough despite its damage. The content of the first member must be text."""
    found = read_member(view, at, MAX_INFLATED, _is_text if first else lambda _: True)
    if found is None or found.size < (_LEAST if found.is_right else _LEAST_TORN):
        return None
    return found


def _is_text(content: bytes) -> bool:
    """Whether the content begins as text: at most a few percent of its characters are control characters."""
    sample = content[:_SAMPLE]
    return (len(sample) - len(sample.translate(None, _CONTROLS))) * 50 <= len(sample)


SIGNATURES: tuple[Signature, ...] = (
    Signature(
        "gzip member",
        rb"\x1f\x8b\x08[\x00-\x1f]...." + byte_class(EFFORTS) + byte_class(SYSTEMS),
        carve,
        HEADER_SIZE,
    ),
)
