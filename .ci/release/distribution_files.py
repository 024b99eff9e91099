"""The wheels of both distributions and the source distribution, each the same bytes for one commit."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path


def commit_time(root: Path, commit: str) -> int:
    """When a commit was made, in seconds since 1970."""
    return int(_git(root, "log", "-1", "--format=%ct", commit))


def write_commit(root: Path, commit: str, folder: Path) -> Path:
    """Write a commit's files into a folder; only whether a file can be run is kept of its permissions."""
    folder.mkdir()
    with tarfile.open(fileobj=io.BytesIO(_git(root, "archive", "--format=tar", commit))) as archive:
        archive.extractall(folder, filter="data")
    for path in folder.rglob("*"):
        if path.is_dir() or path.stat().st_mode & 0o100:
            path.chmod(0o755)
        else:
            path.chmod(0o644)
    return folder


def build(source: Path, output: Path) -> Path:
    """Build the three files; returns the path of the wheel.

    Args:
        source: the files of a commit; what building leaves there is of no use afterwards.
        output: the folder they go into.
    """
    _build(source, output, "--wheel")
    (wheel,) = output.glob("echoforensics-*.whl")
    _build(source, output, "--sdist")
    _settle(output / f"{'-'.join(wheel.name.split('-')[:2])}.tar.gz")
    _build(source / "distributions" / "custody", output, "--wheel")
    return wheel


def _build(folder: Path, output: Path, kind: str) -> None:
    # Without isolation: what builds is what requirements-build.lock pins, and not what is newest.
    program = [sys.executable, "-m", "build", "--no-isolation", kind, "--outdir", str(output), str(folder)]
    done = subprocess.run(program, capture_output=True, text=True, check=False, umask=0o022)
    if done.returncode:
        sys.exit(f"{' '.join(program)}\n{done.stdout}{done.stderr}")


def _settle(path: Path) -> None:
    """Write a tar.gz again: members sorted, with the commit's time and without owners."""
    when = int(os.environ["SOURCE_DATE_EPOCH"])
    content = io.BytesIO()
    with tarfile.open(path) as old, tarfile.open(fileobj=content, mode="w", format=tarfile.PAX_FORMAT) as new:
        for member in sorted(old.getmembers(), key=lambda each: each.name):
            member.mtime, member.uid, member.gid, member.uname, member.gname = when, 0, 0, "", ""
            member.pax_headers = {}
            new.addfile(member, old.extractfile(member) if member.isfile() else None)
    path.write_bytes(gzip.compress(content.getvalue(), compresslevel=9, mtime=when))


def _git(root: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True).stdout
