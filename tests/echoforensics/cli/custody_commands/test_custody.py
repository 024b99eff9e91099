"""Hand-overs as giver and receiver make them, and the history of a case for people."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from chain_of_custody import SigningKey, read_ledger
from echoforensics.papers.paper import plain

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def case(run: Run, tmp_path: Path, small_source: Path) -> Path:
    for name in ("giver.pem", "receiver.pem"):
        assert run("key", "create", name).returncode == 0
    done = run(
        "extract", small_source, "-c", "case", "--key", "giver.pem", "--examiner", "A. Giver", "--reference", "R-1",
        "--timezone", "Asia/Seoul",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return tmp_path / "case"


def public_of(run: Run, name: str, folder: Path) -> Path:
    path = folder / f"{name}.pub"
    path.write_text(json.loads(run("key", "show", name, "--json").stdout)["public_key"])
    return path


def test_a_case_is_handed_over_received_and_shown(run: Run, case: Path, tmp_path: Path) -> None:
    public = public_of(run, "receiver.pem", tmp_path)
    given = run(
        "custody", case, "--to", "B. Receiver", "--purpose", "second opinion", "--receiver-key", public, "--key",
        "giver.pem",
    )  # fmt: skip
    assert given.returncode == 0, given.stderr
    assert "from      A. Giver: signed with" in given.stdout
    assert "NOT SIGNED YET; to be signed with" in given.stdout
    assert f"head {last_hash(case)}" in given.stdout
    assert "1 hand-over, each as the giver signed it; 1 not signed by the receiver" in run("verify", case).stdout

    # What the receiver gets is a copy, which signing does not change.
    shutil.copytree(case, tmp_path / "received")
    before = {path: path.read_bytes() for path in (tmp_path / "received").rglob("*") if path.is_file()}
    accepted = run("custody", "received", "--accept", "--receiver-key", "receiver.pem")
    assert accepted.returncode == 0, accepted.stderr
    assert before == {path: path.read_bytes() for path in (tmp_path / "received").rglob("*") if path.is_file()}
    again = run("custody", "received", "--accept", "--receiver-key", "receiver.pem")
    assert (again.returncode, "already exists" in again.stderr) == (2, True)

    attached = run("custody", case, "--attach", "received.receipt.json", "--key", "giver.pem")
    assert attached.returncode == 0, attached.stderr
    assert "NOT SIGNED" not in attached.stdout
    assert attached.stdout.splitlines()[:4] == run("custody", case).stdout.splitlines()
    verified = run("verify", case)
    assert verified.returncode == 0, verified.stdout
    assert "ok    hand-overs: 1 hand-over, each as the giver signed it\n" in verified.stdout
    twice = run("custody", case, "--attach", "received.receipt.json", "--key", "giver.pem")
    assert (twice.returncode, "has signed the hand-over of line" in twice.stderr) == (2, True)


def test_a_line_end_in_a_name_begins_no_line(run: Run, case: Path) -> None:
    given = run("custody", case, "--to", "B\n  purpose   theirs", "--purpose", "ours", "--key", "giver.pem")
    assert given.returncode == 0, given.stderr
    assert [line for line in given.stdout.splitlines() if line.startswith("  purpose")] == ["  purpose   ours"]


def last_hash(case: Path) -> str:
    return list(read_ledger(case / "custody.jsonl"))[-1].line_hash


@pytest.mark.parametrize("name", ["b", "b.zip"])
def test_the_receiver_of_a_bundle_signs_what_its_ledger_records(
    run: Run, copy_of_sealed: Path, signing_key: SigningKey, tmp_path: Path, name: str
) -> None:
    signing_key.save(tmp_path / "k.pem", "secret")
    SigningKey.generate().save(tmp_path / "r.pem", "other")
    (tmp_path / "r.pem.passphrase").write_text("other\n")
    secret = {"ECHOFORENSICS_PASSPHRASE": "secret"}
    to = ("--to", "B. Receiver", "--purpose", "trial", "--key", "k.pem")
    assert run("custody", copy_of_sealed, *to, **secret).returncode == 0
    made = run("bundle", copy_of_sealed, "-o", name, "--key", "k.pem", **secret)
    assert made.returncode == 0, made.stderr
    assert "NOT SIGNED YET" in run("custody", name).stdout
    accepted = run("custody", name, "--accept", "--receiver-key", "r.pem")
    assert accepted.returncode == 0, accepted.stderr
    attach = ("--attach", f"{name}.receipt.json", "--key", "k.pem")
    attached = run("custody", copy_of_sealed, *attach, **secret)
    assert attached.returncode == 0, attached.stderr
    for arguments in (to, attach, ("--form", "form.txt")):
        refused = run("custody", name, *arguments, **secret)
        assert (refused.returncode, "is a bundle" in refused.stderr) == (2, True)
    path = tmp_path / name
    path = path if path.is_file() else path / "verify.sh"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    altered = run("custody", name, "--accept", "--receiver-key", "r.pem", "-o", "second.json")
    assert (altered.returncode, "verify` says more" in altered.stderr) == (1, True)


def test_both_sign_on_one_computer(run: Run, case: Path) -> None:
    done = run(
        "custody", case, "--to", "B. Receiver", "--purpose", "trial", "--from", "C. Clerk", "--receiver-key",
        "receiver.pem", "--receiver-sign", "--key", "giver.pem",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("signed with") == 2
    assert "from      C. Clerk" in done.stdout


def test_a_receiver_signs_with_openssl(run: Run, case: Path, tmp_path: Path, run_program: Callable[..., str]) -> None:
    assert run("custody", case, "--to", "B", "--purpose", "p", "--key", "giver.pem").returncode == 0
    assert run("custody", case, "--statement", "to-sign").returncode == 0
    private, public, signature = (tmp_path / name for name in ("r.key", "r.pem", "signature"))
    run_program("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", private)
    run_program("openssl", "pkey", "-in", private, "-pubout", "-out", public)
    run_program("openssl", "dgst", "-sha256", "-sign", private, "-out", signature, tmp_path / "to-sign")
    bare = run("custody", case, "--attach", signature, "--key", "giver.pem")
    assert (bare.returncode, "needs --receiver-key PUBLIC.pem" in bare.stderr) == (2, True)
    done = run("custody", case, "--attach", signature, "--receiver-key", public, "--key", "giver.pem")
    assert done.returncode == 0, done.stderr
    assert run("verify", case).returncode == 0


def test_what_cannot_be_handed_over_is_refused(run: Run, case: Path, tmp_path: Path) -> None:
    give = ("custody", case, "--to", "B. Receiver")
    length = len((case / "custody.jsonl").read_bytes())
    expected = [
        ((*give, "--key", "giver.pem"), "--purpose is empty"),
        ((*give, "--purpose", "p", "--key", "receiver.pem"), "is signed with another key"),
        ((*give, "--purpose", "p", "--key", "giver.pem", "--receiver-key", "receiver.pem"), "receiver signs at once"),
        ((*give, "--purpose", "p", "--key", "giver.pem", "--receiver-sign"), "needs the receiver's key"),
        ((*give, "--accept"), "cannot be used together"),
        (("custody", case, "--purpose", "p"), "go with --to NAME"),
        (("custody", case, "--accept", "--receiver-key", "receiver.pem"), "records no hand-over"),
        (("custody", case, "--accept"), "needs the receiver's key"),
        (("custody", case, "--attach", "none.json"), "cannot be read"),
        (("custody", case, "--statement", "x"), "records no hand-over"),
        (("custody", case, "--form", "form.pdf"), "ends in .html or .txt"),
        (("custody", tmp_path / "none"), "cannot be read"),
    ]  # fmt: skip
    for arguments, message in expected:
        done = run(*arguments)
        assert (done.returncode, message in done.stderr) == (2, True), (arguments, done.stderr)
    assert len((case / "custody.jsonl").read_bytes()) == length


def test_the_receipt_of_another_is_refused(run: Run, case: Path, tmp_path: Path) -> None:
    assert run("key", "create", "third.pem").returncode == 0
    public = public_of(run, "receiver.pem", tmp_path)
    to = ("--to", "B", "--purpose", "p", "--receiver-key", public, "--key", "giver.pem")
    assert run("custody", case, *to).returncode == 0
    done = run("custody", case, "--accept", "--receiver-key", "third.pem")
    assert (done.returncode, "and the signature is with" in done.stderr) == (2, True)
    assert run("custody", case, "--accept", "--receiver-key", "receiver.pem", "-o", "good.json").returncode == 0
    receipt = json.loads((tmp_path / "good.json").read_text())
    receipt["transfer"] = "0" * 64
    (tmp_path / "bad.json").write_text(json.dumps(receipt))
    bad = run("custody", case, "--attach", "bad.json", "--key", "giver.pem")
    assert (bad.returncode, "that is not in this ledger" in bad.stderr) == (2, True)


def test_an_altered_case_is_neither_given_nor_received(run: Run, case: Path) -> None:
    assert run("custody", case, "--to", "B", "--purpose", "p", "--key", "giver.pem").returncode == 0
    with (case / "case.db").open("ab") as stream:
        stream.write(b"x")
    for arguments in (("--to", "B", "--purpose", "p", "--key", "giver.pem"),
                      ("--accept", "--receiver-key", "receiver.pem")):  # fmt: skip
        done = run("custody", case, *arguments)
        assert (done.returncode, "not as it was sealed" in done.stderr) == (1, True)
    assert run("custody", case, "--form", "form.txt").returncode == 0
    assert "NOT VERIFIED" in (case.parent / "form.txt").read_text()


def test_an_unsigned_case_says_so(run: Run, small_source: Path, tmp_path: Path) -> None:
    assert run("extract", small_source, "-c", "bare", "--unsigned", "--examiner", "A").returncode == 0
    done = run("custody", "bare", "--to", "B", "--purpose", "p")
    assert done.returncode == 0, done.stderr
    assert "NOT SIGNED (the ledger has no key)" in done.stdout
    assert "UNSIGNED" in run("ledger", "bare").stdout
    assert run("custody", "bare", "--form", "form.html").returncode == 0
    assert "UNSIGNED" in (tmp_path / "form.html").read_text()


def test_a_case_with_a_changed_file_is_not_given(
    run: Run, copy_of_sealed: Path, signing_key: SigningKey, tmp_path: Path
) -> None:
    signing_key.save(tmp_path / "k.pem", "secret")
    artefact = next(path for path in (copy_of_sealed / "artefacts").rglob("*") if path.is_file())
    artefact.write_bytes(b"x")
    give = ("custody", copy_of_sealed, "--to", "B", "--purpose", "p", "--key", "k.pem")
    done = run(*give, ECHOFORENSICS_PASSPHRASE="secret")
    assert (done.returncode, artefact.name in done.stderr) == (1, True)


@pytest.mark.parametrize("ending", ["txt", "html"])
def test_the_form_carries_the_head(run: Run, case: Path, tmp_path: Path, ending: str) -> None:
    hostile = "<script>alert(1)</script>\u202eB"
    to = ("--to", hostile, "--purpose", "trial", "--key", "giver.pem")
    assert run("custody", case, *to, "--form", f"form.{ending}").returncode == 0
    form = (tmp_path / f"form.{ending}").read_text()
    for expected in (last_hash(case), "R-1", "trial", "Signature", "Received by"):
        assert expected in form
    assert "\u202e" not in form
    assert "\\u202e" in form
    assert ("<script" in form) == (ending == "txt")
    assert plain(hostile) in form or ending == "html"


def test_the_ledger_is_shown_to_people(run: Run, case: Path) -> None:
    shown = run("ledger", case)
    assert shown.returncode == 0, shown.stderr
    for expected in (
        "Examiner: A. Giver.", "Reference: R-1.", "was taken in from", "it is unchanged", "The case was sealed",
        "Signed with the key", "+09:00)", "clock", f"head {last_hash(case)}",
    ):  # fmt: skip
        assert expected in shown.stdout
    found = json.loads(run("ledger", case, "--json", "--timezone", "Europe/Berlin").stdout)
    assert found["ok"] is True
    assert [entry["line"] for entry in found["entries"]] == list(range(1, found["lines"] + 1))
    assert all(entry["words"] and entry["local_time"].endswith(("+01:00", "+02:00")) for entry in found["entries"])
    assert run("ledger", case / "custody.jsonl").stdout == shown.stdout


def test_a_broken_ledger_is_shown_as_far_as_it_goes(run: Run, case: Path) -> None:
    lines = (case / "custody.jsonl").read_bytes().splitlines(keepends=True)
    (case / "custody.jsonl").write_bytes(b"".join([*lines[:2], b"{}\n", *lines[3:]]))
    shown = run("ledger", case)
    assert shown.returncode == 1
    assert "   2  " in shown.stdout
    assert "BROKEN: line 3" in shown.stdout
    assert run("ledger", case.parent / "none").returncode == 2
