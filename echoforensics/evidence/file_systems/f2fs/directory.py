"""Reads live and deleted names in the folders of F2FS.

A block of names has a bit for each slot. A name takes one slot per 8 bytes. Deleting a name only clears its bits.

References:
    Linux, Documentation/filesystems/f2fs.rst ("Directory Structure") and include/linux/f2fs_fs.h.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from echoforensics.evidence.file_systems.f2fs.layout import SLOT, SLOT_NAME, F2fsError

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAME_MAX = 255
#: The types of named inodes.
FOLDER, LINK = 2, 7
_FILES = (0, 1)
_DOTS = (b".", b"..")
#: A Tiny Encryption Algorithm of 16 rounds, initialised like MD4.
_DELTA = 0x9E3779B9
_BEGIN = (0x67452301, 0xEFCDAB89)
_WORDS = 4
_MASK = 0xFFFFFFFF


class F2fsName(NamedTuple):
    """A name in a folder.

    Attributes:
        name: its bytes; for a deleted name whose end was overwritten, only the beginning.
        inode: the number of its inode.
        type: its type as the folder states it.
        deleted: whether its bit is clear.
        issue: why a deleted name may have changed; empty if it seems intact.
    """

    name: bytes
    inode: int
    type: int
    deleted: bool
    issue: str = ""

    @property
    def is_file(self) -> bool:
        """Whether the folder states that it is a regular file, or states nothing."""
        return self.type in _FILES


def names_in(data: bytes) -> Iterator[F2fsName | F2fsError]:
    """Yield the names in a block of names, or in the inline names of an inode.

    Args:
        data: the whole block.

    Yields:
        Names in order, without ``.`` and ``..``; then an error if some were invalid.
    """
    # Each slot takes its own size, 8 bytes of name and one bit.
    count = len(data) * 8 // ((SLOT.size + SLOT_NAME) * 8 + 1)
    first = len(data) - count * (SLOT.size + SLOT_NAME)
    names = first + count * SLOT.size
    bits = int.from_bytes(data[: -(-count // 8)], "little")
    slots = list(SLOT.iter_unpack(data[first:names]))
    at = wrong = 0
    while at < count:
        code, inode, length, kind = slots[at]
        wide = -(-length // SLOT_NAME)
        place = names + at * SLOT_NAME
        live = bits >> at & 1
        if live and not (0 < length <= _NAME_MAX and at + wide <= count):
            wrong += 1
        elif live:
            at += wide - 1
            name = data[place : place + length]
            if name not in _DOTS:
                yield F2fsName(name, inode, kind, deleted=False)
        elif inode and 0 < length <= _NAME_MAX and at + wide <= count:
            own = next((step for step in range(1, wide) if bits >> (at + step) & 1), wide)
            name = data[place : place + min(length, own * SLOT_NAME)]
            if name not in _DOTS:
                yield F2fsName(name, inode, kind, deleted=True, issue=_issue_of(name, length, code))
        at += 1
    if wrong:
        yield F2fsError(f"names are of a length that cannot be; they were passed over: {wrong}")


def _issue_of(name: bytes, length: int, code: int) -> str:
    if len(name) < length:
        return f"the end of its name was overwritten: {len(name)} of {length} bytes are left"
    if hash_of(name) != code:
        return "its name does not agree with the hash beside it: it may be garbled, or its folder ignores case"
    return ""


def hash_of(name: bytes) -> int:
    """Return the hash stored with a name in a case-sensitive folder."""
    left, right = _BEGIN
    rest = name
    while True:
        left, right = _round(left, right, _words(rest))
        if len(rest) <= 4 * _WORDS:
            return left
        rest = rest[4 * _WORDS :]


def _words(rest: bytes) -> tuple[int, ...]:
    """Return four big-endian words; a short rest is padded on the left with its length."""
    padding = len(rest) * 0x01010101  # names have at most 255 bytes
    piece = rest[: 4 * _WORDS]
    words: list[int] = []
    for at in range(0, 4 * _WORDS, 4):
        word = padding
        for byte in piece[at : at + 4]:
            word = (word << 8) + byte & _MASK
        words.append(word)
    return tuple(words)


def _round(left: int, right: int, words: tuple[int, ...]) -> tuple[int, int]:
    a, b, c, d = words
    first, second, total = left, right, 0
    for _ in range(16):
        total = total + _DELTA & _MASK
        shifted = ((second << 4) + a) ^ (second + total) ^ ((second >> 5) + b)
        first = first + shifted & _MASK
        shifted = ((first << 4) + c) ^ (first + total) ^ ((first >> 5) + d)
        second = second + shifted & _MASK
    return left + first & _MASK, right + second & _MASK
