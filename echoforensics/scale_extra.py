"""The libraries of the extra ``scale``: imported where they are used, and named where they are missing."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from echoforensics.errors import UsageError

#: What to install.
EXTRA = "echoforensics[scale]"


def scale_library(name: str, what_for: str) -> ModuleType:
    """A library of the extra, by the name of its module.

    Args:
        name: of the module, such as ``duckdb``.
        what_for: what needs it, as the message begins.

    Raises:
        UsageError: it is not installed; the message says what to install.
    """
    try:
        return import_module(name)
    except ImportError as error:
        missing = name.partition(".")[0]
        raise UsageError(
            f"{what_for} needs packages that are not installed ({missing}): pip install '{EXTRA}': {error}"
        ) from error
