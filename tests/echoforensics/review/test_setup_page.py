"""docs/review-setup.md says what is so: its service file, its numbers, its files, and its check with openssl."""

from __future__ import annotations

import configparser
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from chain_of_custody.keys import SigningKey
from echoforensics.cli.main import cli
from echoforensics.review.audit.audit_ledger import AuditLedger
from echoforensics.review.people import passwords, rate_limits, sessions
from echoforensics.review.people.accounts import LINK_LASTS
from echoforensics.review.people.person import ROLES
from echoforensics.review.store.room_database import RoomDatabase
from echoforensics.review.web import certificate, dispatch

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "review-setup.md").read_text(encoding="utf-8")
TEXT = " ".join(PAGE.split())


def test_the_service_file_starts_the_command_with_options_that_it_has() -> None:
    (unit,) = re.findall(r"^```ini\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    read = configparser.ConfigParser(interpolation=None, strict=False)
    read.optionxform = str  # type: ignore[assignment, method-assign]
    read.read_string(unit.replace("\\\n", " "))
    program, _, script = shlex.split(read["Service"]["ExecStart"])
    words = shlex.split(script.partition("3<")[0])

    assert (program, words[:2]) == ("/bin/sh", ["exec", "/opt/echoforensics/bin/echoforensics"])
    done = CliRunner().invoke(cli, [*words[2:], "--help"])
    assert done.exit_code == 0, done.output
    assert set(read.sections()) == {"Unit", "Service", "Install"}


@pytest.mark.parametrize(
    ("words", "found", "meant"),
    [
        ("at least 12 characters", passwords.SHORTEST, 12),
        ("after half an hour in which nobody uses it", sessions.IDLE, 30 * 60_000),
        ("after twelve hours in any case", sessions.LONGEST, 12 * 60 * 60_000),
        ("in a quarter of an hour no more", rate_limits.WINDOW, 15 * 60_000),
        ("After ten wrong passwords", rate_limits.BY_ACCOUNT, 10),
        ("after forty from one address", rate_limits.BY_ADDRESS, 40),
        ("at most twenty a minute are recorded", dispatch._DENIED_A_MINUTE, 20),
        ("It is good once and for a day", LINK_LASTS, 24 * 60 * 60_000),
    ],
)
def test_numbers_of_the_page_are_those_of_the_program(words: str, found: int, meant: int) -> None:
    assert words in TEXT
    assert found == meant


def test_every_role_and_file_is_described() -> None:
    for role in ROLES:
        assert f"| {role} |" in PAGE
    for name in ("room.db", "audit.jsonl", "audit.head", "audit.checked", "codes.yaml", f"{certificate.FOLDER}/"):
        assert f"| `{name}` |" in PAGE


def test_the_script_for_openssl_checks_an_audit_too(tmp_path: Path) -> None:
    (script,) = re.findall(r"```bash\n(.*?)```", (DOCS / "custody.md").read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "check.sh").write_text(script)
    key = SigningKey.generate()
    (tmp_path / "examiner.pem").write_text(key.public.pem)
    database = RoomDatabase(tmp_path / "room.db")
    ledger = AuditLedger(tmp_path, database, key)
    for number in range(3):
        with database.transaction() as change:
            change.record("rita", "note", "item-1", text=f'a "note" of Jürgen, {number}')
    ledger.close()
    database.close()

    def check() -> subprocess.CompletedProcess[str]:
        command = ["bash", "check.sh", "audit.jsonl", "examiner.pem"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    whole = check()
    assert whole.returncode == 0, whole.stdout + whole.stderr
    assert f"4 lines, head {ledger.head}" in whole.stdout
    altered = (tmp_path / "audit.jsonl").read_bytes().replace(b"rita", b"paul", 1)
    (tmp_path / "audit.jsonl").write_bytes(altered)
    assert check().returncode != 0
