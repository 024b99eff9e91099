"""What is encrypted on its way: age of others opens it, and nothing is in the clear beside it."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyrage
import pytest

from echoforensics.bundle import encryption, write
from echoforensics.errors import UsageError
from tests.handed_over import HandedOver, bundle, payload


@pytest.fixture
def receivers(tmp_path: Path) -> dict[str, Path]:
    """Files with secret keys, by the public keys."""
    folder = tmp_path / "keys"
    folder.mkdir()
    found = {}
    for name in ("one", "two"):
        identity = pyrage.x25519.Identity.generate()
        (folder / name).write_text(f"{identity}\n")
        found[str(identity.to_public())] = folder / name
    return found


def decrypted(age: Callable[..., str], path: Path, key: Path, target: Path) -> Path:
    age("age", "--decrypt", "--identity", key, "--output", target, path)
    return target


def test_age_opens_it_for_each_receiver(
    handed_over: HandedOver, own_case: Path, tmp_path: Path, receivers: dict[str, Path],
    run_program: Callable[..., str], unpack: Callable[[Path], Path],
) -> None:  # fmt: skip
    made = bundle(
        own_case, tmp_path / "out.zip.age", handed_over.key, head=handed_over.whole.head, encrypt_to=tuple(receivers)
    )
    assert made.path.read_bytes().startswith(b"age-encryption.org/v1\n")
    opened = [decrypted(run_program, made.path, key, tmp_path / f"{key.name}.zip") for key in receivers.values()]
    assert opened[0].read_bytes() == opened[1].read_bytes()
    folder = unpack(opened[0])
    assert folder.name == "out"
    assert payload(folder) == payload(handed_over.whole.path)
    assert made.seal_sha256 == handed_over.whole.seal_sha256


def test_another_key_does_not_open_it(
    handed_over: HandedOver, own_case: Path, tmp_path: Path, receivers: dict[str, Path]
) -> None:
    (first, _), (_, other) = receivers.items()
    made = bundle(own_case, tmp_path / "out.zip.age", handed_over.key, encrypt_to=(first,))
    identity = pyrage.x25519.Identity.from_str(other.read_text().strip())
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(made.path.read_bytes(), [identity])


def test_a_key_of_ssh_opens_it(
    handed_over: HandedOver, own_case: Path, tmp_path: Path, run_program: Callable[..., str]
) -> None:
    run_program("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "a receiver", "-f", tmp_path / "ssh")
    public = (tmp_path / "ssh.pub").read_text()
    made = bundle(own_case, tmp_path / "out.zip.age", handed_over.key, encrypt_to=(public,))
    assert decrypted(run_program, made.path, tmp_path / "ssh", tmp_path / "out.zip").read_bytes()[:2] == b"PK"


@pytest.mark.parametrize("text", ["age1", "ssh-rsa AAAA", "ssh-ed25519", "", "AGE-SECRET-KEY-1"])
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is not a public key of a receiver"):
        encryption.recipients_of([text])


def test_nothing_lies_in_the_clear_beside_the_output(
    handed_over: HandedOver, own_case: Path, tmp_path: Path, receivers: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[set[str]] = []

    def look(source: Path, target: Path, recipients: list[object]) -> None:
        seen.append({path.name for path in (tmp_path / "out").rglob("*")})
        # It is beside the case, where all of it is in the clear anyway.
        assert source.is_relative_to(own_case.parent.resolve())
        encryption.encrypt(source, target, recipients)

    monkeypatch.setattr(write, "encrypt", look)
    (tmp_path / "out").mkdir()
    made = bundle(own_case, tmp_path / "out/out.zip.age", handed_over.key, encrypt_to=tuple(receivers))
    ((hidden,),) = seen
    assert hidden.startswith(".echoforensics-")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["out.zip.age", "out.zip.tsq"]
    assert made.path.is_file()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_it_is_streamed(tmp_path: Path, receivers: dict[str, Path], run_program: Callable[..., str]) -> None:
    size = 64 << 20
    source, target = tmp_path / "large", tmp_path / "large.age"
    with source.open("wb") as stream:
        stream.truncate(size)
    program = """
import resource, sys
from pathlib import Path
from echoforensics.bundle.encryption import encrypt, recipients_of
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
encrypt(Path(sys.argv[1]), Path(sys.argv[2]), recipients_of(sys.argv[3:]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, source, target, next(iter(receivers))],
        cwd=Path(__file__).parents[3], capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert int(done.stdout) < 16 << 10  # kilobytes
    key = next(iter(receivers.values()))
    opened = decrypted(run_program, target, key, tmp_path / "opened")
    with source.open("rb") as one, opened.open("rb") as two:
        assert hashlib.file_digest(one, "sha256").digest() == hashlib.file_digest(two, "sha256").digest()
