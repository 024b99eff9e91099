"""How many of the planted recordings a carver gave back, byte for byte, and how much else it gave."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from benchmarks.clips import FORMATS

#: Suffixes that tools give to the formats.
_SAME = {".adts": ".aac", ".mp4": ".m4a", ".mov": ".m4a", ".m4p": ".m4a", ".opus": ".ogg"}


def of_case(case: Path, image: Path) -> dict[str, tuple[int, int]]:
    """For each format: planted recordings that a case has byte for byte, and recordings it has beside them."""
    with closing(sqlite3.connect(case / "case.db")) as db:
        found = db.execute("SELECT path, sha256 FROM entries WHERE state = 'carved'").fetchall()
    return _scored(image, [(Path(path).suffix, sha256) for path, sha256 in found])


def of_folders(folders: Iterable[Path], image: Path) -> dict[str, tuple[int, int]]:
    """The same for the files that a carver wrote into folders."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return _scored(image, [(path.suffix, hashlib.sha256(path.read_bytes()).hexdigest()) for path in files])


def _scored(image: Path, found: Iterable[tuple[str, str]]) -> dict[str, tuple[int, int]]:
    planted = json.loads(image.with_name(image.name + ".json").read_text())
    wanted = {item["sha256"]: item["suffix"] for item in planted}
    exact: Counter[str] = Counter()
    beside: Counter[str] = Counter()
    seen: set[str] = set()
    for suffix, sha256 in found:
        if sha256 in wanted and sha256 not in seen:
            seen.add(sha256)
            exact[wanted[sha256]] += 1
        elif sha256 not in wanted:
            beside[_SAME.get(suffix, suffix)] += 1
    return {suffix: (exact[suffix], beside[suffix]) for suffix in FORMATS}


def accuracy_table(results: dict[str, dict[str, tuple[int, int]]]) -> str:
    """A Markdown table: byte-exact recordings, and other files of that format, by tool and format."""
    lines = ["| tool | " + " | ".join(FORMATS) + " |", "|---|" + "---|" * len(FORMATS)]
    for tool, scores in results.items():
        cells = [f"{exact} exact, {beside} other" for exact, beside in scores.values()]
        lines.append(f"| {tool} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def carved_counts(page: str, tool: str = "echoforensics") -> dict[str, int]:
    """Of the table of a page of results: how many recordings a tool gave back byte for byte, of how many, and others.

    Args:
        page: Markdown with a table as :func:`accuracy_table` writes it, and the number of recordings in its heading.
        tool: the tool's name in the table.
    """
    (line,) = re.findall(rf"^\| {tool} \|((?: \d+ exact, \d+ other \|)+)$", page, re.MULTILINE)
    (each,) = re.findall(r"(\d+) recordings? of each", page)
    pairs = [(int(exact), int(other)) for exact, other in re.findall(r"(\d+) exact, (\d+) other", line)]
    return {
        "planted": int(each) * len(pairs),
        "exact": sum(exact for exact, _ in pairs),
        "other": sum(other for _, other in pairs),
    }
