"""What a stranger checks a bundle with: a shell, coreutils and openssl, as ``verify.sh`` and ``VERIFY.txt`` say."""

from __future__ import annotations

import hashlib
import os
import random
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from chain_of_custody import SigningKey
from chain_of_custody.folder_check import check_sealed
from chain_of_custody.sealed_list import SEAL_NAME, write_seal
from chain_of_custody.timestamp import TimestampRequest
from chain_of_custody.verify_script import write_verification
from tests.sealed_bundles import LEDGER, SOUND, TIMELINE, attacks, make_bundle, rebuild_manifests
from tests.time_authority import TimeAuthority

#: All that the script may run. Everything but openssl is of GNU coreutils.
TOOLS = (
    "base64", "cat", "comm", "cut", "dirname", "mktemp", "openssl", "paste", "rm", "sha256sum", "sort", "tr", "wc",
)  # fmt: skip
missing = [tool for tool in TOOLS if shutil.which(tool) is None]
pytestmark = pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")
SHELLS = [name for name in ("dash", "bash") if shutil.which(name)]
Script = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tools")
    for tool in TOOLS:
        (folder / tool).symlink_to(str(shutil.which(tool)))
    return folder


@pytest.fixture(params=SHELLS)
def script(request: pytest.FixtureRequest, tools: Path) -> Script:
    shell = shutil.which(request.param)

    def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
        command = [str(shell), str(folder / "verify.sh"), *options]
        # An environment with nothing in it but where the tools are.
        return subprocess.run(command, env={"PATH": str(tools)}, capture_output=True, text=True, check=False)

    return run


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, key: SigningKey) -> Path:
    return make_bundle(tmp_path_factory.mktemp("made") / "bundle", key)


@pytest.fixture
def bundle(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "a bundle"))


def test_a_bundle_is_verified_with_coreutils_and_openssl_alone(script: Script, bundle: Path, key: SigningKey) -> None:
    result = check_sealed(bundle)
    head, fingerprint = result.head, key.public.fingerprint
    for options in ((), ("-k", fingerprint.upper()), ("-k", fingerprint, "-e", head, str(bundle))):
        done = script(bundle, *options)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        assert "FAIL" not in done.stdout
        assert done.stdout.endswith("\nVerified: the list, its signature, every file and the ledger.\n")
        assert f"the ledger has 4 lines, each signed and following from the line before; head {head}" in done.stdout
    assert "compare that fingerprint" in script(bundle).stdout
    assert script(bundle, "-k", "00" * 32).returncode == 1
    assert script(bundle, "-e", "00" * 32).returncode == 1
    assert script(bundle, "-x").returncode == 2
    assert not list(bundle.glob("**/payload"))


def test_a_part_a_report_and_unsigned_ones(script: Script, key: SigningKey, tmp_path: Path) -> None:
    done = script(make_bundle(tmp_path / "part", key, part=True))
    assert done.returncode == 0, done.stdout
    assert "1 of them are given as hashes only" in done.stdout
    done = script(make_bundle(tmp_path / "unsigned", None))
    assert done.returncode == 0, done.stdout
    assert "THE LIST IS UNSIGNED" in done.stdout
    assert done.stdout.endswith("\nWhole, but UNSIGNED.\n")
    assert script(tmp_path / "unsigned", "-k", "00" * 32).returncode == 1
    done = script(make_bundle(tmp_path / "half", None, ledger_key=key))
    assert f"the ledger is signed by the key {key.public.fingerprint}" in done.stdout
    assert "each signed and following" in done.stdout
    assert done.stdout.endswith("\nWhole, but UNSIGNED.\n")
    report = tmp_path / "report"
    report.mkdir()
    (report / "index.html").write_text("<p>")
    write_verification(report, kind="report", public=key.public, ledger=(3, "ab" * 32))
    write_seal(report, key, "report", {"ledger": {"head": "ab" * 32, "length": 3}})
    done = script(report, "-e", "ab" * 32)
    assert done.returncode == 0, done.stdout
    assert "each of the 4 files of this report is as the list has it" in done.stdout
    assert done.stdout.endswith("\nVerified: the list, its signature and every file.\n")
    assert script(report, "-e", "cd" * 32).returncode == 1


@pytest.mark.parametrize("name", attacks())
def test_every_attack_fails(script: Script, bundle: Path, name: str) -> None:
    attacks()[name].change(bundle)
    rebuild_manifests(bundle)
    done = script(bundle)
    assert done.returncode == 1, done.stdout
    assert done.stdout.endswith("\nVERIFICATION FAILED\n")


def test_a_bit_changed_anywhere_fails(script: Script, bundle: Path) -> None:
    chance = random.Random(7)
    paths = sorted(path for path in bundle.rglob("*") if path.is_file() and path.name != "verify.sh")
    for path in [bundle / SEAL_NAME, *chance.sample(paths, 5)]:
        content = path.read_bytes()
        at, bit = chance.randrange(len(content)), 1 << chance.randrange(8)
        path.write_bytes(content[:at] + bytes([content[at] ^ bit]) + content[at + 1 :])
        assert script(bundle).returncode == 1, f"{path}: byte {at}, bit {bit}"
        path.write_bytes(content)
    assert script(bundle).returncode == 0


