"""What an image or archive is made in, and what is said of how it was made."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

#: Where mkfs, sgdisk and debugfs are on Debian.
_PATH = "/usr/sbin:/sbin:/usr/local/sbin:" + os.environ.get("PATH", "/usr/bin:/bin")
MEBIBYTE = 1024 * 1024


class MissingToolError(Exception):
    """The machine lacks what would make an image, or the program at hand cannot."""


@dataclass
class Workshop:
    """A folder to work in, the files that go in, and what was done.

    Attributes:
        folder: an empty folder.
        tree: the folder of the files.
        done: each step, as a command line or a few words.
    """

    folder: Path
    tree: Path
    done: list[str] = field(default_factory=list)

    def run(self, program: str, *arguments: str | Path, stdin: bytes | None = None, cwd: Path | None = None) -> bytes:
        """Run a program; returns what it wrote.

        Raises:
            MissingToolError: it is not there, or fails.
        """
        found = shutil.which(program, path=_PATH)
        if found is None:
            raise MissingToolError(f"{program} is not installed")
        given = [str(each) for each in arguments]
        self.note(" ".join([program, *(self._short(each) for each in given)]))
        environment = {**os.environ, "PATH": _PATH, "MTOOLS_SKIP_CHECK": "1"}
        done = subprocess.run(
            [found, *given], input=stdin, capture_output=True, cwd=cwd or self.folder, env=environment, check=False
        )
        if done.returncode:
            printed = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
            raise MissingToolError(f"{program} failed: {self._short(printed[-1]) if printed else done.returncode}")
        return done.stdout

    def note(self, step: str) -> None:
        """Keep a step."""
        if step not in self.done:
            self.done.append(step)

    def blank(self, name: str, size: int) -> Path:
        """A file of zeros."""
        path = self.folder / name
        with path.open("wb") as stream:
            stream.truncate(size)
        return path

    def made(self, name: str, content: bytes) -> Path:
        """A file with a content."""
        path = self.folder / name
        path.write_bytes(content)
        return path

    def _short(self, argument: str) -> str:
        return argument.replace(f"{self.folder}/", "").replace(str(self.folder), ".").replace(str(self.tree), "TREE")


@dataclass(frozen=True)
class Kind:
    """One image or archive.

    Attributes:
        group: what it is one of, such as ``ext``.
        name: what sets it apart in its group.
        make: makes it; returns what is given to be read.
    """

    group: str
    name: str
    make: Callable[[Workshop], Path]
