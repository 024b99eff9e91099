"""Every image and archive made here, read and compared with the plain folder: writes docs/containers.md."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.containers.every_kind import every_kind
from benchmarks.containers.judged import Judged, judge, of_folder
from benchmarks.containers.page import page

PAGE = Path(__file__).parents[2] / "docs" / "containers.md"


def main() -> None:
    """Make the images and archives, read them, write the page."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--output", type=Path, default=PAGE, help="where to write the page")
    arguments.add_argument("--only", default="", help="only kinds whose group and name hold this; prints, writes none")
    given = arguments.parse_args()
    judged: list[Judged] = []
    with tempfile.TemporaryDirectory(prefix="echoforensics-containers-") as folder:
        plain = of_folder(Path(folder) / "plain")
        for number, kind in enumerate(every_kind()):
            if given.only in f"{kind.group}: {kind.name}":
                found = judge(kind, plain, Path(folder) / str(number))
                judged.append(found)
                print(f"{found.result}: {kind.group}: {kind.name}: {found.detail}", file=sys.stderr, flush=True)
    if not given.only:
        given.output.write_text(page(judged), encoding="utf-8")


if __name__ == "__main__":
    main()
