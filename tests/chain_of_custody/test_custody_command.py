"""``python -m chain_of_custody verify``, which imports neither of the other packages."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from chain_of_custody import SigningKey
from chain_of_custody.__main__ import main
from chain_of_custody.stored_zip import write_zip
from tests.sealed_bundles import LEDGER, TIMELINE, make_bundle


@pytest.fixture
def bundle(key: SigningKey, tmp_path: Path) -> Path:
    return make_bundle(tmp_path / "bundle", key)


def test_a_bundle_its_zip_and_its_ledger_are_verified(
    bundle: Path, key: SigningKey, capsys: pytest.CaptureFixture[str]
) -> None:
    packed = bundle.with_name("bundle.zip")
    write_zip(bundle, packed, "bundle")
    colons = ":".join(key.public.fingerprint.upper()[at : at + 4] for at in range(0, 64, 4))
    for path in (bundle, packed, bundle / LEDGER):
        assert main(["verify", str(path), "--fingerprint", colons]) == 0
        output = capsys.readouterr().out
        assert output.endswith("\nVerified.\n")
        assert "FAIL" not in output
        assert main(["verify", str(path), "--json"]) == 0
        result = json.loads(capsys.readouterr().out)
        assert (result["ok"], result["fingerprint"], result["lines"]) == (True, key.public.fingerprint, 4)
        assert main(["verify", str(path), "--expect-head", result["head"]]) == 0
        assert main(["verify", str(path), "--expect-head", "00" * 32]) == 1
        assert main(["verify", str(path), "--fingerprint", "00" * 32]) == 1
        capsys.readouterr()


@pytest.mark.parametrize("option", ["--fingerprint", "--expect-head"])
@pytest.mark.parametrize("given", ["xyz", "", "00" * 31, "00" * 33])
def test_what_is_no_hash_is_refused(option: str, given: str, bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["verify", str(bundle), option, given])
    assert ended.value.code == 2
    assert "is not the 64 hexadecimal digits of a SHA-256" in capsys.readouterr().err


def test_a_failure_says_which_file_what_was_expected_what_was_found_and_what_it_means(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (bundle / TIMELINE).write_bytes(b"{}\n")
    (bundle / "data" / "a\u202eb\x1b[2J").write_bytes(b"")
    assert main(["verify", str(bundle)]) == 1
    output = capsys.readouterr().out
    assert "FAIL  files: 2 are not as the list has them\n" in output
    assert f"      {TIMELINE}\n        expected  SHA-256 " in output
    assert "        It was changed after it was sealed.\n" in output
    assert "data/a\\u202eb\\x1b[2J" in output
    assert output.endswith("VERIFICATION FAILED\n")
    assert main(["verify", str(bundle), "--json"]) == 1
    checks = {check["name"]: check for check in json.loads(capsys.readouterr().out)["checks"]}
    first = checks["files"]["problems"][0]
    assert first["file"] == TIMELINE
    assert first.keys() == {"file", "expected", "found", "meaning"}


def test_timestamps_that_are_asked_for_and_are_not_there_fail(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(bundle), "--require-timestamps", "1"]) == 1
    assert "at least 1" in capsys.readouterr().out
    assert main(["verify", str(bundle), "--timestamp", str(bundle / "none.tsr")]) == 1
    assert capsys.readouterr().out.endswith("NOT VERIFIED: not everything was checked. What was checked passed.\n")
    assert main(["verify", str(bundle), "--no-timestamps"]) == 0


def test_an_unsigned_bundle_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle = make_bundle(tmp_path / "bundle", None)
    assert main(["verify", str(bundle)]) == 0
    output = capsys.readouterr().out
    assert "THE LIST IS UNSIGNED" in output
    assert output.endswith("\nWhole, but UNSIGNED.\n")


def test_a_broken_ledger_and_what_cannot_be_checked(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = bundle / LEDGER
    ledger.write_bytes(ledger.read_bytes().replace(b'"number":0', b'"number":1'))
    assert main(["verify", str(ledger)]) == 1
    assert "the signature does not match the entry" in capsys.readouterr().out
    ledger.write_bytes(ledger.read_bytes()[:-20])
    assert main(["verify", str(ledger)]) == 0
    assert "was cut off by an interruption" in capsys.readouterr().out
    for path in (bundle / "data", bundle / "none"):
        assert main(["verify", str(path)]) == 2
        assert "nothing that this checks" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([])


def test_neither_of_the_other_packages_is_imported(bundle: Path) -> None:
    program = (
        "import sys, runpy\nsys.argv[1:] = ['verify', sys.argv[1]]\n"
        "try:\n    runpy.run_module('chain_of_custody', run_name='__main__')\n"
        "except SystemExit as ending:\n    code = ending.code\n"
        "others = {name.partition('.')[0] for name in sys.modules} & {'echoforensics', 'parsers', 'click', 'rich'}\n"
        "print(code, sorted(others))\n"
    )
    done = subprocess.run([sys.executable, "-c", program, bundle], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("Verified.\n0 []\n")
