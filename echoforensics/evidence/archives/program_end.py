"""Where a program of Linux or Windows ends by its own headers.

References:
    System V ABI, chapter 4 (ELF header, program header); Microsoft, PE Format (COFF header, section table).
"""

from __future__ import annotations

import struct

ELF, PE = b"\x7fELF", b"MZ"


def end_of_program(head: bytes) -> int:
    """The byte offset where the own bytes of a program that begins so end; 0 if its headers do not say."""
    try:
        return _end_of_elf(head) if head.startswith(ELF) else _end_of_pe(head) if head.startswith(PE) else 0
    except struct.error:
        return 0


def _end_of_elf(head: bytes) -> int:
    wide, order = head[4:5] == b"\2", ">" if head[5:6] == b"\2" else "<"
    programs, sections = struct.unpack_from(order + ("2Q" if wide else "2I"), head, 32 if wide else 28)
    size, count, section, sections_count = struct.unpack_from(f"{order}4H", head, 54 if wide else 42)
    ends: list[int] = [sections + section * sections_count]
    for number in range(count):
        at = programs + number * size
        place, length = (8, 32) if wide else (4, 16)
        (start,) = struct.unpack_from(order + ("Q" if wide else "I"), head, at + place)
        (stored,) = struct.unpack_from(order + ("Q" if wide else "I"), head, at + length)
        ends.append(start + stored)
    return max(ends)


def _end_of_pe(head: bytes) -> int:
    (at,) = struct.unpack_from("<I", head, 60)
    if head[at : at + 4] != b"PE\0\0":
        return 0
    (sections,) = struct.unpack_from("<H", head, at + 6)
    (options,) = struct.unpack_from("<H", head, at + 20)
    table = at + 24 + options
    return max(
        (sum(struct.unpack_from("<2I", head, table + 40 * number + 16)) for number in range(sections)), default=0
    )
