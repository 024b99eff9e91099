"""Names archives that are recognised but not supported, and multi-part archives, and says what to do."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

_UNPACK = "unpack a copy with {}, and give the folder"
#: (byte offset, magic, name, advice): from the formats' own documentation and the magic list of ``file``.
_FORMS: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"\0\0\0\x7b", "a DAR archive", _UNPACK.format("dar")),
    (
        0,
        b"ADSEGMENTEDFILE",
        "logical evidence of FTK Imager (AD1)",
        "export its files with FTK Imager, and give the folder",
    ),
    (0, b"!BDN", "a mailbox of Outlook (PST or OST)", "export its messages with readpst, and give the folder"),
    (
        0,
        b"\x78\x9f\x3e\x22",
        "a file of attachments of Outlook (TNEF, winmail.dat)",
        "unpack a copy with tnef, and give the folder",
    ),
    (0, b"xar!\0\x1c", "a xar archive", _UNPACK.format("xar")),
    (0, b"CrAU", "an Android update (payload.bin)", _UNPACK.format("payload-dumper-go") + " of images"),
    (
        0,
        b"PK\x07\x08PK\x03\x04",
        "the first part of a zip in several parts",
        "join a copy: zip -s 0 FILE.zip --out WHOLE.zip",
    ),
    (0, b"PK00PK\x03\x04", "a zip that was to be in several parts", "join a copy: zip -s 0 FILE.zip --out WHOLE.zip"),
    (0, b"MSWIM\0\0\0", "a Windows image (WIM)", _UNPACK.format("wimlib-imagex")),
    (7, b"**ACE**", "an ACE archive", _UNPACK.format("unace")),
    (0, b"\x60\xea", "an ARJ archive", _UNPACK.format("arj")),
    (20, b"\xdc\xa7\xc4\xfd", "a zoo archive", _UNPACK.format("zoo")),
    (0, b"ALZ\x01", "an ALZ archive", _UNPACK.format("unalz")),
    (0, b"EGGA", "an EGG archive", _UNPACK.format("unar")),
    (0, b"SIT!", "a StuffIt archive", _UNPACK.format("unar")),
    (0, b"StuffIt (c)", "a StuffIt archive", _UNPACK.format("unar")),
    (0, b"\x89LZO\0\r\n\x1a\n", "a file compressed with lzop", "decompress a copy: lzop -d"),
    (0, b"LRZI", "a file compressed with lrzip", "decompress a copy: lrzip -d"),
    (0, b"zPQ\x01", "a ZPAQ archive", _UNPACK.format("zpaq")),
    (0, b"7kSt", "a ZPAQ archive", _UNPACK.format("zpaq")),
    (0, b"GRZipII\0", "a file compressed with grzip", "decompress a copy: grzip -d"),
    (0, b"RZIP\2", "a file compressed with rzip", "decompress a copy: rzip -d"),
    (0, b"SZDD\x88\xf0\x27\x33", "a file compressed with COMPRESS.EXE", _UNPACK.format("7z")),
    (0, b"ITSF\3\0\0\0", "a compiled HTML help file (CHM)", _UNPACK.format("7z")),
    (0, b"\xff\x06\0\0sNaPpY", "a file in Snappy frames", "decompress a copy first"),
)
#: The magics at each offset.
_AT = {at: tuple(magic for other, magic, *_ in _FORMS if other == at) for at, *_ in _FORMS}
#: The longest ARJ header; its magic alone is two bytes.
_ARJ = b"\x60\xea"
_ARJ_HEADER = 2600
#: A compound file of Microsoft (MS-CFB), and the name of a stream in one that is a message of Outlook (MS-OXMSG).
_COMPOUND, _OF_MESSAGE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "__substg1.0_".encode("utf-16-le")
_LAST = (".zip", ".rar")
_MAX_NAMED = 10
_PART = re.compile(r"(?:\d{3}|z\d\d|r\d\d|part\d{1,3}\.rar)", re.IGNORECASE)


def unread_archive(head: bytes) -> str:
    """Name an unsupported archive by its first bytes and say what to do, in one sentence; empty if it is not one."""
    if head.startswith(_ARJ) and not 0 < int.from_bytes(head[2:4], "little") <= _ARJ_HEADER:
        return ""
    if head.startswith(_COMPOUND) and _OF_MESSAGE in head:
        return (
            "a message of Outlook (MSG) is not read; save a copy as .eml, for instance with msgconvert, and give that"
        )
    for at, magics in _AT.items():
        if head.startswith(magics, at):
            what, advice = next((what, advice) for at, magic, what, advice in _FORMS if head.startswith(magic, at))
            return f"{what} is not read; {advice}"
    return ""


def parts_beside(path: Path) -> list[str]:
    """List the files of a multi-part archive that a file belongs to, including itself; empty if there are none.

    Their names are equal except for the suffix: ``.001``, ``.z01``, ``.r00`` or ``.part1.rar``. Numbered files that
    each begin as an archive are separate archives, such as rotated logs.
    """
    stem, ending = _parted(path.name)
    if not ending and path.suffix.lower() not in _LAST:
        return []
    folder = path.parent
    beside = _parts_by_stem(str(folder), folder.stat().st_mtime_ns).get(stem, ())
    numbered = [folder / name for name in beside if _parted(name)[1] and (folder / name).is_file()]
    last = [folder / name for name in beside if not _parted(name)[1]]
    if len(numbered) + len(last) < 2 or (not last and _begins_alike(numbered[0], numbered[1])):
        return []
    return [part.name for part in (*numbered, *last)]


@lru_cache(maxsize=4)
def _parts_by_stem(folder: str, modified: int) -> dict[str, list[str]]:  # noqa: ARG001 (so that it is listed again)
    """The names in a folder that may be parts of archives, by stem, sorted. Listed once for all archives in it."""
    found: dict[str, list[str]] = {}
    for name in sorted(beside.name for beside in Path(folder).iterdir()):
        stem, number = _parted(name)
        if number or Path(name).suffix.lower() in _LAST:
            found.setdefault(stem, []).append(name)
    return found


def sentence(parts: list[str]) -> str:
    """Describe a file that is one of several parts of an archive."""
    shown = ", ".join(parts[:_MAX_NAMED]) + (f" and {len(parts) - _MAX_NAMED} more" if len(parts) > _MAX_NAMED else "")
    return (
        f"it is one of {len(parts)} parts of an archive ({shown}), which are not read; join them in a copy, with 7z or,"
        " where their endings are numbers, with cat, and give that"
    )


def _begins_alike(first: Path, second: Path) -> bool:
    """Whether the second part begins like the first, as RAR volumes and independent files do."""
    heads = []
    for part in (first, second):
        with part.open("rb") as stream:
            heads.append(stream.read(3))
    return heads[0] == heads[1] and heads[0] != b"Rar"


def _parted(name: str) -> tuple[str, str]:
    """Split a name into its stem and part-number suffix; the suffix is empty if there is none."""
    for pieces in (name.rsplit(".", 2), name.rsplit(".", 1)):
        ending = ".".join(pieces[1:])
        if _PART.fullmatch(ending):
            return pieces[0], ending
    return name.rsplit(".", 1)[0], ""
