"""Makes plain ``log2timeline`` find our parser: runs when Python starts, and waits for plaso's tools.

It is imported whenever its Python starts, so it imports almost nothing. It does nothing until one of plaso's tools is
imported, and then only what ``echoforensics log2timeline`` does too.
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

#: plaso's tools. Once one has been imported, everything we rely on is available.
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
    """Detects the import of plaso's tools."""

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
    """Start waiting. Calling it again has no effect."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
