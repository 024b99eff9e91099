"""A report is sealed by itself; ``verify`` finds out what it is given, and sees what was done to it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from chain_of_custody import SigningKey
from chain_of_custody.sealed_list import KEY_NAME, SEAL_NAME
from chain_of_custody.stored_zip import write_zip
from echoforensics.cli.main import cli
from echoforensics.errors import UsageError
from echoforensics.export.sealed_folder import seal_report
from echoforensics.library import open_case, verify
from echoforensics.report.bundle import write_report
from echoforensics.verification import CaseVerification
from tests.sealed_bundles import make_bundle


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(each) for each in arguments])


@pytest.fixture(scope="module")
def once(sealed: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports") / "report"
    with open_case(sealed.path) as case:
        write_report(case, folder)
        (folder / "empty" / "inside").mkdir(parents=True)
        sentence = seal_report(case, folder, sealed.key)
    assert sealed.key.public.fingerprint in sentence
    return folder


@pytest.fixture
def report(once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(once, tmp_path / "report"))


def failed(result: CaseVerification) -> set[str]:
    return {check.name for check in result.checks.checks if not check.ok}


def problems(result: CaseVerification) -> str:
    return "\n".join(str(problem) for check in result.checks.checks for problem in check.problems)


def test_a_report_is_known_and_verified(report: Path, sealed: Any) -> None:
    result = verify(report, fingerprint=sealed.key.public.fingerprint)
    assert result.ok, problems(result)
    assert (result.kind, result.signed, result.fingerprint) == ("report", True, sealed.key.public.fingerprint)
    with open_case(sealed.path) as case:
        last = list(case.actions())[-1]
    assert (result.head, result.length) == (last.line_hash, last.seq + 1)
    assert verify(report, expected_head=last.line_hash).ok
    assert failed(verify(report, expected_head="00" * 32)) == {"expected head"}
    assert (report / "verify.sh").is_file()
    assert not (report / "empty").exists()


def test_what_is_done_to_a_report_is_seen(report: Path) -> None:
    media = sorted(path for path in report.rglob("media/*") if path.is_file())
    (data,) = [*(path for path in sorted(report.rglob("*.js")) if "EF-0000001" in path.read_text())][:1]
    changes: dict[Path, Callable[[Path], object]] = {
        media[0]: lambda path: path.write_bytes(b"OggS another"),
        data: lambda path: path.write_text(path.read_text().replace("EF-0000001", "EF-0000009")),
        report / "evil.js": lambda path: path.write_text("alert(1)"),
        report / "index.html": lambda path: path.write_text(path.read_text() + "<script src=evil.js></script>"),
        report / "timeline.csv": lambda path: path.unlink(),
    }
    for path, change in changes.items():
        change(path)
    result = verify(report)
    assert failed(result) == {"files"}
    for path in changes:
        assert path.relative_to(report).as_posix() in problems(result)


def test_a_report_without_a_key_says_so(sealed: Any, tmp_path: Path) -> None:
    done = run("report", sealed.path, "-o", tmp_path / "report")
    assert done.exit_code == 0, done.output
    assert "is UNSIGNED: anybody could write it anew" in done.stderr
    assert not (tmp_path / "report" / KEY_NAME).exists()
    assert "THE LIST IS UNSIGNED" in (tmp_path / "report" / "VERIFY.txt").read_text()
    shown = run("verify", tmp_path / "report")
    assert shown.exit_code == 0, shown.output
    assert shown.output.endswith("\nWhole, but UNSIGNED.\n")
    assert "report.sha256: they are those of the signed list" in shown.output
    beside = tmp_path / "report.sha256"
    beside.write_text(beside.read_text().replace("report/index.html", "report/other.html"))
    assert failed(verify(tmp_path / "report")) == {"report.sha256"}


def test_a_report_of_an_altered_case_says_so(copy_of_sealed: Path, tmp_path: Path) -> None:
    with (copy_of_sealed / "case.db").open("ab") as stream:
        stream.write(b"x")
    done = run("report", copy_of_sealed, "-o", tmp_path / "report", "--unverified")
    assert done.exit_code == 0, done.output
    result = verify(tmp_path / "report")
    assert failed(result) == {"case"}
    assert "case.db is not the file that was sealed" in problems(result)


def test_verify_finds_out_what_it_is_given(report: Path, sealed: Any, tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path / "bundle", SigningKey.generate())
    write_zip(bundle, tmp_path / "bundle.zip", "bundle")
    shutil.copytree(sealed.path, tmp_path / "case")
    shutil.copy(report / SEAL_NAME, tmp_path / "case" / SEAL_NAME)
    kinds = {report: "report", bundle: "bundle", tmp_path / "bundle.zip": "bundle", tmp_path / "case": "case"}
    for path, kind in kinds.items():
        shown = json.loads(run("verify", path, "--no-sources", "--json").stdout)
        # The seal of a report does not belong into a case, which says so.
        assert (shown["ok"], shown["kind"]) == (kind == "report", kind)
    # It is sealed, and lacks the database that every bundle has.
    assert "case.db" in problems(verify(bundle))
    with pytest.raises(UsageError, match="only bundles"):
        verify(tmp_path / "case", timestamps_required=1)
    assert "timestamps" in failed(verify(bundle, timestamps_required=1))
    both = run("verify", bundle, "--no-timestamps", "--require-timestamps", "1")
    assert isinstance(both.exception, UsageError)
    (tmp_path / "bundle.zip.age").write_bytes(b"age-encryption.org/v1")
    with pytest.raises(UsageError, match=r"age -d -i KEY -o bundle\.zip bundle\.zip\.age"):
        verify(tmp_path / "bundle.zip.age")
    (tmp_path / "other.zip").write_bytes(b"PK\x03\x04 and more")
    assert failed(verify(tmp_path / "other.zip")) == {"zip", "files"}


def test_what_cannot_be_sealed_is_refused(sealed: Any, report: Path) -> None:
    with open_case(sealed.path) as case:
        with pytest.raises(UsageError, match="cannot be sealed"):
            seal_report(case, report, sealed.key)
        for name in (SEAL_NAME, "VERIFY.txt", "verify.sh"):
            (report / name).unlink()
        (report / "link").symlink_to("index.html")
        with pytest.raises(UsageError, match="link: a link"):
            seal_report(case, report, sealed.key)
