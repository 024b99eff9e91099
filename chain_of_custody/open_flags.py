"""Flags of :func:`os.open` that not every system has."""

from __future__ import annotations

import os


def careful(flags: int, *, follow: bool = False) -> int:
    """Flags by which a file is opened as it is: as bytes, never waiting for a pipe, and not left to other programs.

    Those that the system does not have are left out: Windows has no pipes among its files, and no ``O_NOFOLLOW``.

    Args:
        flags: what else is wanted.
        follow: whether a link is followed; otherwise it cannot be opened.
    """
    for name in ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY", *(() if follow else ("O_NOFOLLOW",))):
        flags |= getattr(os, name, 0)
    return flags
