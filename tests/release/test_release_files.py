"""The files of a release: made of a commit, the same bytes each time, signed, and checked as their instructions say."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import lzma
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from echoforensics.version import __version__
from tests.conftest import WHOLE_SERIES

ROOT = Path(__file__).resolve().parents[2]
NAME = f"echoforensics-{__version__}"
#: Tests that need little, and between them packages, benchmarks, documentation and fixtures. For endurance: all.
FEW = ("tests/test_docstrings.py", "tests/chain_of_custody/test_custody_envelope.py",
       "tests/parsers/formats/audio/wav/test_wav.py", "tests/benchmarks/test_made_report.py")  # fmt: skip


def test_every_file_is_there_and_checked_as_the_instructions_say(released: Path) -> None:
    dist = released / "dist"
    assert sorted(path.name for path in dist.iterdir()) == [
        "RELEASE.md", "SHA256SUMS", "SHA256SUMS.sig", f"{NAME}-py3-none-any.whl", f"{NAME}-validation.tar.gz",
        f"{NAME}.cdx.json", f"{NAME}.tar.gz", f"echoforensics_custody-{__version__}-py3-none-any.whl",
        "release-key.pem",
    ]  # fmt: skip
    text = (dist / "RELEASE.md").read_text()
    for path in dist.iterdir():
        assert path.name in text or path.name == "RELEASE.md"
    commands = re.findall(r"^    (.+)$", text, re.MULTILINE)
    assert len(commands) == 3
    for command in commands:
        done = subprocess.run(["sh", "-c", command], cwd=dist, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
    listed = (dist / "SHA256SUMS").read_text()
    assert listed.count("\n") == 6


def test_an_altered_list_or_file_does_not_pass(released: Path, tmp_path: Path) -> None:
    for name in ("SHA256SUMS", "SHA256SUMS.sig", "release-key.pem", "RELEASE.md"):
        (tmp_path / name).write_bytes((released / "dist" / name).read_bytes())
    verify = "openssl dgst -sha256 -verify release-key.pem -signature SHA256SUMS.sig SHA256SUMS"
    assert subprocess.run(verify.split(), cwd=tmp_path, capture_output=True, check=False).returncode == 0
    with (tmp_path / "SHA256SUMS").open("a") as stream:
        stream.write("\n")
    assert subprocess.run(verify.split(), cwd=tmp_path, capture_output=True, check=False).returncode == 1


def test_the_same_commit_gives_the_same_bytes(
    released: Path, tmp_path: Path, checkout: Callable[[Path], Path], release_of: Callable[..., object]
) -> None:
    again = checkout(tmp_path / "elsewhere")
    for path in again.rglob("*.py"):
        os.utime(path, (0, 0))
    program = [sys.executable, "-c", _BUILD, str(again), str(tmp_path / "out")]
    subprocess.run(program, check=True, capture_output=True, umask=0o077)
    made = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (tmp_path / "out").iterdir()}
    assert len(made) == 3
    assert made == {name: hashlib.sha256((released / "dist" / name).read_bytes()).hexdigest() for name in made}


_BUILD = """
import os, sys
from pathlib import Path
root, output = map(Path, sys.argv[1:])
sys.path.insert(0, str(root / ".ci" / "release"))
from distribution_files import build, commit_time, write_commit
os.environ["SOURCE_DATE_EPOCH"] = str(commit_time(root, "HEAD"))
output.mkdir()
build(write_commit(root, "HEAD", output.parent / "source"), output)
"""


def test_what_is_not_committed_or_would_be_overwritten_stops_it(
    tmp_path: Path, released: Path, release_of: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    full = release_of(released / "repository", "--unsigned", released / "dist")
    assert full.returncode == 1
    assert "is not empty" in full.stderr
    repository = tmp_path / "changed"
    subprocess.run(["git", "clone", "-q", str(released / "repository"), str(repository)], check=True)
    (repository / "new.py").write_text("")
    changed = release_of(repository, "--unsigned", tmp_path / "dist")
    assert changed.returncode == 1
    assert "not everything is committed" in changed.stderr
    assert not (tmp_path / "dist").exists()


def test_the_bill_names_every_component_of_the_wheel(released: Path) -> None:
    text = (released / "dist" / f"{NAME}.cdx.json").read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    bill = json.loads(text)
    assert (bill["metadata"]["component"]["name"], bill["metadata"]["component"]["version"]) == (
        "echoforensics",
        __version__,
    )
    scopes: dict[str, str] = {canonicalize_name(each["name"]): each["scope"] for each in bill["components"]}
    with zipfile.ZipFile(released / "dist" / f"{NAME}-py3-none-any.whl") as wheel:
        metadata = wheel.read(f"{NAME}.dist-info/METADATA").decode()
    wanted = [Requirement(line) for line in re.findall(r"^Requires-Dist: (.+)$", metadata, re.MULTILINE)]
    for requirement in wanted:
        name = canonicalize_name(requirement.name)
        if requirement.marker is None:
            assert scopes[name] == "required"
        elif requirement.marker.evaluate({"extra": "review"}):
            assert name in scopes
    assert scopes["starlette"] == "optional"
    assert "pytest" not in scopes
    assert all(each["externalReferences"][0]["hashes"] for each in bill["components"])
    assert all(each.get("licenses") for each in bill["components"] if each["scope"] == "required")
    references = {each["bom-ref"] for each in bill["components"]}
    for edge in bill["dependencies"]:
        assert set(edge["dependsOn"]) <= references


def test_tests_run_from_the_unpacked_source_distribution(released: Path, tmp_path: Path) -> None:
    with tarfile.open(released / "dist" / f"{NAME}.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    unpacked = tmp_path / NAME
    kept = subprocess.run(["git", "ls-files"], cwd=released / "repository", capture_output=True, text=True, check=True)
    assert [name for name in kept.stdout.splitlines() if not (unpacked / name).exists()] == []
    tests = ("tests", "--ignore=tests/release") if WHOLE_SERIES else FEW
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *tests],
        cwd=unpacked, env={**os.environ, "PYTHONPATH": str(unpacked)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr


def test_the_validation_pack_states_inputs_that_are_in_it(released: Path) -> None:
    with tarfile.open(released / "dist" / f"{NAME}-validation.tar.gz") as archive:
        files = {
            member.name.partition("/")[2]: stream.read()
            for member in archive.getmembers()
            if (stream := archive.extractfile(member))
        }
    sums = {line[66:]: line[:64] for line in files["SHA256SUMS"].decode().splitlines()}
    assert sums == {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != "SHA256SUMS"
    }
    assert {"VALIDATION.md", "error-rates.md", "limits/bounds.md", "limits/artefacts/README.md"} < set(files)
    cases = list(csv.DictReader(io.StringIO(files["test-cases.csv"].decode())))
    assert len(cases) > 230
    assert len({case["case"] for case in cases}) == len(cases)
    held: dict[str, dict[str, bytes]] = {}
    for case in cases:
        place, _, member = case["input"].partition(", ")
        if not place.startswith("truth/"):
            continue
        content = files[place]
        if member:
            if place not in held:
                held[place] = _members(content)
            content = held[place][member]
        assert hashlib.sha256(content).hexdigest() == case["sha256 of the input"]
        assert case["requirement"] in files["VALIDATION.md"].decode()
        assert case["outcome"] == case["by"] == case["date"] == ""
    assert (
        "| planted recordings that were given back byte for byte | 84 of 84 | 100.00% (95.6"
        in files["error-rates.md"].decode()
    )


def _members(content: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(lzma.decompress(content))) as archive:
        return {
            member.name: stream.read() for member in archive.getmembers() if (stream := archive.extractfile(member))
        }


@pytest.mark.parametrize("package", ["parsers", "chain_of_custody"])
def test_the_version_has_one_source(package: str) -> None:
    declared = re.search(r'^__version__ = "(.+)"$', (ROOT / package / "__init__.py").read_text(), re.MULTILINE)
    assert declared
    assert declared[1] == __version__, "write all of them with: python .ci/set_version.py VERSION"
    assert "version = attr: echoforensics.version.__version__\n" in (ROOT / "setup.cfg").read_text()
