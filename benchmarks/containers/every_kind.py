"""Every kind of image and archive that is made."""

from __future__ import annotations

from benchmarks.containers import (
    ext_images,
    image_formats,
    library_archives,
    nested,
    other_file_systems,
    tables,
    tars,
    zips,
)
from benchmarks.containers.workshop import Kind

_MODULES = (ext_images, other_file_systems, tables, image_formats, zips, tars, library_archives, nested)


def every_kind() -> list[Kind]:
    """Every kind, in the order of the page."""
    return [kind for module in _MODULES for kind in module.kinds()]
