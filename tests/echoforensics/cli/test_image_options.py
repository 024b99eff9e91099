from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from echoforensics.case.case import Case
from echoforensics.cli.main import cli
from echoforensics.cli.progress import pace
from echoforensics.errors import SourceError


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("HOME", str(tmp_path))
    return lambda *arguments: CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.fixture
def disk(tmp_path: Path, make_image: Callable[..., Path], make_gpt: Callable[..., Path]) -> tuple[Path, int]:
    """A disk whose table was lost, and where its file system begins."""
    root = tmp_path / "root"
    (root / "local" / "system").mkdir(parents=True)
    (root / "local" / "system" / "volume").write_bytes(b"129")
    image = make_image(root)
    path = make_gpt(image)
    size = path.stat().st_size
    with path.open("r+b") as stream:
        stream.write(bytes(64 * 512))
        stream.seek(size - 64 * 512)
        stream.write(bytes(64 * 512))
    return path, 4096 * 512


def test_a_volume_may_be_named_by_hand(run: Callable[..., Result], disk: tuple[Path, int], tmp_path: Path) -> None:
    path, offset = disk
    case = tmp_path / "case"
    done = run("extract", path, "-c", case, "--unsigned", "--offset", offset, "--json")
    assert done.exit_code in (0, 3), done.output
    rows = [json.loads(line) for line in run("timeline", case, "-f", "jsonl").stdout.splitlines()]

    assert {row["path"] for row in rows} == {f"at{offset}/local/system/volume"}
    traced = run("trace", case, rows[0]["exhibit"])
    assert (traced.exit_code, "Read again from the evidence." in traced.output) == (0, True)
    assert run("verify", case).exit_code == 0


def test_an_offset_beyond_the_media_is_refused(
    run: Callable[..., Result], disk: tuple[Path, int], tmp_path: Path
) -> None:
    done = run("extract", disk[0], "-c", tmp_path / "case", "--unsigned", "--offset", 10**12)

    assert isinstance(done.exception, SourceError)
    assert "offset 1000000000000 lies outside the image" in str(done.exception)


def test_without_carving_the_ledger_says_so(run: Callable[..., Result], disk: tuple[Path, int], tmp_path: Path) -> None:
    run("extract", disk[0], "-c", tmp_path / "case", "--unsigned", "--no-carve", "--offset", disk[1])
    with Case.open(tmp_path / "case") as case:
        (taken,) = [entry.detail for entry in case.actions() if entry.action == "source taken in"]

    assert taken["carving"] is None


def test_pace_says_how_far_how_fast_and_how_long_yet() -> None:
    assert pace(1_500_000_000, 6_000_000_000, 3.0) == "25% of 6,000 MB at 500 MB/s, 0:00:09 left"
    assert pace(0, 100, 1.0) == "0% of 0 MB at 0 MB/s"
    assert pace(12, 0, 1.0) == "12 done"
