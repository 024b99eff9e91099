"""The whole job on the sample evidence, step by step."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from chain_of_custody.folder_check import check_sealed
from chain_of_custody.signer import Signer
from echoforensics.bundle.write import BundleRequest, write_bundle
from echoforensics.case.case import Case
from echoforensics.case.exhibits.row import Query
from echoforensics.counting import counted
from echoforensics.demo.build import build
from echoforensics.demo.story import ZONE
from echoforensics.errors import EchoforensicsError, UsageError
from echoforensics.export.output import Target, export
from echoforensics.export.sealed_folder import seal_report
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract
from echoforensics.library import open_case
from echoforensics.report.bundle import write_report
from echoforensics.verification import verify_case
from echoforensics.zones import zone

#: Lies in a demo's folder, so that a later demo knows it may replace it.
MARKER = ".echoforensics-demo"

Say = Callable[[str], None]


def run_demo(folder: Path, make_key: Callable[[Path], Signer], say: Say) -> Path:
    """Run the demo in a folder; returns the page to open.

    Args:
        folder: a new or empty folder, or one in which a demo was run before, which is replaced.
        make_key: makes a key at a path.
        say: shows the reader a line.

    Raises:
        UsageError: the folder holds something else.
        EchoforensicsError: a step did not do what it must; nothing is glossed over.
    """
    folder = _fresh(folder)
    evidence, case, report = folder / "evidence", folder / "case", folder / "report"
    say(f"1. Sample evidence in {evidence}: an Echo's data partition (ext4, with deleted files), a cloud export")
    say("   and a phone's folder. The speech is synthetic (espeak-ng); no person speaks.")
    sources = build(evidence)
    say(f"2. echoforensics extract {' '.join(path.name for path in sources)} -c case")
    key = make_key(folder / "examiner.pem")
    options = Options("Demo Examiner", "Demo Laboratory", "DEMO-1", ZONE, argv=("echoforensics", "demo"))
    outcome = extract(sources, case, key, options, lambda *_: None)
    say(f"   {counted(outcome.entries, 'entry', 'entries')}, {counted(outcome.records, 'record')},"
        f" {counted(outcome.rows, 'row')}, {counted(outcome.recordings, 'distinct recording')},"
        f" {counted(outcome.issues, 'issue')}")  # fmt: skip
    say("3. echoforensics timeline case -f jsonl, and -f csv")
    with Case.open(case) as opened:
        for form in ("jsonl", "csv"):
            export(opened, Query(), Target.of(folder / f"timeline.{form}", replace=True), zone(ZONE))
        say(f"4. echoforensics report case -o {report.name} --key examiner.pem")
        index: Path = write_report(opened, report, zone(ZONE))
        seal_report(opened, report, key)
    say("5. echoforensics verify case")
    _must_pass(case, say)
    say("6. One byte of a recording is changed in a copy of the case, and the copy is verified:")
    _must_fail(case, folder / "altered-copy", say)
    say("7. echoforensics bundle case -o bundle --key examiner.pem")
    _hand_over(case, folder / "bundle", key, say)
    return index


def _fresh(folder: Path) -> Path:
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: is not a folder")
    if folder.is_dir() and any(folder.iterdir()):
        if not (folder / MARKER).exists():
            raise UsageError(f"{folder}: is not empty, and no demo was run in it before")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARKER).write_text("Made by `echoforensics demo`; the next demo replaces this folder.\n")
    return folder.resolve()


def _must_pass(case: Path, say: Say) -> None:
    result = verify_case(case)
    for check in result.checks.checks:
        say(f"   {'ok  ' if check.ok else 'FAIL'} {check.name}: {check.detail}")
    if not (result.ok and result.complete and result.signed):
        raise EchoforensicsError("the demo's case does not verify; this is a defect in echoforensics")


def _must_fail(case: Path, copy: Path, say: Say) -> None:
    shutil.copytree(case, copy)
    with Case.open(copy) as opened:
        victim = opened.vault.path(next(iter(opened.recordings())).sha256)
    victim.chmod(0o644)
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1
    victim.write_bytes(content)
    result = verify_case(copy, sources=False)
    for check in result.checks.checks:
        if not check.ok:
            say(f"   FAIL {check.name}: {check.detail}")
    if result.ok:
        raise EchoforensicsError("the altered copy verifies; this is a defect in echoforensics")


def _hand_over(case: Path, output: Path, key: Signer, say: Say) -> None:
    with open_case(case) as opened:
        written = write_bundle(opened, BundleRequest(output), key)
    say(f"   sealed: {counted(written.files, 'file')} in its signed list; a receiver follows {output.name}/VERIFY.txt")
    if not check_sealed(output).ok:
        raise EchoforensicsError("the demo's bundle does not verify; this is a defect in echoforensics")
