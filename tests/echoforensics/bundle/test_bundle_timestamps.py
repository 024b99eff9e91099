"""Timestamps beside a bundle: asked for, fetched, attached, and refused where they are of something else."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from chain_of_custody.folder_check import check_sealed
from chain_of_custody.ledger import read
from chain_of_custody.sealed_list import SEAL_NAME
from chain_of_custody.timestamp import TimestampRequest
from echoforensics.bundle.stamps import attach_token, request_path, tokens_of
from echoforensics.errors import UsageError
from tests.handed_over import HandedOver, bundle
from tests.time_authority import TimeAuthority


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def folder(handed_over: HandedOver, tmp_path: Path) -> Path:
    """A copy of the whole bundle, with its request beside it."""
    copy = tmp_path / "a bundle [1]"
    shutil.copytree(handed_over.whole.path, copy)
    shutil.copyfile(f"{handed_over.whole.path}.tsq", f"{copy}.tsq")
    return copy


def stamped(bundle: Path) -> bytes:
    return hashlib.sha256((bundle / SEAL_NAME).read_bytes()).digest()


def times(path: Path, authority: TimeAuthority) -> list[bool]:
    found = check_sealed(path, ca_files=[authority.root])
    return [check.ok for check in found.checks.checks if check.name.startswith("timestamp")]


def test_a_request_lies_beside_the_bundle(folder: Path, run_program: Callable[..., str]) -> None:
    request = TimestampRequest.from_der(Path(f"{folder}.tsq").read_bytes())
    assert request.sha256 == stamped(folder)
    text = run_program("openssl", "ts", "-query", "-in", f"{folder}.tsq", "-text")
    assert "Hash Algorithm: sha256" in text


def test_several_authorities_are_asked(
    handed_over: HandedOver, own_case: Path, tmp_path: Path, time_authority: TimeAuthority
) -> None:
    made = bundle(
        own_case,
        tmp_path / "b",
        handed_over.key,
        timestamps=(time_authority.url, "http://127.0.0.1:9/", time_authority.url),
    )
    assert [path.name for path in tokens_of(made.path)] == ["b.tsr", "b.2.tsr"]
    assert len(made.stamps) == 2
    (failure,) = made.failures
    assert failure.startswith("http://127.0.0.1:9/: ")
    for path in tokens_of(made.path):
        assert time_authority.openssl_verifies(path.read_bytes(), stamped(made.path))
    assert times(made.path, time_authority) == [True, True]
    recorded = list(read(own_case / "custody.jsonl"))[-1].detail["timestamps"]
    assert isinstance(recorded, list)
    assert [stamp["sha256"] for stamp in recorded] == [made.seal_sha256] * 2


def test_an_answer_is_attached_later(folder: Path, tmp_path: Path, time_authority: TimeAuthority) -> None:
    query = Path(f"{folder}.tsq").read_bytes()
    for number in range(3):
        (tmp_path / "answer").write_bytes(time_authority.answer(query))
        stamp, kept = attach_token(folder, tmp_path / "answer")
        assert kept.name == ("a bundle [1].tsr", "a bundle [1].2.tsr", "a bundle [1].3.tsr")[number]
        assert stamp.sha256 == stamped(folder)
        with pytest.raises(UsageError, match=r"lies beside .* already"):
            attach_token(folder, tmp_path / "answer")
    assert times(folder, time_authority) == [True] * 3


def test_an_answer_is_attached_to_a_zip_and_to_an_encrypted_zip(
    handed_over: HandedOver, own_case: Path, tmp_path: Path, time_authority: TimeAuthority
) -> None:
    receiver = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
    plain = bundle(own_case, tmp_path / "b.zip", handed_over.key)
    secret = bundle(own_case, tmp_path / "c.zip.age", handed_over.key, head=plain.head, encrypt_to=(receiver,))
    for path, token in ((plain.path, "b.zip.tsr"), (secret.path, "c.zip.tsr")):
        (tmp_path / "answer").write_bytes(time_authority.answer(request_path(path).read_bytes()))
        assert attach_token(path, tmp_path / "answer")[1] == tmp_path / token
    # What is decrypted is beside the timestamps of the encrypted file.
    shutil.copyfile(plain.path, tmp_path / "c.zip")
    assert times(plain.path, time_authority) == times(tmp_path / "c.zip", time_authority) == [True]
    (tmp_path / "answer").write_bytes(time_authority.answer(TimestampRequest(bytes(32)).der))
    with pytest.raises(UsageError, match=r"is a timestamp over [0-9a-f]{64}; the signed list"):
        attach_token(secret.path, tmp_path / "answer")


def test_what_is_of_something_else_is_refused(folder: Path, tmp_path: Path, time_authority: TimeAuthority) -> None:
    other = time_authority.answer(TimestampRequest(hashlib.sha256(b"another list").digest()).der)
    refused = {"is a timestamp over": other, "not a timestamp response": b"<html>", "longer than": bytes(1 << 20)}
    for what, content in refused.items():
        (tmp_path / "answer").write_bytes(content)
        with pytest.raises(UsageError, match=what):
            attach_token(folder, tmp_path / "answer")
    assert tokens_of(folder) == []


@pytest.mark.parametrize("name", ["nothing", "folder", "file", "file.zip", "file.age"])
def test_what_is_no_bundle_is_refused(tmp_path: Path, time_authority: TimeAuthority, name: str) -> None:
    (tmp_path / "folder").mkdir()
    for each in ("file", "file.zip", "file.age"):
        (tmp_path / each).write_bytes(b"PK\3\4")
    (tmp_path / "answer").write_bytes(time_authority.answer(TimestampRequest(bytes(32)).der))
    with pytest.raises(UsageError, match="not a bundle"):
        attach_token(tmp_path / name, tmp_path / "answer")


def test_an_altered_bundle_does_not_go_with_its_timestamp(
    folder: Path, tmp_path: Path, time_authority: TimeAuthority
) -> None:
    (tmp_path / "answer").write_bytes(time_authority.answer(Path(f"{folder}.tsq").read_bytes()))
    attach_token(folder, tmp_path / "answer")
    content = (folder / SEAL_NAME).read_bytes()
    (folder / SEAL_NAME).write_bytes(content.replace(b'"sig":"M', b'"sig":"N'))
    assert times(folder, time_authority) in ([], [False])
    assert not check_sealed(folder, ca_files=[time_authority.root]).ok
