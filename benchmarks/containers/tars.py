"""Tars of every dialect, compressed in every way, damaged; and backups of adb."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path

import lz4.frame
import zstandard

from benchmarks.containers.content import SHARED_NAMES, files
from benchmarks.containers.library_archives import written
from benchmarks.containers.workshop import Kind, Workshop

_DIALECTS = {"ustar": tarfile.USTAR_FORMAT, "GNU": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}
_COMPRESSED: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": zstandard.compress,
    "lzma": lambda content: lzma.compress(content, lzma.FORMAT_ALONE), "lz4": lz4.frame.compress,
}  # fmt: skip


def kinds() -> list[Kind]:
    """Every kind."""
    made = [Kind("tar", name, _plain(form)) for name, form in _DIALECTS.items()]
    made += [Kind("tar", f"{name}, long names", _plain(form, "a" * 90 + "/" + "b" * 90 + "/")) for name, form in
             _DIALECTS.items() if name != "ustar"]  # fmt: skip
    made += [Kind("tar", f"by libarchive, {form}", _by_library(form)) for form in ("v7tar", "ustar", "gnutar", "pax")]
    made += [Kind("tar", f"pax, {ending}", _compressed(ending)) for ending in _COMPRESSED]
    made += [
        Kind("tar", "ustar, .Z", lambda shop: written(shop, "a.tar.Z", "ustar", "compress")),
        Kind("tar", "by GNU tar", _gnu()),
        Kind("tar", "by GNU tar, oldgnu", _gnu("--format=oldgnu")),
        Kind("tar", "by GNU tar, posix", _gnu("--format=posix")),
        Kind("tar", "by GNU tar, incremental", _gnu("--incremental")),
        *(Kind("tar", f"sparse, {form} {version}", _sparse(form, version))
          for form, version in (("gnu", ""), ("posix", "0.0"), ("posix", "0.1"), ("posix", "1.0"))),
        Kind("tar", "in two pieces, gzip of several members", _members),
        Kind("tar", "gzip, text behind it", _behind(b"some text\n" * 50)),
        Kind("tar", "gzip, zeros behind it", _behind(bytes(4096))),
        Kind("tar", "two, one behind the other", _two),
        Kind("tar", "without its last blocks", _without_end),
        Kind("tar", "cut in the middle", _cut),
        Kind("tar", "gzip, cut in the middle", _cut_gzip),
        Kind("tar", "gzip, a bit flipped", _flipped_gzip),
        Kind("tar", "a header damaged", _damaged_header),
        Kind("tar", "duplicate names", _duplicates),
        Kind("adb backup", "not compressed", _backup(b"0")),
        Kind("adb backup", "compressed", _backup(b"1")),
        Kind("adb backup", "encrypted", _encrypted_backup),
        Kind("adb backup", "compressed, cut", _cut_backup),
        Kind("tar", "gzip, cut in two, .aa and .ab", _split_gzip),
    ]  # fmt: skip
    return made


def packed(form: int = tarfile.PAX_FORMAT, prefix: str = "") -> bytes:
    """A tar of the files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, content in files().items():
            member = tarfile.TarInfo(prefix + name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def _plain(form: int, prefix: str = "") -> Callable[[Workshop], Path]:
    def make(shop: Workshop) -> Path:
        shop.note(f"Python's tarfile, format {form}" + (", long names" if prefix else ""))
        return shop.made("a.tar", packed(form, prefix))

    return make


def _by_library(form: str) -> Callable[[Workshop], Path]:
    return lambda shop: written(shop, "a.tar", form)


def _compressed(ending: str) -> Callable[[Workshop], Path]:
    def make(shop: Workshop) -> Path:
        shop.note(f"Python's tarfile, then {ending}")
        return shop.made(f"a.tar.{ending}", _COMPRESSED[ending](packed()))

    return make


def _gnu(*options: str) -> Callable[[Workshop], Path]:
    def make(shop: Workshop) -> Path:
        shop.run("tar", "-cf", shop.folder / "a.tar", *options, "-C", shop.tree, ".")
        return shop.folder / "a.tar"

    return make


def _sparse(form: str, version: str) -> Callable[[Workshop], Path]:
    def make(shop: Workshop) -> Path:
        # A file that is mostly a hole, with a recording's neighbours: the others must be found behind it.
        hole = shop.tree / "local" / "aa-hole.bin"
        with hole.open("wb") as stream:
            stream.seek(1024 * 1024)
            stream.write(b"end")
            stream.truncate(3 * 1024 * 1024)
        options = ["-S", f"--format={form}", *([f"--sparse-version={version}"] if version else [])]
        shop.run("tar", "-cf", shop.folder / "a.tar", *options, "-C", shop.tree, ".")
        hole.unlink()
        return shop.folder / "a.tar"

    return make


def _members(shop: Workshop) -> Path:
    whole = packed()
    shop.note("a tar, each half compressed by itself")
    return shop.made("a.tar.gz", gzip.compress(whole[:50_000]) + gzip.compress(whole[50_000:]))


def _behind(what: bytes) -> Callable[[Workshop], Path]:
    def make(shop: Workshop) -> Path:
        shop.note(f"{what[:9]!r}... behind the gzip of a tar")
        return shop.made("a.tar.gz", gzip.compress(packed()) + what)

    return make


def _two(shop: Workshop) -> Path:
    whole = b""
    for part in (0, 1):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as archive:
            for name, content in list(files().items())[part::2]:
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        whole += out.getvalue()
    shop.note("cat of two tars")
    return shop.made("a.tar", whole)


def _without_end(shop: Workshop) -> Path:
    shop.note("a tar without the zeros at its end")
    return shop.made("a.tar", packed().rstrip(b"\0") + bytes(300))


def _cut(shop: Workshop) -> Path:
    shop.note("a tar cut in the middle")
    whole = packed()
    return shop.made("a.tar", whole[: len(whole) // 2])


def _cut_gzip(shop: Workshop) -> Path:
    shop.note("the gzip of a tar, cut in the middle")
    whole = gzip.compress(packed())
    return shop.made("a.tar.gz", whole[: len(whole) // 2])


def _flipped_gzip(shop: Workshop) -> Path:
    shop.note("the gzip of a tar, a bit flipped in the middle")
    whole = bytearray(gzip.compress(packed()))
    whole[len(whole) // 2] ^= 0x10
    return shop.made("a.tar.gz", bytes(whole))


def _damaged_header(shop: Workshop) -> Path:
    whole = bytearray(packed(tarfile.USTAR_FORMAT))
    at = whole.index(b"local/cache/playback.wav")
    whole[at + 124 : at + 160] = b"?" * 36
    shop.note("a tar; size, time and checksum of its second header overwritten")
    return shop.made("a.tar", bytes(whole))


def _duplicates(shop: Workshop) -> Path:
    with tarfile.open(shop.folder / "a.tar", "w") as archive:
        for name, content in files().items():
            member = tarfile.TarInfo(SHARED_NAMES.get(name, name))
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    shop.note("Python's tarfile, one name for both recordings, and one for the compressed logs")
    return shop.folder / "a.tar"


def _backup_bytes(compressed: bytes) -> bytes:
    content = packed(tarfile.USTAR_FORMAT)
    return (
        b"ANDROID BACKUP\n5\n" + compressed + b"\nnone\n" + (zlib.compress(content) if compressed == b"1" else content)
    )


def _backup(compressed: bytes) -> Callable[[Workshop], Path]:
    def make(shop: Workshop) -> Path:
        shop.note(f"the header of adb backup with compression {compressed.decode()}, and a tar")
        return shop.made("backup.ab", _backup_bytes(compressed))

    return make


def _encrypted_backup(shop: Workshop) -> Path:
    shop.note("the header of adb backup with AES-256, and what cannot be read")
    return shop.made("backup.ab", b"ANDROID BACKUP\n5\n1\nAES-256\n" + b"0F" * 64 + b"\n" + bytes(range(256)) * 16)


def _cut_backup(shop: Workshop) -> Path:
    shop.note("a compressed backup, cut in the middle")
    whole = _backup_bytes(b"1")
    return shop.made("backup.ab", whole[: len(whole) // 2])


def _split_gzip(shop: Workshop) -> Path:
    whole = gzip.compress(packed())
    for number, ending in enumerate(("aa", "ab")):
        shop.made(f"a.tar.gz.{ending}", whole[number * len(whole) // 2 : (number + 1) * len(whole) // 2])
    shop.note("the gzip of a tar, cut in two, in a folder")
    return shop.folder
