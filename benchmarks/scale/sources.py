"""What runs with one and with two workers are compared on: a disk of an Echo, and a source of rows of each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.rows_into_case import KINDS
from benchmarks.scale.echo_disk import build

if TYPE_CHECKING:
    from pathlib import Path


def make_sources(work: Path, mebibytes: int, rows: int) -> dict[str, Path]:
    """Make a disk of a size, and of each kind but recordings a source of so many rows; returns them by name."""
    image = work / "echo.dd"
    build(image, mebibytes)
    sources = {f"Echo disk of {mebibytes} MiB": image}
    for kind, make in KINDS.items():
        if not kind.startswith("recordings"):
            sources[f"{rows:,} rows, {kind}"] = source = work / f"source {kind}"
            source.mkdir()
            make(source, rows)
    return sources
