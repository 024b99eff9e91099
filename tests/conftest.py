"""Fixtures for every test: programs that may be absent, and evidence made by the tests themselves."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

#: Where mkfs, sgdisk and debugfs lie on Debian.
SYSTEM_PATH = "/usr/sbin:/sbin:/usr/local/sbin:" + os.environ.get("PATH", "/usr/bin:/bin")


@pytest.fixture
def run_program() -> Callable[..., str]:
    """Runs a program; skips the test, saying so, where it is not installed."""

    def run(program: str, *arguments: str | Path, stdin: bytes | None = None) -> str:
        found = shutil.which(program, path=SYSTEM_PATH)
        if found is None:
            pytest.skip(f"{program} is not installed")
        done = subprocess.run(
            [found, *map(str, arguments)],
            check=True,
            input=stdin,
            capture_output=True,
            env={**os.environ, "PATH": SYSTEM_PATH, "MTOOLS_SKIP_CHECK": "1"},
        )
        return done.stdout.decode("utf-8", "replace")

    return run


@pytest.fixture
def make_image(tmp_path: Path, run_program: Callable[..., str]) -> Callable[..., Path]:
    """Makes an image of one file system with a folder's content."""

    def make(folder: Path, kind: str = "ext4", mebibytes: int = 8, name: str = "image.dd") -> Path:
        path = tmp_path / name
        with path.open("wb") as stream:
            stream.truncate(mebibytes * 1024 * 1024)
        if kind == "fat":
            run_program("mkfs.vfat", "-n", "SAMPLE", path)
            for item in sorted(folder.iterdir()):
                run_program("mcopy", "-s", "-i", path, item, "::")
        else:
            run_program(f"mkfs.{kind}", "-q", "-F", "-d", folder, path)
        return path

    return make


@pytest.fixture
def make_gpt(tmp_path: Path, run_program: Callable[..., str]) -> Callable[..., Path]:
    """Makes a GPT disk whose second partition holds an image."""

    def make(image: Path, name: str = "disk.dd") -> Path:
        path = tmp_path / name
        size = image.stat().st_size
        first = 2048 + 2048
        with path.open("wb") as stream:
            stream.truncate(size + 4 * 1024 * 1024)
        run_program("sgdisk", "-n", "1:2048:4095", "-n", f"2:{first}:{first + size // 512 - 1}", "-c", "2:data", path)
        with path.open("r+b") as stream, image.open("rb") as content:
            stream.seek(first * 512)
            shutil.copyfileobj(content, stream)
        return path

    return make


@pytest.fixture
def make_ewf(tmp_path: Path, run_program: Callable[..., str]) -> Callable[..., Path]:
    """Makes an EWF image of a raw image, in segments of a size in bytes."""

    def make(image: Path, segment: int = 1024**3) -> Path:
        target = tmp_path / f"{image.stem}-ewf"
        run_program("ewfacquire", "-u", "-t", target, "-S", str(segment), "-c", "none", image)
        return target.with_suffix(".E01")

    return make


@pytest.fixture(scope="session")
def make_database() -> Callable[..., dict[str, bytes]]:
    """Runs statements on a new database; gives its bytes, with the log or journal beside it while it is still open."""

    def make(*statements: str | tuple[str, tuple[object, ...]], name: str = "x.db") -> dict[str, bytes]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "x.db"
            with closing(sqlite3.connect(path, isolation_level=None)) as db:
                db.execute("PRAGMA secure_delete = OFF")
                _run(db, statements)
                found = {file.name.replace("x.db", name): file.read_bytes() for file in Path(folder).iterdir()}
        return {name: content for name, content in found.items() if not name.endswith("-shm")}

    return make


def _run(db: sqlite3.Connection, statements: Iterable[str | tuple[str, tuple[object, ...]]]) -> None:
    for statement in statements:
        if isinstance(statement, str):
            db.execute(statement)
        else:
            db.execute(*statement)


@pytest.fixture(scope="session")
def browser_driver() -> Iterator[Any]:
    """What drives a browser. One process can hold only one."""
    with sync_playwright() as driver:
        yield driver
