"""``info`` and ``interactions`` over several cases."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from tests.echoforensics.cli.conftest import Run
from tests.echoforensics.conftest import Sealed


def test_info_says_what_cases_have_in_common(run: Run, sealed: Sealed, copy_of_sealed: Path) -> None:
    done = run("info", sealed.path, copy_of_sealed)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("case (reference: T-1; examiner: Tester; agency: Laboratory): 3 evidence items, ")
    assert "Device" in lines
    assert any(line.startswith("  B0DEM0000000EF01  case: 33 records, first EF-") for line in lines)

    found = json.loads(run("info", sealed.path, copy_of_sealed, "--json").stdout)
    assert [case["case"] for case in found["cases"]] == ["case", "copy"]
    assert found["cases"][0]["counts"] == sealed.outcome._asdict()
    assert sum(thing["kind"] == "recording" for thing in found["shared"]) == sealed.outcome.recordings
    assert all(len(thing["cases"]) == 2 for thing in found["shared"])


def test_interactions_of_several_cases_name_those_of_the_others(
    run: Run, sealed: Sealed, copy_of_sealed: Path, tmp_path: Path
) -> None:
    one = json.loads(run("interactions", sealed.path, "--json").stdout)["interactions"]
    found = json.loads(run("interactions", sealed.path, copy_of_sealed, "--json").stdout)["interactions"]
    assert len(found) == 2 * len(one)
    assert [{name: value for name, value in each.items() if name not in ("case", "also_in")} for each in found] == [
        *one, *one,
    ]  # fmt: skip
    for each in found:
        other = "copy" if each["case"] == "case" else "case"
        assert each["also_in"] == [{"case": other, "number": each["number"], "by": "the same record"}]

    done = run("interactions", sealed.path, copy_of_sealed, "-o", "both.csv", "--device", "Kitchen Echo")
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader((tmp_path / "both.csv").open(newline="", encoding="utf-8")))
    assert rows[0]["case"] == "case"
    assert rows[0]["also_in"] == f"copy {rows[0]['number']} (the same record)"
    assert run("verify", "both.csv").returncode == 0

    lines = run("interactions", sealed.path, copy_of_sealed, "--search", "turn off the lights").stdout.splitlines()
    assert [line.split("  ")[0] for line in lines[::2]] == ["case", "copy"]
    assert lines[1].strip().startswith("Also in copy: IN-")


def test_several_cases_are_refused_like_one(run: Run, sealed: Sealed, copy_of_sealed: Path) -> None:
    for command in ("info", "interactions"):
        done = run(command, sealed.path, sealed.path)
        assert (done.returncode, done.stdout) == (2, "")
        assert "given twice" in done.stderr
    assert "--gaps and --key are for one case" in run("interactions", sealed.path, copy_of_sealed, "--gaps").stderr
    assert (
        "there is no device serial" in run("interactions", sealed.path, copy_of_sealed, "--device", "nobody's").stderr
    )
    with (copy_of_sealed / "case.db").open("ab") as stream:
        stream.write(b"x")
    for command in ("info", "interactions"):
        done = run(command, sealed.path, copy_of_sealed)
        assert (done.returncode, done.stdout) == (1, "")
