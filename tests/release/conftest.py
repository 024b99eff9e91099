"""The files of a release of this very tree, made once for all tests, as ``make release`` makes them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: What may be in a checkout and is none of it. Git leaves out the same, but it need not be copied first.
_LEFT_OUT = {
    ".git", ".venv", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", "build", "dist",
    "demo",
}  # fmt: skip
_GIT = {
    "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_AUTHOR_DATE": "2026-11-28T12:00:00Z",
    "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org", "GIT_COMMITTER_DATE": "2026-11-28T12:00:00Z",
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
}  # fmt: skip
Checkout = Callable[[Path], Path]
Released = Callable[..., "subprocess.CompletedProcess[str]"]


def _ignored(folder: str, names: list[str]) -> set[str]:
    below = {"build", "dist", "demo"} if Path(folder) != ROOT else set()
    return (_LEFT_OUT - below) & set(names)


@pytest.fixture(scope="session")
def checkout() -> Checkout:
    """Commits this tree, as it lies here, in a repository of its own."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")

    def commit(folder: Path) -> Path:
        shutil.copytree(ROOT, folder, ignore=_ignored, symlinks=True)
        for command in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "A release")):
            subprocess.run(["git", *command], cwd=folder, env={**os.environ, **_GIT}, check=True, capture_output=True)
        return folder

    return commit


@pytest.fixture(scope="session")
def release_of() -> Released:
    """Makes the files of a release of a repository."""

    def run(repository: Path, *arguments: str | Path, umask: int = -1) -> subprocess.CompletedProcess[str]:
        program = [sys.executable, str(repository / ".ci" / "release"), *map(str, arguments)]
        return subprocess.run(program, cwd=repository, capture_output=True, text=True, check=False, umask=umask)

    return run


@pytest.fixture(scope="session")
def released(made_once: Callable[..., Path], checkout: Checkout, release_of: Released) -> Path:
    """A folder with the signed files of a release, and the repository that they were made of."""

    def make(folder: Path) -> None:
        key = folder / "private.pem"
        subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(key)], check=True)
        done = release_of(checkout(folder / "repository"), "--key", key, folder / "dist")
        assert done.returncode == 0, done.stderr

    return made_once("release", make)
