"""``echoforensics bundle``, as its user runs it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.time_authority import TimeAuthority

ROOT = Path(__file__).parents[3]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def case(demo: Path, tmp_path: Path) -> Path:
    """A copy of the demo's case; its key is beside it."""
    shutil.copytree(demo / "case", tmp_path / "case")
    for name in ("examiner.pem", "examiner.pem.passphrase"):
        shutil.copyfile(demo / name, tmp_path / name)
    return tmp_path / "case"


def verify(folder: Path, name: str, *options: str | Path) -> subprocess.CompletedProcess[str]:
    """What the receiver runs, who does not have the rest of the program."""
    command = [sys.executable, "-m", "chain_of_custody", "verify", str(folder / name), *map(str, options)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def shown(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """What the command says, by the word before it."""
    assert done.returncode == 0, done.stderr
    return dict(line.split(maxsplit=1) for line in done.stdout.replace("signed list", "signed-list").splitlines())


def test_a_bundle_is_written_and_verifies(run: Run, case: Path, tmp_path: Path) -> None:
    said_of = shown(run("bundle", case, "-o", "hand-over", "--key", "examiner.pem"))
    assert said_of["bundle"].startswith("hand-over (")
    assert said_of["request"] == "hand-over.tsq"
    verified = verify(tmp_path, "hand-over", "--fingerprint", said_of["fingerprint"], "--expect-head", said_of["head"])
    assert verified.returncode == 0, verified.stdout
    assert said_of["fingerprint"] in verified.stdout
    compared = run("verify", "hand-over", "--json")
    assert {"seal of the case", "database", "table and graph"} <= {
        c["name"] for c in json.loads(compared.stdout)["checks"]
    }
    again = shown(run("bundle", case, "-o", "again.zip", "--at", said_of["head"], ECHOFORENSICS_KEY="examiner.pem"))
    assert again["signed-list"] == said_of["signed-list"]
    assert verify(tmp_path, "again.zip").returncode == 0
    # A bundle of an earlier head does not pass for one of a later.
    later = shown(run("bundle", case, "-o", "later", "--key", "examiner.pem"))
    assert verify(tmp_path, "hand-over", "--expect-head", later["head"]).returncode == 1


def test_a_part_says_that_it_is_one(run: Run, case: Path, tmp_path: Path) -> None:
    done = run("bundle", case, "-o", "part", "--only", "IN-4", "--only", "EF-3", "--key", "examiner.pem")
    assert "a PART: 101 of 127 rows, records and recordings are left out" in done.stdout
    result = json.loads(verify(tmp_path, "part", "--json").stdout)
    assert result["ok"]
    (set_check,) = (check for check in result["checks"] if check["name"] == "sealed set")
    assert "101 are not handed over" in set_check["detail"]


def test_timestamps_are_fetched_and_attached(
    run: Run, case: Path, tmp_path: Path, time_authority: TimeAuthority
) -> None:
    done = run("bundle", case, "-o", "b", "--key", "examiner.pem", "--timestamp", time_authority.url, no_proxy="*")
    assert "timestamp    b.tsr: existed by 20" in done.stdout
    (tmp_path / "answer").write_bytes(time_authority.answer((tmp_path / "b.tsq").read_bytes()))
    attached = run("bundle", "b", "--attach", "answer")
    assert attached.returncode == 0, attached.stderr
    assert attached.stdout.startswith("b.2.tsr: existed by 20")
    assert verify(tmp_path, "b", "--ca-file", time_authority.root).returncode == 0
    refused = run("bundle", "b", "--attach", "answer")
    assert refused.returncode == 2
    assert "already" in refused.stderr


def test_an_authority_that_does_not_answer_leaves_a_whole_bundle(run: Run, case: Path, tmp_path: Path) -> None:
    done = run("bundle", case, "-o", "b", "--key", "examiner.pem", "--timestamp", "http://127.0.0.1:9/", no_proxy="*")
    assert done.returncode == 3
    assert "no timestamp: http://127.0.0.1:9/: " in done.stderr
    assert "--attach" in done.stderr
    assert verify(tmp_path, "b").returncode == 0


def test_an_altered_case_gives_no_bundle(run: Run, case: Path, tmp_path: Path) -> None:
    with (case / "case.db").open("ab") as stream:
        stream.write(b"x")
    done = run("bundle", case, "-o", "b", "--key", "examiner.pem")
    assert done.returncode == 1
    assert "not the file that was sealed" in done.stderr
    assert not (tmp_path / "b").exists()


def test_an_unsigned_case_gives_a_bundle_that_says_so(run: Run, demo: Path, tmp_path: Path) -> None:
    assert run("extract", demo / "evidence/alexa-cloud.zip", "-c", "case", "--unsigned").returncode == 0
    done = run("bundle", "case", "-o", "b")
    assert done.returncode == 0
    assert "UNSIGNED" in done.stderr
    assert "fingerprint  none: UNSIGNED" in done.stdout
    verified = verify(tmp_path, "b")
    assert "UNSIGNED" in verified.stdout
    refused = run("bundle", "case", "-o", "c", "--key", demo / "examiner.pem")
    assert refused.returncode == 2
    assert "the case is unsigned; do not give a key" in refused.stderr


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ((), "say where to write the bundle: -o"),
        (("-o", "b"), "no such key"),
        (("-o", "b", "--attach", "examiner.pem"), "--attach is used alone"),
        (("-o", "b.zip.age", "--key", "examiner.pem"), "say for whom with --encrypt-to"),
        (("-o", "b", "--key", "examiner.pem", "--only", "EF-99999"), "there is no exhibit EF-99999"),
        (("-o", "case/b", "--key", "examiner.pem"), "is inside the case folder"),
    ],
)
def test_wrong_use_is_one_line(run: Run, case: Path, options: tuple[str, ...], what: str) -> None:
    done = run("bundle", case, *options)
    assert done.returncode == 2
    assert what in done.stderr
    assert "Traceback" not in done.stderr
