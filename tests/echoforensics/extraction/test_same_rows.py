"""One content, many carriers: the rows are the same, apart from paths and the evidence's name."""

from __future__ import annotations

import shutil
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from echoforensics.case.case import Case
from echoforensics.demo.build import build
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract

EVIDENCE = Path(__file__).parents[4] / "shared/evidence"
Row = dict[str, Any]
Extract = Callable[..., list[Row]]


def bare(rows: list[Row], prefix: str = "") -> list[Row]:
    """Rows without what depends on where the source lay."""
    cut = [{**row, "path": str(row["path"]).removeprefix(prefix)} for row in rows]
    return [{key: value for key, value in row.items() if key != "evidence"} for row in cut]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with logs, recordings and API answers."""
    path = tmp_path_factory.mktemp("content")
    _, export, phone = build(path / "made")
    with zipfile.ZipFile(export) as archive:
        archive.extractall(path / "all" / "export")
    shutil.copytree(phone, path / "all" / "phone")
    return path / "all"


def test_archives_give_the_rows_of_the_folder(folder: Path, tmp_path: Path, extract_rows: Extract) -> None:
    expected = bare(extract_rows(folder))
    assert len(expected) > 20
    for form in ("zip", "tar", "gztar", "xztar"):
        path = Path(shutil.make_archive(str(tmp_path / "packed"), form, folder))
        assert sorted(map(str, bare(extract_rows(path)))) == sorted(map(str, expected)), form


@pytest.mark.parametrize("kind", ["ext2", "ext3", "ext4", "fat"])
def test_images_give_the_rows_of_the_folder(
    kind: str, folder: Path, extract_rows: Extract, make_image: Callable[..., Path]
) -> None:
    assert bare(extract_rows(make_image(folder, kind))) == bare(extract_rows(folder))


def test_disks_and_ewf_give_the_rows_of_the_folder(
    folder: Path,
    extract_rows: Extract,
    make_image: Callable[..., Path],
    make_gpt: Callable[..., Path],
    make_ewf: Callable[..., Path],
) -> None:
    expected = bare(extract_rows(folder))
    disk = make_gpt(make_image(folder))

    assert bare(extract_rows(disk), "p2/") == expected
    assert bare(extract_rows(make_ewf(disk)), "p2/") == expected


def test_archives_within_archives_are_opened_to_a_bounded_depth(tmp_path: Path, folder: Path) -> None:
    clip = (folder / "export/recordings/1.wav").read_bytes()
    inner = tmp_path / "1.wav"
    inner.write_bytes(clip)
    for level in range(7):
        outer = tmp_path / f"level{level}.{'zip' if level % 2 else 'tar.gz'}"
        if level % 2:
            with zipfile.ZipFile(outer, "w") as archive:
                archive.write(inner, inner.name)
        else:
            with tarfile.open(outer, "w:gz") as tar:
                tar.add(inner, inner.name)
        inner = outer
    for depth, (recordings, issues) in ((4, (1, 0)), (6, (0, 1))):
        source = tmp_path / f"level{depth}.tar.gz"
        case = tmp_path / f"case{depth}"
        outcome = extract([source], case, None, Options(argv=("test",)), lambda *_: None)
        assert (outcome.recordings, outcome.issues) == (recordings, issues)
    with Case.open(tmp_path / "case6") as opened:
        (what,) = opened.store.db.execute("SELECT what FROM issues").fetchone()
    assert what == "not opened: it lies more than 4 archives deep"


@pytest.mark.skipif(not EVIDENCE.exists(), reason="../shared/evidence is absent")
@pytest.mark.series
@pytest.mark.parametrize("kind", ["ext3", "ext4"])
def test_real_echo_whole_and_as_a_partition_raw_and_as_ewf(
    kind: str,
    extract_rows: Extract,
    make_image: Callable[..., Path],
    make_gpt: Callable[..., Path],
    make_ewf: Callable[..., Path],
) -> None:
    echo = EVIDENCE / "echo-1st-gen"
    expected = bare(extract_rows(echo))
    image = make_image(echo, kind, mebibytes=16)
    disk = make_gpt(image)

    assert len(expected) > 60
    assert bare(extract_rows(image)) == expected
    assert bare(extract_rows(disk), "p2/") == expected
    assert bare(extract_rows(make_ewf(disk)), "p2/") == expected
