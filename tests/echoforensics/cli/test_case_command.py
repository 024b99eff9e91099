from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]


def test_cases_of_two_folders_become_one(run: Run, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "activities.json").write_text(
            json.dumps({"activities": [{"id": f"A#{name}", "creationTimestamp": 1709929909094}]})
        )
        assert run("extract", tmp_path / name, "-c", tmp_path / f"case-{name}", "--unsigned").returncode == 0

    whole, parts = tmp_path / "whole", (tmp_path / "case-a", tmp_path / "case-b")
    done = run("case", "merge", whole, *parts, "--unsigned", "--json")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["evidence"] == 2
    assert run("verify", whole).returncode == 0
    again = run("case", "merge", whole, parts[0], "--unsigned")
    assert again.stdout.startswith(f"Case {whole}: 2 evidence items, 2 entries read.")
    assert run("case", "merge", whole, tmp_path / "a", "--unsigned").returncode == 2
