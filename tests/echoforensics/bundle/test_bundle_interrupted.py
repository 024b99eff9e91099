"""A bundle that is killed while it is written, or finds no room, leaves none; and the case is as good as before."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pyrage
import pytest

from chain_of_custody.folder_check import check_sealed
from chain_of_custody.keys import SigningKey
from echoforensics.verification import verify_case
from tests.handed_over import HandedOver, copy_case
from tests.killed_at_call import killing_program

ROOT = Path(__file__).parents[3]
PASSPHRASE = "a passphrase"
#: What is written, and what it is called.
FORMS = ("out", "out.zip", "out.zip.age")
#: The output is on a file system of its own that is too small; the case is not.
SCRIPT = """
set -e
mount -t tmpfs -o size="$1" none "$2"
shift
disk="$1"; shift
"$@" >"$disk.out" 2>&1 || echo $? >"$disk.code"
find "$disk" -mindepth 1 -maxdepth 1 -printf '%f\\n' >"$disk.left"
for name in "$disk"/*; do [ ! -e "$name" ] || cp -r "$name" "$disk.kept/"; done
"""
SIZES = (60, 200, 500, 900, 1300, 1700, 2100, 2500, 3500, 6000)


@pytest.fixture(scope="session")
def key_file(handed_over: HandedOver, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("key") / "examiner.pem"
    handed_over.key.save(path, PASSPHRASE)
    assert SigningKey.load(path, PASSPHRASE).public == handed_over.key.public
    return path


def arguments(case: Path, output: Path, key: Path, identity: pyrage.x25519.Identity) -> list[str]:
    secret = ["--encrypt-to", str(identity.to_public())] if output.suffix == ".age" else []
    return ["bundle", str(case), "-o", str(output), "--key", str(key), *secret]


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(home), "ECHOFORENSICS_PASSPHRASE": PASSPHRASE}


def killed_at(call: int, command: list[str], home: Path) -> int:
    """Run the command, and have it killed at the call of a function of this number. Gives 0; or how many there were."""
    program = [sys.executable, "-c", killing_program(), str(call), *command]
    done = subprocess.run(program, env=environment(home), capture_output=True, text=True, check=False)
    if done.returncode == -signal.SIGKILL:
        return 0
    assert done.returncode == 0, done.stderr
    return int(done.stdout.splitlines()[-1])


def is_whole(path: Path, identity: pyrage.x25519.Identity) -> bool:
    """Whether what has the name of a bundle is one; it must not have that name otherwise."""
    if path.suffix == ".age":
        opened = path.with_suffix("")
        opened.write_bytes(pyrage.decrypt(path.read_bytes(), [identity]))
        path = opened
    return check_sealed(path).ok


def test_killed_at_any_moment_leaves_no_half_of_a_bundle(
    handed_over: HandedOver, key_file: Path, tmp_path: Path, series: Callable[..., Iterable[int]]
) -> None:
    identity, calls = pyrage.x25519.Identity.generate(), 0
    left = []
    # For endurance: a hundred cases.
    for number in series(100, share=50):
        draw, place = random.Random(number), tmp_path / f"killed-{number}"
        place.mkdir()
        case, output = copy_case(handed_over.case, place / "case"), place / FORMS[number % len(FORMS)]
        command = arguments(case, output, key_file, identity)
        calls = calls or killed_at(0, arguments(case, place / "counted.zip", key_file, identity), tmp_path)
        ended = killed_at(draw.randrange(1, calls), command, tmp_path)
        assert verify_case(case, sources=False).ok
        left.append(output.exists())
        if output.exists():
            assert is_whole(output, identity), number
            shutil.rmtree(output) if output.is_dir() else output.unlink()
            for beside in place.glob("out*.tsq"):
                beside.unlink()
        assert not ended or left[-1]
        killed_at(0, command, tmp_path)
        assert is_whole(output, identity), number
        shutil.rmtree(place)
    assert not all(left)


def may_mount() -> bool:
    return bool(shutil.which("unshare")) and not subprocess.run(["unshare", "-Urm", "true"], check=False).returncode


@pytest.mark.skipif(not may_mount(), reason="this system does not let users mount (unshare -Urm)")
def test_a_full_disk_leaves_no_half_of_a_bundle(
    handed_over: HandedOver, key_file: Path, tmp_path: Path, series: Callable[..., Iterable[int]]
) -> None:
    identity, refused, written = pyrage.x25519.Identity.generate(), 0, 0
    for number in series(len(SIZES), share=3):
        form, disk = FORMS[number % len(FORMS)], tmp_path / f"disk-{number}"
        disk.mkdir()
        kept = Path(f"{disk}.kept")
        kept.mkdir()
        case = copy_case(handed_over.case, tmp_path / f"case-{number}")
        lines = (case / "custody.jsonl").read_bytes()
        command = [sys.executable, "-m", "echoforensics", *arguments(case, disk / form, key_file, identity)]
        script = ["unshare", "-Urm", "sh", "-c", SCRIPT, "sh", f"{SIZES[number]}k", str(disk), *command]
        subprocess.run(script, check=True, env=environment(tmp_path))
        assert verify_case(case, sources=False).ok
        code, names = Path(f"{disk}.code"), Path(f"{disk}.left").read_text().split()
        if not code.exists():
            assert is_whole(kept / form, identity)
            written += 1
            continue
        refused += 1
        assert code.read_text().strip() == "2"
        message = Path(f"{disk}.out").read_text().splitlines()[-1]
        # Of an encrypted one, the library that encrypts says it.
        assert "No space left on device" in message
        # Nothing is left but a whole bundle that lacks its request.
        assert names in ([], [form]), names
        assert not names or is_whole(kept / form, identity)
        assert (case / "custody.jsonl").read_bytes() == lines or not names
    assert refused
    assert written
