"""The files of the installed package: their hashes, and whether they are those that were installed."""

from __future__ import annotations

import base64
import hashlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution, version
from pathlib import Path

from echoforensics.installation import DISTRIBUTION, PACKAGES
from echoforensics.selftest.answer import KnownAnswer
from echoforensics.version import __version__

AREA = "installation"
#: What is made beside the files and is none of them.
_MADE = ("__pycache__",)


@dataclass(frozen=True, slots=True)
class InstalledFiles:
    """The files of the three packages as they are on this machine.

    Attributes:
        folder: the folder that holds the packages.
        hashes: SHA-256 of every file, by its path below that folder.
        recorded: SHA-256 that the installation recorded, by path; empty if it recorded none, as in a checkout.
    """

    folder: Path
    hashes: Mapping[str, str]
    recorded: Mapping[str, str]

    @property
    def sha256(self) -> str:
        """One hash over all of them: of the lines ``HASH  PATH``, sorted by path, as ``sha256sum`` writes them."""
        lines = "".join(f"{value}  {path}\n" for path, value in sorted(self.hashes.items()))
        return hashlib.sha256(lines.encode()).hexdigest()

    def answers(self) -> Iterator[KnownAnswer]:
        """Whether each file is the one that was installed. Nothing is asked where the installation recorded none."""
        if not self.recorded:
            return
        differing = [
            f"{path}: expected {self.recorded.get(path, 'no such file')}, found {self.hashes.get(path, 'no such file')}"
            for path in sorted({*self.recorded, *self.hashes})
            if self.recorded.get(path) != self.hashes.get(path)
        ]
        yield KnownAnswer(AREA, f"the {len(self.recorded)} files that were installed", tuple(differing))


def installed_files() -> InstalledFiles:
    """Hash every file of the packages."""
    folder = Path(sys.modules["echoforensics"].__file__ or "").resolve().parent.parent
    hashes = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for package in ("echoforensics", *PACKAGES)
        for path in sorted((folder / package).rglob("*"))
        if path.is_file() and not set(_MADE) & set(path.parts)
    }
    return InstalledFiles(folder, hashes, _recorded(folder))


def _recorded(folder: Path) -> dict[str, str]:
    """What RECORD says of the files of the packages, where this distribution was installed from a wheel."""
    try:
        found = distribution(DISTRIBUTION)
    except PackageNotFoundError:
        return {}
    if found.version != __version__ or Path(str(found.locate_file(""))).resolve() != folder:
        return {}
    return {
        file.as_posix(): base64.urlsafe_b64decode(file.hash.value + "=").hex()
        for file in found.files or ()
        if file.parts[0] in ("echoforensics", *PACKAGES) and not set(_MADE) & set(file.parts) and file.hash
    }


def versions() -> dict[str, str]:
    """The version of every distribution that this one needs, as installed; ``not installed`` where it is not there."""
    return {name: _version(name) for name in sorted(_needed())}


def _needed() -> Iterator[str]:
    try:
        found: Distribution = distribution(DISTRIBUTION)
    except PackageNotFoundError:
        return
    for line in found.requires or ():
        if "extra ==" not in line:
            yield "".join(letter if letter.isalnum() or letter in "-_." else " " for letter in line).split()[0]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
