"""The libraries of the extra ``review``: whether they are installed, and what to install where they are not."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from echoforensics.errors import UsageError

#: What to install.
EXTRA = "echoforensics[review]"
#: The libraries by the names of their distributions.
_LIBRARIES = ("argon2-cffi", "pyotp", "segno", "starlette", "uvicorn", "webauthn")


def refuse_without_libraries() -> None:
    """Refuse to serve where a library of the extra is not installed.

    Raises:
        UsageError: the message names those that are missing, and says what to install.
    """
    if missing := [name for name in _LIBRARIES if not _is_installed(name)]:
        raise UsageError(f"the review room needs what is not installed ({', '.join(missing)}): pip install '{EXTRA}'")


def _is_installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True
