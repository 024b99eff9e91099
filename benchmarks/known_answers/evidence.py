"""Images and archives with planted files, and recordings at known offsets between unrelated bytes.

What is planted is known before anything reads it: its expected hash is taken of the bytes that go in. The images are
made by the programs that others use to make such images, and not by this project.
"""

from __future__ import annotations

import hashlib
import io
import json
import random
import shutil
import struct
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.known_answers.archive import write_archive

DATA = Path(__file__).parents[2] / "echoforensics" / "selftest" / "data"
_SOUNDS = Path(__file__).parents[2] / "tests" / "parsers" / "formats" / "audio" / "fixtures"
_CLIPS = Path(__file__).parents[2] / "echoforensics" / "demo" / "clips"
#: Recordings that are planted between random bytes, by what the carver calls them.
CARVED = {
    "wav": "ima_adpcm.wav", "ogg": "speech.opus", "mp3": "cbr_plain.mp3", "adts": "speech.aac", "amr": "speech.amr",
    "flac": "speech.flac", "m4a": "faststart.m4a",
}  # fmt: skip
_KIB = 1024
_MIB = 1024 * 1024
_MESSAGES = "20240309:180213 system: I bootbegins:reinitializingLipcDaemonFlags::\n"


def planted() -> dict[str, bytes]:
    """The files of every image and archive, by path: a log, a recording and a file of several blocks."""
    random_bytes = random.Random(20240309).randbytes(20_000)
    return {
        "local/log/messages": _MESSAGES.encode(),
        "local/cache/stop.wav": short_clip("stop.wav"),
        "local/cache/several-blocks.bin": random_bytes,
    }


def short_clip(name: str, frames: int = 4000) -> bytes:
    """A quarter of a second of a clip of the demo, as a WAV file of its own (16 kHz, 16 bits, mono)."""
    samples = (_CLIPS / name).read_bytes()[44 + 16_000 :][: 2 * frames]
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 16_000, 32_000, 2, 16)
    body = b"WAVE" + form + struct.pack("<4sI", b"data", len(samples)) + samples
    return struct.pack("<4sI", b"RIFF", len(body)) + body


def make() -> None:
    """Write ``evidence.tar.xz`` and ``evidence.json``."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tree = folder / "tree"
        for path, content in planted().items():
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            (tree / path).write_bytes(content)
        made = folder / "made"
        made.mkdir()
        deleted = _images(made, tree)
        _disks(made)
        _archives(made, tree)
        offsets = _blob(made / "carved.img")
        shutil.rmtree(tree)
        stated = {
            path.name: {
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                "files": _hashes(_held(path.name)),
                "deleted": _hashes(deleted.get(path.name, {})),
            }
            for path in sorted(made.iterdir())
        }
        text = json.dumps({"sources": stated, "carved": offsets}, indent=1) + "\n"
        (DATA / "evidence.json").write_text(text, encoding="utf-8")
        write_archive(DATA / "evidence.tar.xz", {path.name: path.read_bytes() for path in sorted(made.iterdir())})


def _held(name: str) -> dict[str, bytes]:
    """The files that one of the images or archives holds. The program that fills an NTFS image makes no folders."""
    if name == "carved.img":
        return {}
    return {Path(path).name if name == "ntfs.img" else path: content for path, content in planted().items()}


def _hashes(files: Mapping[str, bytes]) -> dict[str, str]:
    return {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}


def _images(made: Path, tree: Path) -> dict[str, dict[str, bytes]]:
    """One image of each file system; returns the deleted files in each, by path."""
    recording = short_clip("never-mind.wav")
    gone = {"local/cache/deleted.wav": recording}
    (tree / "local/cache/deleted.wav").write_bytes(recording)
    for kind in ("ext2", "ext4"):
        image = _empty(made / f"{kind}.img", _MIB)
        _run(f"mkfs.{kind}", "-q", "-F", "-b", "1024", "-d", str(tree), str(image))
        _run("debugfs", "-w", "-R", "rm /local/cache/deleted.wav", str(image))
    fat = _empty(made / "fat.img", _MIB)
    _run("mkfs.fat", "-F", "12", "-i", "20240309", str(fat))
    _run("mcopy", "-s", "-i", str(fat), str(tree / "local"), "::local")
    _run("mdel", "-i", str(fat), "::local/cache/deleted.wav")
    (tree / "local/cache/deleted.wav").unlink()
    squashfs = made / "squashfs.img"
    _run("mksquashfs", str(tree), str(squashfs), "-quiet", "-no-progress", "-all-root")
    ntfs = _empty(made / "ntfs.img", 2 * _MIB)
    _run("mkfs.ntfs", "-q", "-F", "-s", "512", str(ntfs))
    for path in planted():
        _run("ntfscp", "-q", "-f", str(ntfs), str(tree / path), f"/{Path(path).name}")
    f2fs = _empty(made / "f2fs.img", 64 * _MIB)
    _run("mkfs.f2fs", "-f", str(f2fs))
    _run("sload.f2fs", "-f", str(tree), str(f2fs))
    return {"ext2.img": {}, "ext4.img": gone, "fat.img": {"local/cache/_eleted.wav": recording}}


def _disks(made: Path) -> None:
    """The ext4 image again, in the forms that acquisition tools and virtual machines write."""
    source = made / "ext4.img"
    for kind, suffix in (("vpc", "vhd"), ("vmdk", "vmdk"), ("qcow2", "qcow2")):
        _run("qemu-img", "convert", "-f", "raw", "-O", kind, str(source), str(made / f"ext4.{suffix}"))
    _run(
        "ewfacquire", "-u", "-q", "-c", "deflate:best", "-C", "1", "-D", "known answers", "-e", "nobody", "-E", "1",
        "-N", "-", "-m", "fixed", "-M", "logical", "-t", str(made / "ext4"), str(source),
    )  # fmt: skip


def _archives(made: Path, tree: Path) -> None:
    files = planted()
    shutil.make_archive(str(made / "tree"), "zip", tree)
    with tarfile.open(made / "tree.tar.gz", "w:gz") as archive:
        for path, content in files.items():
            member = tarfile.TarInfo(path)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def _blob(path: Path) -> list[dict[str, Any]]:
    """A FAT image whose free space has recordings in it that no directory names, none of them at a sector's start."""
    numbers = random.Random(1)
    image = _empty(path, 2 * _MIB)
    _run("mkfs.fat", "-F", "12", "-i", "20240309", str(image))
    content = bytearray(image.read_bytes())
    content[_MIB:] = numbers.randbytes(16 * _KIB) * (_MIB // (16 * _KIB))
    stated = []
    at = _MIB + 12_345
    for kind, name in CARVED.items():
        sound = (_SOUNDS / name).read_bytes()
        content[at : at + len(sound)] = sound
        stated.append({"kind": kind, "offset": at, "size": len(sound), "sha256": hashlib.sha256(sound).hexdigest()})
        at += len(sound) + 60_001
    image.write_bytes(content)
    return stated


def _empty(path: Path, size: int) -> Path:
    with path.open("wb") as stream:
        stream.truncate(size)
    return path


def _run(program: str, *arguments: str) -> None:
    subprocess.run([program, *arguments], check=True, capture_output=True)
