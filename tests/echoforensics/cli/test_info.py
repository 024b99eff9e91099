"""``info``, and that every count is the same wherever it is asked for."""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from echoforensics.case.case import Case
from echoforensics.library import extract
from echoforensics.report.bundle import write_report
from parsers.times import PLANNED_TIMES

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def _info(run: Run, case: Path) -> dict[str, Any]:
    done = run("info", case, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_all_counts_agree(run: Run, sealed: Any, tmp_path: Path) -> None:
    found = _info(run, sealed.path)
    rows = sealed.rows()
    records = {row["record"] for row in rows}
    assert found["counts"] == sealed.outcome._asdict()
    assert (found["counts"]["records"], found["counts"]["rows"]) == (len(records), len(rows))
    assert sum(kind["rows"] for kind in found["data_types"]) == len(rows)
    assert sum(kind["records"] for kind in found["data_types"]) == len(records)
    for name in ("entries", "issues"):
        assert sum(item[name] for item in found["evidence"]) == found["counts"][name], name
    assert sum(group["issues"] for group in found["issues"]) == found["counts"]["issues"]
    assert len(found["evidence"]) == found["counts"]["evidence"]

    with Case.open(sealed.path) as case:
        assert case.counts() == sealed.outcome == case.overview().counts
        assert len(case.rows()) == len(rows)
        assert len(case.recordings()) == found["counts"]["recordings"] == len(found["recordings"])
        assert [(one.sha256, list(one.references)) for one in case.recordings()] == [
            (one["sha256"], one["places"]) for one in found["recordings"]
        ]
        assert len(case.interactions()) == found["interactions"]
        assert len(case.gaps()) == sum(found["gaps"].values())
        page = write_report(case, tmp_path / "report").with_name("about.html").read_text("utf-8")
    text = re.sub(r"<[^>]+>", " ", page)
    assert f"gave {len(records)} records, shown as {len(rows)} rows" in " ".join(text.split())


def test_devices_accounts_and_persons_are_those_of_the_rows(run: Run, sealed: Any) -> None:
    found, rows = _info(run, sealed.path), sealed.rows()
    for what, column, key in (
        ("devices", "device_serial", "serial"), ("accounts", "account", "name"), ("persons", "person", "name"),
    ):  # fmt: skip
        expected = Counter(value for value, _ in {(row[column], row["record"]) for row in rows if row[column]})
        assert {one[key]: one["records"] for one in found[what]} == expected, what
    (device,) = found["devices"]
    assert device["names"] == ["Kitchen Echo"]


def test_plans_and_expiries_are_not_the_latest_time(run: Run, sealed: Any) -> None:
    found, rows = _info(run, sealed.path), sealed.rows()
    dated = [row for row in rows if row["datetime"]]
    planned = [row for row in dated if row["timestamp_desc"] in PLANNED_TIMES]
    others = sorted(row["datetime"] for row in dated if row not in planned)
    assert planned
    assert max(row["datetime"] for row in planned) > others[-1]
    assert found["period"] == {
        "first": others[0], "last": others[-1], "rows": len(rows), "planned": len(planned),
        "unknown": sum(row["datetime"] is None and row["timestamp_desc"] != "Not a time" for row in rows),
        "timeless": sum(row["timestamp_desc"] == "Not a time" for row in rows),
    }  # fmt: skip
    assert max(device["last"] for device in found["devices"]) <= others[-1]


def test_it_is_said_in_words(run: Run, sealed: Any) -> None:
    done = run("info", sealed.path)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Case case (reference: T-1; examiner: Tester; agency: Laboratory; timezone: Asia/Seoul;")
    assert lines[1].startswith(
        f"{sealed.outcome.records} records in {sealed.outcome.rows} rows; 6 distinct recordings;"
    )
    for title in (
        "Evidence",
        "Devices that rows name",
        "Data types",
        "Clocks",
        "Gaps",
        "Issues: what could not be read",
    ):
        assert title in lines
    assert any("Kitchen Echo" in line for line in lines)
    assert any("the device's clock was 1.377 s ahead" in line for line in lines)
    assert "Files that no parser read: 0, of 0 bytes" in lines


def test_unread_files_and_issues_that_are_alike(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for number in range(40):
        (source / f"{number:02}.bin").write_bytes(b"nothing that is known" + bytes([number]))
    (source / "empty").touch()
    for number in (1, 2, 3):
        (source / f"{number}.wav").write_bytes(b"RIFF" + (1000 * number).to_bytes(4, "little") + b"WAVEfmt ")
    with extract(source, tmp_path / "case", key=None) as case:
        assert [file.path for file in case.unread_files()] == [f"{number:02}.bin" for number in range(40)]
        groups = list(case.issue_groups())
        assert sum(group.issues for group in groups) == len(case.issues())
        assert groups[0].issues == 3
    found = _info(run, tmp_path / "case")
    assert found["unread"] == {"files": 40, "bytes": 40 * 22, "listed": 40}
    text = run("info", tmp_path / "case").stdout
    assert f"3 × {groups[0].parser}: " in text
    assert "  source: 29.bin (22 bytes)\n  and 10 more; --json lists them\n" in text


def test_descriptions_of_plans_are_marked_as_such() -> None:
    definitions = Path(__file__).parents[3] / "parsers" / "definitions"
    used = {
        found.strip()
        for path in definitions.rglob("*.yaml")
        for found in re.findall(r"description: ([A-Z][A-Za-z ]+)", path.read_text("utf-8"))
    }
    assert {name for name in used if "chedul" in name or "xpir" in name} <= PLANNED_TIMES
    assert used & PLANNED_TIMES
