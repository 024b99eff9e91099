"""``echoforensics selftest`` as its user runs it."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def test_result_for_the_quality_file_is_checked_by_openssl(run: Run, tmp_path: Path) -> None:
    key = tmp_path / "lab.pem"
    secret = {"ECHOFORENSICS_PASSPHRASE": "secret"}
    made = run("key", "create", key, **secret)
    assert made.returncode == 0, made.stderr
    done = run(
        "selftest", "-o", "result.json", "--agency", "A Laboratory", "--key", key, ECHOFORENSICS_PASSPHRASE="secret"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PASSED: every known answer was given." in done.stdout
    assert "signed with the key" in done.stderr

    outer = json.loads((tmp_path / "result.json").read_text())
    payload, kind = base64.b64decode(outer["payload"]), outer["payloadType"].encode()
    result = json.loads(payload)
    assert (result["passed"], result["agency"]) == (True, "A Laboratory")
    (tmp_path / "message").write_bytes(b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload))
    (tmp_path / "signature").write_bytes(base64.b64decode(outer["signatures"][0]["sig"]))
    (tmp_path / "public.pem").write_text(result["public_key"])
    checked = subprocess.run(
        ["openssl", "dgst", "-sha256", "-verify", "public.pem", "-signature", "signature", "message"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.stdout == "Verified OK\n"

    again = run("selftest", "--check", "result.json", "--fingerprint", outer["signatures"][0]["keyid"])
    assert (again.returncode, again.stderr) == (0, "")
    assert "every known answer was given" in again.stdout
    assert json.loads(run("selftest", "--check", "result.json", "--json").stdout)["ok"] is True
    wrong = run("selftest", "--check", "result.json", "--fingerprint", "00" * 32)
    assert wrong.returncode == 1
    assert "FAIL  it is signed with the key" in wrong.stdout


def test_what_cannot_be_asked_is_refused_before_anything_is(run: Run, tmp_path: Path) -> None:
    (tmp_path / "there.json").write_text("{}")
    for arguments, expected in (
        (("-o", "new.json"), "To write a result that is not signed, add --unsigned"),
        (("-o", "there.json", "--unsigned"), "already exists"),
        (("--check", "there.json", "-o", "new.json"), "--check asks nothing"),
        (("--check", "there.json"), "not the result of a selftest"),
        (("--check", "gone.json"), "cannot be read"),
        (("--check", "there.json", "--fingerprint", "short"), "--fingerprint"),
        (("--fingerprint", "00" * 32), "--fingerprint goes with --check"),
    ):
        done = run("selftest", *arguments)
        assert done.returncode == 2
        assert expected in done.stderr
        assert not (tmp_path / "new.json").exists()
