"""Bundles are checked by programs that are not ours."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import bagit
import pytest
from securesystemslib.dsse import Envelope
from securesystemslib.signer._key import SSlibKey

from chain_of_custody.envelope import pae
from tests.handed_over import HandedOver

SEAL = "custody.dsse.json"


@pytest.fixture(params=["whole", "part"])
def folder(request: pytest.FixtureRequest, handed_over: HandedOver) -> Path:
    path: Path = getattr(handed_over, request.param).path
    return path


def test_bagit(folder: Path) -> None:
    bag = bagit.Bag(str(folder))
    bag.validate()
    assert bag.info["Source-Organization"] == "Laboratory"
    assert bag.info["Bagging-Date"] == json.loads((folder / "data/about.json").read_text())["ledger"]["time"][:10]


def test_sha256sum(folder: Path, run_program: Callable[..., str]) -> None:
    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        run_program("sh", "-c", 'cd "$1" && sha256sum --check --strict --quiet "$2"', "sh", folder, name)
    payload = json.loads(base64.b64decode(json.loads((folder / SEAL).read_text())["payload"]))
    signed = "".join(f"{each['digest']['sha256']}  {each['name']}\n" for each in payload["subject"])
    run_program("sh", "-c", 'cd "$1" && sha256sum --check --strict --quiet', "sh", folder, stdin=signed.encode())


def test_openssl(folder: Path, tmp_path: Path, run_program: Callable[..., str]) -> None:
    envelope = json.loads((folder / SEAL).read_text())
    (tmp_path / "signed").write_bytes(pae(envelope["payloadType"], base64.b64decode(envelope["payload"])))
    (tmp_path / "signature").write_bytes(base64.b64decode(envelope["signatures"][0]["sig"]))
    answer = run_program(
        "openssl", "dgst", "-sha256", "-verify", folder / "examiner.pem", "-signature", tmp_path / "signature",
        tmp_path / "signed",
    )  # fmt: skip
    assert answer == "Verified OK\n"


def test_securesystemslib(folder: Path, handed_over: HandedOver) -> None:
    envelope = Envelope.from_dict(json.loads((folder / SEAL).read_text()))
    public = {"keytype": "ecdsa", "scheme": "ecdsa-sha2-nistp256", "keyval": {"public": handed_over.key.public.pem}}
    key = SSlibKey.from_dict(handed_over.key.public.fingerprint, public)
    assert list(envelope.verify([key], 1)) == [handed_over.key.public.fingerprint]


def test_case_validate(folder: Path) -> None:
    program = "from case_utils.case_validate import main; main()"
    arguments = ["--built-version", "case-1.4.0", str(folder / "data/timeline.jsonld")]
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_sqlite_opens_the_database(handed_over: HandedOver, run_program: Callable[..., str]) -> None:
    database = handed_over.whole.path / "data/case.db"
    program = "import sqlite3, sys; print(sqlite3.connect(f'file:{sys.argv[1]}?mode=ro', uri=True)" \
        ".execute('SELECT count(*) FROM rows').fetchone()[0])"  # fmt: skip
    rows = run_program(sys.executable, "-c", program, database)
    assert int(rows) == len((handed_over.whole.path / "data/timeline.jsonl").read_text().splitlines())


def test_a_few_lines_of_python_check_a_proof(handed_over: HandedOver) -> None:
    # As docs/bundle.md has them; nothing of this program is imported.
    page = (Path(__file__).parents[3] / "docs/bundle.md").read_text()
    program = page.partition("```python\n")[2].partition("```")[0]
    assert "import chain_of_custody" not in program
    for made, answer in ((handed_over.part, "26 lines are of the sealed set of 127"), (handed_over.whole, "")):
        done = subprocess.run(
            [sys.executable, "-I", "-c", program, made.path], capture_output=True, text=True, check=False
        )
        assert done.stdout.strip() == answer, done.stderr