def test_links_pipes_folders_and_odd_names_fail(script: Script, bundle: Path, tmp_path: Path) -> None:
    (bundle / SOUND).rename(tmp_path / "elsewhere")
    (bundle / SOUND).symlink_to(tmp_path / "elsewhere")
    os.mkfifo(bundle / "data" / "pipe")
    (bundle / "nothing").mkdir()
    (bundle / "README.txt\nREADME.txt").write_bytes(b"")
    (bundle / ".hidden").write_bytes(b"")
    (bundle / "a\x1b[2Jb").write_bytes(b"")
    done = script(bundle)
    assert done.returncode == 1
    for words in (f"{SOUND} (a link)", "data/pipe (a pipe", "nothing (an empty folder", ".hidden", "README.txt"):
        assert f"\n{words}" in done.stdout
    assert "\x1b" not in done.stdout
    (bundle / SEAL_NAME).unlink()
    assert script(bundle).returncode == 1


def test_what_is_signed_with_another_key_fails_by_its_fingerprint(
    script: Script, key: SigningKey, other_key: SigningKey, tmp_path: Path
) -> None:
    forged = make_bundle(tmp_path / "forged", other_key)
    assert script(forged).returncode == 0
    done = script(forged, "-k", key.public.fingerprint)
    assert done.returncode == 1
    assert "somebody else sealed this" in done.stdout
    mixed = make_bundle(tmp_path / "mixed", other_key, ledger_key=key)
    assert script(mixed).returncode == 1


def test_timestamps_beside_it(script: Script, bundle: Path, time_authority: TimeAuthority, tmp_path: Path) -> None:
    digest = hashlib.sha256((bundle / SEAL_NAME).read_bytes()).digest()
    (tmp_path / "a bundle.tsr").write_bytes(time_authority.answer(TimestampRequest(digest).der))
    root = str(time_authority.root)
    assert "a timestamp over the signed list holds" in script(bundle, "-c", root).stdout
    assert script(bundle, "-c", root).returncode == 0
    done = script(bundle)
    assert (done.returncode, done.stdout.splitlines()[-1][:12]) == (1, "NOT VERIFIED")
    assert script(bundle, "-n").returncode == 0
    (tmp_path / "a bundle.2.tsr").write_bytes(time_authority.answer(TimestampRequest(bytes(32)).der))
    assert "a bundle.2.tsr: it is no timestamp over this signed list" in script(bundle, "-c", root).stdout
    (tmp_path / "a bundle.2.tsr").unlink()
    (tmp_path / "a bundle.tsr").rename(tmp_path / "a bundle.zip.tsr")
    (tmp_path / "a bundle.zip.other.tsr").write_bytes(b"")
    assert "a bundle.zip.tsr: a timestamp over the signed list holds" in script(bundle, "-c", root).stdout
    assert script(bundle, "-c", root).returncode == 0


def steps(bundle: Path) -> list[str]:
    """The commands of ``VERIFY.txt``, those of each step together."""
    part = (bundle / "VERIFY.txt").read_text().split("BY HAND\n")[1].split("WITH A PROGRAM")[0]
    found = re.split(r"^\d+\. ", part, flags=re.MULTILINE)[1:]
    return ["\n".join(line[4:] for line in step.splitlines() if line.startswith("    ")) for step in found]


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_the_steps_by_hand(bundle: Path, key: SigningKey, time_authority: TimeAuthority, tmp_path: Path) -> None:
    digest = hashlib.sha256((bundle / SEAL_NAME).read_bytes()).digest()
    (tmp_path / "NAME.tsr").write_bytes(time_authority.answer(TimestampRequest(digest).der))
    shutil.copy(time_authority.root, tmp_path / "CA.pem")

    def by_hand() -> list[str]:
        answers = []
        for at, step in enumerate(commands := steps(bundle)):
            text = "\n".join([*commands[1:2], step.replace("CAfile CA.pem", "CAfile ../CA.pem")])
            done = subprocess.run(["bash", "-c", text], cwd=bundle, capture_output=True, text=True, check=False)
            answers.append(done.stdout + (done.stderr if at == 3 else ""))
        return answers

    fingerprint, _, signature, files, others, bag, ledger, stamp = by_hand()
    assert fingerprint.split()[0] == key.public.fingerprint
    assert signature == "Verified OK\n"
    assert (files, bag) == ("", "")
    first, second = map(int, others.split())
    assert second == first + 2 == sum(path.is_file() for path in bundle.rglob("*"))
    lines = ledger.split()
    assert lines[1:4] == lines[4:7]
    assert lines[-1] in (bundle / "VERIFY.txt").read_text()
    assert "Time stamp:" in stamp
    (bundle / TIMELINE).write_bytes(b"{}\n")
    (bundle / LEDGER).unlink()
    answers = by_hand()
    assert f"{TIMELINE}: FAILED" in answers[3]
    assert f"{LEDGER}: FAILED open or read" in answers[3]
