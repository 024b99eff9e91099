"""Sources that are not taken in: what is not evidence, and what the case has already."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import echoforensics as ef
from chain_of_custody.keys import SigningKey
from echoforensics.errors import SourceError

Run = Callable[..., "subprocess.CompletedProcess[str]"]
_KEY = ".config/echoforensics/examiner.pem"


@pytest.fixture
def sources(tmp_path: Path) -> list[Path]:
    """A folder that is read, a file that no parser takes, an empty one, and one that is not there."""
    (tmp_path / "phone").mkdir()
    (tmp_path / "phone" / "note.txt").write_text("x")
    (tmp_path / "README.md").write_text("About this evidence.\n" * 20)
    (tmp_path / "empty.img").write_bytes(b"")
    return [tmp_path / name for name in ("phone", "README.md", "empty.img", "absent")]


def test_one_is_named_with_what_to_do_and_nothing_is_made(run: Run, sources: list[Path], tmp_path: Path) -> None:
    done = run("extract", *sources[:2], "-c", "case")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"echoforensics: {tmp_path}/README.md: not a folder")
    assert "Leave it out, or give the folder it lies in, or add --skip-unreadable" in line
    assert not (tmp_path / "case").exists()
    assert not (tmp_path / _KEY).exists()
    assert not (tmp_path / f"{_KEY}.passphrase").exists()


def test_several_are_all_named(run: Run, sources: list[Path], tmp_path: Path) -> None:
    line = run("extract", *sources, "-c", "case").stderr
    assert f"2 more of the 4 sources cannot be opened: {tmp_path}/empty.img, {tmp_path}/absent. Leave them out" in line


def test_alone_it_can_only_be_given_by_its_folder(run: Run, sources: list[Path]) -> None:
    done = run("extract", sources[1], "-c", "case", "--skip-unreadable")
    assert done.returncode == 2
    assert done.stderr.endswith("by itself. Give the folder it lies in\n")
    assert "--skip-unreadable" not in done.stderr
    assert run("extract", *sources[1:], "-c", "case", "--skip-unreadable").returncode == 2


def test_skipped_ones_are_issues_by_name(run: Run, sources: list[Path], tmp_path: Path) -> None:
    for _ in range(2):
        done = run("extract", *sources, "-c", "case", "--skip-unreadable", "--json")
        assert done.returncode == 3, done.stderr
        assert json.loads(done.stdout)["evidence"] == 1
        assert json.loads(done.stdout)["issues"] == 3
    assert (tmp_path / _KEY).is_file()
    with ef.open_case(tmp_path / "case") as case:
        assert [issue.path for issue in case.issues()] == sorted(str(path) for path in sources[1:])
        assert all("given and skipped" in issue.what for issue in case.issues())
        begun = next(entry.detail for entry in case.actions() if entry.action == "extraction begun")
        named = json.loads(json.dumps(begun["skipped"]))
        assert [skipped["source"] for skipped in named] == [str(path) for path in sources[1:]]
    assert run("verify", "case").returncode == 0
    assert run("report", "case", "-o", "report").returncode == 0
    assert "README.md" in (tmp_path / "report" / "issues.csv").read_text()
    assert run("timeline", "case", "-f", "plaso", "-o", "x.plaso").returncode == 0


def test_one_that_is_read_later_is_no_issue_any_more(run: Run, sources: list[Path], tmp_path: Path) -> None:
    assert run("extract", *sources[:2], "-c", "case", "--skip-unreadable", "--unsigned").returncode == 3
    sources[1].unlink()
    sources[1].mkdir()
    (sources[1] / "x").write_text("x")
    done = run("extract", *sources[:2], "-c", "case", "--unsigned", "--json")
    assert (done.returncode, json.loads(done.stdout)["issues"]) == (0, 0)


def test_in_the_library(sources: list[Path], tmp_path: Path) -> None:
    def key() -> SigningKey:
        pytest.fail("a key was made before the sources were opened")

    with pytest.raises(SourceError, match=r"README\.md"):
        ef.extract(sources[:2], tmp_path / "case", key=key)
    with ef.extract(sources, tmp_path / "case", key=None, skip_unreadable=True) as case:
        assert (case.counts().evidence, len(case.issues())) == (1, 3)


def test_one_whose_bytes_the_case_has_is_named(run: Run, tmp_path: Path) -> None:
    for name in ("phone", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "note.txt").write_text("x")
    phone, other = tmp_path / "phone", tmp_path / "other"
    first = run("extract", phone, other, "-c", "case")
    assert f"{other}: not taken in again; the case has its bytes already, as phone\n" in first.stderr
    assert first.stdout.startswith("Case case: 1 evidence item, ")
    assert f"{other} was given: it has the bytes of phone" in run("ledger", "case").stdout
    second = run("extract", phone, "-c", "case")
    assert f"{phone}: not taken in again; the case has its bytes already, as phone\n" in second.stderr
    assert str(other) not in second.stderr
