"""Imports the libraries of the extra ``scale`` on demand, and names missing ones."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from echoforensics.errors import UsageError

#: What to install.
EXTRA = "echoforensics[scale]"


def scale_library(name: str, what_for: str) -> ModuleType:
    """Return a library of the extra by its module name.

    Args:
        name: the module name, such as ``duckdb``.
        what_for: the feature that needs it; begins the message.

    Raises:
        UsageError: it is not installed; the message says what to install.
    """
    try:
        return import_module(name)
    except ImportError as error:
        missing = (error.name or name).partition(".")[0]
        raise UsageError(f"{what_for} needs what is not installed ({missing}): pip install '{EXTRA}'") from error
