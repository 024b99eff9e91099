"""Commands with a typical mistake in them: each is refused with what to do instead, and nothing is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from echoforensics.cli.main import cli
from echoforensics.errors import EchoforensicsError


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("timelin {case}", "No such command 'timelin'. Did you mean timeline or log2timeline?"),
        ("parsers recordings", "alike are: recording"),
        ("query {case}", 'give a case and a query, such as: query CASE "SELECT count(*) FROM rows"'),
        ("info {case}/case.db", "is the database of a case; give the case folder, {case}"),
        ("info {bundle}", "not a case folder but a report or a bundle, which `echoforensics verify` checks"),
        ("info {new}", "not a case folder: it does not exist"),
        ("info {file}", "not a case folder but a file"),
        ("bundle {case} -o {new}.tar --key {key}", "a bundle is a folder or a zip"),
        ("key bind {file} {key}", "the file is not an X.509 certificate in PEM or DER"),
        ("timeline {case} -o {new}/rows.csv", "{new}: is not a folder; create it first"),
        ("timeline {case} --json", "give -o FILE. Rows as JSON: -f jsonl"),
        (
            "verify {evidence}",
            "is not a case folder, a bundle or a report, and no alexa-cloud.zip.sha256",
        ),
        ("extract {evidence} -c {file} --unsigned", "timeline.csv: is a file; name a folder for the case"),
        ("case merge {new} {file}", "not a case folder but a file"),
    ],
)
def test_a_mistake_is_answered_with_what_to_do(
    words: str, answer: str, demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ECHOFORENSICS_KEY", str(demo / "examiner.pem"))
    places: dict[str, Any] = {
        "case": demo / "case", "bundle": demo / "bundle", "key": demo / "examiner.pem", "new": tmp_path / "new",
        "file": demo / "timeline.csv", "evidence": demo / "evidence" / "alexa-cloud.zip",
    }  # fmt: skip
    done = CliRunner().invoke(cli, [word.format(**places) for word in words.split()])
    # The command's own errors reach its entry point, which shows them and exits with 2.
    assert done.exit_code == 2 or isinstance(done.exception, EchoforensicsError)
    assert answer.format(**places) in f"{done.output}\n{done.exception}"
    assert list(tmp_path.iterdir()) == []
