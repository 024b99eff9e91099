"""Archives that libarchive writes: 7z, cpio, ar, ISO 9660, xar, WARC and more; and others of their kind."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from benchmarks.containers.content import files
from benchmarks.containers.workshop import Kind, MissingToolError, Workshop


def written(shop: Workshop, name: str, form: str, filter_name: str = "", options: str = "", password: str = "") -> Path:
    """An archive of the files, written by libarchive.

    Raises:
        MissingToolError: libarchive is not there, or writes no such thing.
    """
    try:
        # Importing it loads the shared library.
        library = import_module("libarchive")
    except (ImportError, OSError, AttributeError, TypeError) as error:
        raise MissingToolError("libarchive is not installed") from error
    path = shop.folder / name
    shop.note(f"libarchive: {', '.join(filter(None, (form, filter_name, options)))}")
    given = {"filter_name": filter_name or None, "options": options, "passphrase": password or None}
    try:
        with library.file_writer(str(path), form, **given) as archive:
            for inner, content in files().items():
                archive.add_file_from_memory(inner, len(content), content)
    except (library.ArchiveError, ValueError) as error:
        raise MissingToolError(f"libarchive: {str(error).partition(' (errno')[0]}") from error
    return path


def kinds() -> list[Kind]:
    """Every kind."""

    def by(name: str, form: str, filter_name: str = "", options: str = "") -> Callable[[Workshop], Path]:
        return lambda shop: written(shop, name, form, filter_name, options)

    seven = [
        Kind("7z", method, by("a.7z", "7zip", options=f"compression={method}"))
        for method in ("store", "deflate", "bzip2", "lzma1", "lzma2", "ppmd")
    ]
    cpio = [Kind("cpio", form, by("a.cpio", form)) for form in ("cpio", "cpio_newc")]
    iso = {
        "plain": "",
        "without Rock Ridge": "!rockridge",
        "without Joliet": "!joliet",
        "neither": "!rockridge,!joliet",
    }
    return [
        *seven,
        *cpio,
        Kind("cpio", "newc, gzip", by("a.cpio.gz", "cpio_newc", "gzip")),
        *(Kind("ISO", f"ISO 9660, {name}", by("image.iso", "iso9660", options=given)) for name, given in iso.items()),
        Kind("ar", "GNU", _ar),
        Kind("ar", "GNU, with times and owners", _ar_with_times),
        Kind("ar", "a Debian package", _deb),
        Kind("others", "xar", by("a.xar", "xar")),
        Kind("others", "WARC", by("a.warc", "warc")),
        Kind("others", "shar", by("a.shar", "shar")),
        Kind("others", "tar in lzip", by("a.tar.lz", "ustar", "lzip")),
        Kind("CAB", "stored", _cab),
        Kind("CAB", "MSZIP", _cab_of_mszip),
        Kind("RAR", "version 4, stored", _rar),
        Kind("LHA", "level 0, stored", _lha),
        Kind("named", "DAR, its head", _headed("a.1.dar", b"\0\0\0\x7b" + bytes(4096))),
        Kind("named", "AD1, its head", _headed("a.ad1", b"ADSEGMENTEDFILE\0" + bytes(4096))),
        Kind(
            "named", "payload.bin, its head", _headed("payload.bin", b"CrAU" + struct.pack(">QQ", 2, 64) + bytes(4096))
        ),
        Kind("named", "WIM, its head", _headed("a.wim", b"MSWIM\0\0\0" + bytes(4096))),
        Kind("named", "ARJ, its head", _headed("a.arj", b"\x60\xea\x2a\0" + bytes(4096))),
        Kind("named", "zoo, its head", _headed("a.zoo", b"ZOO 2.10 Archive.\x1a\0\0\xdc\xa7\xc4\xfd" + bytes(4096))),
        Kind("named", "lzop", by("a.tar.lzo", "ustar", "lzop")),
        Kind("named", "lrzip, its head", _headed("a.lrz", b"LRZI\0\x06" + bytes(4096))),
        Kind("named", "AFF, its head", _headed("a.aff", b"AFF10\r\n\0" + bytes(4096))),
        Kind("named", "AFF4, a zip of another kind", _aff4),
        Kind("named", "StuffIt, its head", _headed("a.sit", b"SIT!\0\x01" + bytes(4) + b"rLau" + bytes(4096))),
    ]


def _headed(name: str, content: bytes) -> Callable[[Workshop], Path]:
    def made(shop: Workshop) -> Path:
        shop.note(f"the head alone: {content[:16]!r}")
        return shop.made(name, content)

    return made


def _ar(shop: Workshop) -> Path:
    # An ar holds no folders, by which some files are known.
    shop.run("ar", "rc", shop.folder / "a.a", written(shop, "data.tar", "ustar"))
    return shop.folder / "a.a"


def _ar_with_times(shop: Workshop) -> Path:
    shop.run("ar", "rcU", shop.folder / "a.a", written(shop, "a-name-that-is-longer-than-sixteen.tar", "ustar"))
    return shop.folder / "a.a"


def _deb(shop: Workshop) -> Path:
    inner = written(shop, "data.tar.xz", "ustar", "xz")
    control = written(shop, "control.tar.gz", "mtree", "gzip")
    version = shop.made("debian-binary", b"2.0\n")
    shop.run("ar", "rc", shop.folder / "a.deb", version, control, inner)
    return shop.folder / "a.deb"


def _cab(shop: Workshop) -> Path:
    return _cabinet(shop, 0, lambda block: block)


def _cab_of_mszip(shop: Workshop) -> Path:
    def packed(block: bytes) -> bytes:
        deflate = zlib.compressobj(wbits=-15)
        return b"CK" + deflate.compress(block) + deflate.flush()

    return _cabinet(shop, 1, packed)


def _cabinet(shop: Workshop, method: int, packed: Callable[[bytes], bytes]) -> Path:
    """A cabinet of one folder ([MS-CAB]). In MSZIP each block is deflated alone, which is allowed."""
    whole = b"".join(files().values())
    blocks = b""
    pieces = [whole[at : at + 32768] for at in range(0, len(whole), 32768)]
    for piece in pieces:
        content = packed(piece)
        blocks += struct.pack("<IHH", 0, len(content), len(piece)) + content
    listing, at = b"", 0
    for name, content in files().items():
        listing += struct.pack("<IIHHHH", len(content), at, 0, 0x5869, 0xA000, 0x20)
        listing += name.replace("/", "\\").encode() + b"\0"
        at += len(content)
    start = 36 + 8 + len(listing)
    folder = struct.pack("<IHH", start, len(pieces), method)
    head = struct.pack("<4sIIIIIBBHHHHH", b"MSCF", 0, start + len(blocks), 0, 44, 0, 3, 1, 1, len(files()), 0, 1, 0)
    shop.note(f"by hand, of method {method}")
    return shop.made("a.cab", head + folder + listing + blocks)


def _rar(shop: Workshop) -> Path:
    """Stored, as in technote.txt of RAR 4."""
    out = b"Rar!\x1a\x07\x00" + _rar_block(0x73, 0, bytes(6))
    for name, content in files().items():
        path = name.encode()
        body = struct.pack("<IIBIIBBHI", len(content), len(content), 3, zlib.crc32(content), 0x58690000, 20, 0x30,
                           len(path), 0o100644) + path  # fmt: skip
        out += _rar_block(0x74, 0x8000, body) + content
    shop.note("by hand, stored")
    return shop.made("a.rar", out + _rar_block(0x7B, 0x4000, b""))


def _rar_block(kind: int, flags: int, body: bytes) -> bytes:
    head = struct.pack("<BHH", kind, flags, 7 + len(body)) + body
    return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head


def _lha(shop: Workshop) -> Path:
    out = b""
    for name, content in files().items():
        path = name.encode()
        body = b"-lh0-" + struct.pack("<III", len(content), len(content), 0x58690000) + b"\x20\0"
        body += bytes((len(path),)) + path + struct.pack("<H", _crc16(content))
        out += bytes((len(body), sum(body) & 0xFF)) + body + content
    shop.note("by hand, level 0, stored")
    return shop.made("a.lzh", out + b"\0")


def _crc16(content: bytes) -> int:
    table = []
    for number in range(256):
        value = number
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
        table.append(value)
    crc = 0
    for byte in content:
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xFF]
    return crc


def _aff4(shop: Workshop) -> Path:
    path = written(shop, "a.aff4", "zip")
    shop.note("named .aff4")
    return path
