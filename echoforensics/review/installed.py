"""Checks that the libraries of the extra ``review`` are installed, and says what to install."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from echoforensics.errors import UsageError

#: What to install.
EXTRA = "echoforensics[review]"
#: The names of the libraries' distributions.
_LIBRARIES = ("argon2-cffi", "pyotp", "segno", "starlette", "uvicorn", "webauthn")


def refuse_without_libraries() -> None:
    """Refuse to serve if a library of the extra is not installed.

    Raises:
        UsageError: libraries are missing; the message lists them and says what to install.
    """
    if missing := [name for name in _LIBRARIES if not _is_installed(name)]:
        raise UsageError(f"the review room needs what is not installed ({', '.join(missing)}): pip install '{EXTRA}'")


def _is_installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True
