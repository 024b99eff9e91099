"""What makes plain ``log2timeline`` see our parser: code that runs when Python starts, and waits for plaso's tools.

It is imported at every start of the Python it is installed in, so it imports next to nothing. It does nothing until
one of plaso's tools is imported, and then only what ``echoforensics log2timeline`` does too.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

#: plaso's tools. When one has been imported, all that we rely on is there.
TOOLS = frozenset(
    f"plaso.cli.{tool}_tool" for tool in ("image_export", "log2timeline", "pinfo", "psort", "psteal")
)  # fmt: skip


class _Loader(Loader):
    """Loads a module as its own loader does, then registers our parser."""

    def __init__(self, inner: Loader) -> None:
        self._inner = inner

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._inner.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._inner.exec_module(module)
        import_module("echoforensics.plaso_plugin.tools").watch()


class _Finder(MetaPathFinder):
    """Finds plaso's tools, to know when they are imported."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in TOOLS:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


def wait() -> None:
    """Begin to wait. Done again, it changes nothing."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
