"""A report of a case with redactions: nothing is left of what was removed, and it says what is missing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from echoforensics.cli.main import cli
from echoforensics.library import open_case
from echoforensics.listening.listener import ListenOptions
from echoforensics.listening.run import listen
from echoforensics.report.bundle import write_report
from tests.redacted_sample import RedactedSample, with_redaction
from tests.residue import residue


@pytest.fixture
def sample(sealed: Any, copy_of_sealed: Path) -> RedactedSample:
    return with_redaction(copy_of_sealed, sealed.key)


def _run(sample: RedactedSample, key: Any, folder: Path, *more: str) -> Any:
    if not (folder / "examiner.pem").exists():
        key.save(folder / "examiner.pem", "secret")
    command = ["report", str(sample.case), "-o", str(folder / "report"), "--pdf", "--key", str(folder / "examiner.pem")]
    return CliRunner(env={"ECHOFORENSICS_PASSPHRASE": "secret"}).invoke(cli, [*command, *more])


def _data(folder: Path, name: str) -> Any:
    (text,) = re.findall(r"JSON\.parse\('(.*)'\)\);\n", (folder / "data" / name).read_text())
    return json.loads(text.replace("\\'", "'").replace("\\\\", "\\"))


def test_nothing_of_what_was_removed_is_in_pages_data_and_pdf(
    sealed: Any, sample: RedactedSample, tmp_path: Path
) -> None:
    listen(sample.case, sealed.key, ListenOptions(), only=[sample.made.about])
    done = _run(sample, sealed.key, tmp_path)
    assert done.exit_code == 0, done.output
    assert "Redacted: it holds nothing of what was removed" in done.stderr
    folder = tmp_path / "report"
    assert residue([folder], sample.removed) == []
    assert residue([folder / "report.pdf"], {"a mark": b"flatedecode"})
    with open_case(sample.case) as case:
        (line,) = [entry.detail for entry in case.actions() if entry.detail.get("format") == "report"]
    assert line["redacted"] is True

    pages = (folder / "index.html").read_text()
    assert "This report is REDACTED: parts of 1 recording were removed" in pages
    about = (folder / "about.html").read_text()
    for words in ("What was redacted", sample.made.original, sample.made.sha256, "Files that are withheld", "P-1"):
        assert words in about
    assert f"{sample.made.about}_2024-03-09T180211Z_redacted.wav" in (folder / "recordings.html").read_text()


def test_the_data_is_that_of_the_copy(sealed: Any, sample: RedactedSample, tmp_path: Path) -> None:
    with open_case(sample.case) as case:
        write_report(case, tmp_path / "report")
        write_report(case, tmp_path / "whole", unredacted=True)
    found = {one["sha256"]: one for one in _data(tmp_path / "report", "recordings.js")}
    before = {one["sha256"]: one for one in _data(tmp_path / "whole", "recordings.js")}
    one, original = found[sample.made.original], before[sample.made.original]
    assert (one["copy"], one["withheld"], original["copy"]) == (sample.made.sha256, False, "")
    assert one["name"].endswith("_redacted.wav")
    start, end = (round(200 * at / len(sample.samples)) for at in sample.made.samples[0])
    assert set(one["peaks"][2 * start + 2 : 2 * end - 2]) == {0}
    assert one["peaks"][: 2 * start - 2] == original["peaks"][: 2 * start - 2]
    assert one["texts"] != original["texts"]
    assert {text for _, text in one["texts"]} == {"[REDACTED]"}
    rows = _data(tmp_path / "report", "rows-0000.js")
    exhibits = rows["exhibit"]
    content = _data(tmp_path / "report", "bytes-0000.js")
    withheld = [exhibits[number] for number, each in enumerate(content) if "withheld" in each[3]]
    with open_case(sample.case) as case:
        held = {row["sha256"] for row in case.rows() if row["transcript"] == "alexa what time is it"}
        expected = {row["exhibit"] for row in case.rows() if row["sha256"] in held}
    assert expected <= set(withheld)


def test_a_report_with_everything_has_to_be_asked_for(sealed: Any, sample: RedactedSample, tmp_path: Path) -> None:
    done = _run(sample, sealed.key, tmp_path, "--unredacted")
    assert done.exit_code == 0, done.output
    assert "UNREDACTED: it holds what was redacted" in done.stderr
    assert "This report is UNREDACTED" in (tmp_path / "report" / "index.html").read_text()
    assert residue([tmp_path / "report" / "media"], sample.removed)
    with open_case(sample.case) as case:
        (line,) = [entry.detail for entry in case.actions() if entry.detail.get("format") == "report"]
    assert line["unredacted"] is True


def test_a_part_of_a_report_is_redacted_too(sealed: Any, sample: RedactedSample, tmp_path: Path) -> None:
    done = _run(sample, sealed.key, tmp_path, "--type", "recording", "--type", "alexa:cloud")
    assert done.exit_code == 0, done.output
    assert residue([tmp_path / "report"], sample.removed) == []
    done = CliRunner().invoke(
        cli, ["report", str(sample.case), "-o", str(tmp_path / "none"), "--search", "what time is it"]
    )
    assert done.exit_code == 0, done.output
    assert _data(tmp_path / "none", "head.js")["rows"]["count"] == 0
