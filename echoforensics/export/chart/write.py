"""Writes a picture of a timeline: SVG, or PNG if Typst is installed."""

from __future__ import annotations

import tempfile
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from echoforensics.case.row_query import rows
from echoforensics.errors import UsageError
from echoforensics.export.about import Written, about_export
from echoforensics.export.chart.activity import Activity
from echoforensics.export.chart.lanes import lanes_of
from echoforensics.export.chart.svg import draw
from echoforensics.export.files import refuse_existing, whole_file

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from echoforensics.case.case import Case
    from echoforensics.case.exhibits.row import Query

#: Pixels per inch; the picture's own units are 96 per inch.
_RESOLUTION = 144
_PAGE = '#set page(width: auto, height: auto, margin: 0pt)\n#image("picture.svg")\n'


def write(
    case: Case,
    query: Query,
    path: Path,
    local: ZoneInfo | None,
    *,
    replace: bool = False,
) -> Written:
    """Draw the requested rows by day, by hour of the day, and by device. Lines below show the whole case: interactions
    by device, clock offsets, and gaps.

    Args:
        case: the case.
        query: selects the rows.
        path: a file that ends in ``.svg`` or ``.png``.
        local: the zone for days and hours; None for UTC.
        replace: whether to replace an existing file.

    Raises:
        UsageError: the name has another suffix, the file already exists or cannot be written, or PNG is requested and
            Typst is not installed.
        CaseError: the file lies inside the case or a source.
    """
    ending = path.suffix.lower()
    if ending not in (".svg", ".png"):
        raise UsageError(f"{path}: the name of a picture must end in .svg or .png")
    if ending == ".png" and find_spec("typst") is None:
        raise UsageError(f"{path}: PNG needs Typst, which is not installed; `pip install typst`, or name an .svg")
    case.refuse_inside(path)
    refuse_existing(path, replace=replace)
    activity = Activity(local)
    activity.add(rows(case.store, query))
    picture = draw(activity, about_export(case, query, local), lanes_of(case, activity))
    try:
        with whole_file(path) as partial:
            if ending == ".svg":
                partial.write_text(picture, encoding="utf-8")
            else:
                _as_png(picture, partial)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from error
    without = activity.unknown + activity.planned
    return Written(activity.shown, without, "no time in UTC, or of a plan or an expiry" if without else "")


def _as_png(picture: str, path: Path) -> None:
    typst = import_module("typst")
    with tempfile.TemporaryDirectory(prefix="echoforensics-picture-") as folder:
        (Path(folder) / "picture.svg").write_text(picture, encoding="utf-8")
        page = Path(folder) / "page.typ"
        page.write_text(_PAGE, encoding="utf-8")
        path.write_bytes(typst.compile(str(page), format="png", ppi=_RESOLUTION))
