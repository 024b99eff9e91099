"""A file of a folder that is called as an image is opened as one, also where its first bytes are of no known kind."""

from __future__ import annotations

from pathlib import Path

from echoforensics.case.case import Case
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract


def _issues(source: Path, case: Path) -> dict[str, str]:
    extract([source], case, None, Options(workers=1), lambda *_: None)
    with Case.open(case) as opened:
        return {issue.path: issue.what for issue in opened.issues()}


def test_image_of_an_unknown_file_system_is_searched_and_named(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    content = b"of no file system that is known " * 4096
    for name in ("disk.img", "DISK.DD", "disk.txt"):
        (source / name).write_bytes(content + name.encode().ljust(512))
    (source / "short.img").write_bytes(content[:-1])

    found = _issues(source, tmp_path / "case")

    unread = "there is no table of partitions and no file system that can be read; the image has no file system that"
    assert sorted(found) == ["DISK.DD", "disk.img"]
    assert all(what.startswith(unread) for what in found.values())
