"""The small distribution verifies a bundle in an environment where nothing else of ours is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from configparser import ConfigParser
from pathlib import Path

import pytest

from chain_of_custody import SigningKey, __version__
from tests.sealed_bundles import TIMELINE, make_bundle

ROOT = Path(__file__).parents[2]
MADE = Path("distributions/custody")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built in a copy: building leaves files in the folder it is built in."""
    pytest.importorskip("setuptools")
    folder = tmp_path_factory.mktemp("checkout")
    ignore = shutil.ignore_patterns("__pycache__", "build", "*.egg-info")
    shutil.copytree(ROOT / MADE, folder / MADE, ignore=ignore)
    shutil.copytree(ROOT / "chain_of_custody", folder / "chain_of_custody", ignore=ignore)
    command = [
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-index",
        "--no-build-isolation",
        "-w",
        str(folder),
        str(folder / MADE),
    ]
    subprocess.run([sys.executable, "-m", *command], check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the distribution, and with what it needs by a path."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    found = folder / "bin" / "python"
    command = ["pip", "--python", str(found), "install", "-q", "--no-deps", "--no-index", str(wheel)]
    subprocess.run([sys.executable, "-m", *command], check=True, capture_output=True)
    (site,) = folder.glob("lib/python*/site-packages")
    # Those of this environment, without what it has installed as editable.
    (site / "needed.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return found


def test_the_wheel_has_every_module_and_none_of_another(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    sources = (path for path in (ROOT / "chain_of_custody").rglob("*") if path.is_file())
    there = {path.relative_to(ROOT).as_posix() for path in sources if "__pycache__" not in path.parts}
    assert names == there
    assert "chain_of_custody/verify_script/assets/verify.sh" in names
    assert wheel.name.startswith(f"echoforensics_custody-{__version__}-")


def test_a_bundle_is_verified_with_it(python: Path, key: SigningKey, tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path / "bundle", key)
    module, script = [python, "-m", "chain_of_custody"], [python.with_name("echoforensics-custody")]

    def run(*command: object) -> tuple[int, str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        done = subprocess.run(
            [str(each) for each in command], capture_output=True, text=True, check=False, cwd=tmp_path, env=environment
        )
        return done.returncode, done.stdout + done.stderr

    for command in (module, script):
        code, output = run(*command, "verify", bundle)
        assert (code, output[-11:]) == (0, "\nVerified.\n")
    (bundle / TIMELINE).write_bytes(b"")
    assert run(*module, "verify", bundle)[0] == 1
    assert "No module named 'echoforensics'" in run(python, "-c", "import echoforensics")[1]


def test_it_asks_for_what_the_package_imports_and_no_more() -> None:
    ours, whole = ConfigParser(), ConfigParser()
    ours.read(ROOT / MADE / "setup.cfg")
    whole.read(ROOT / "setup.cfg")
    needed = set(ours["options"]["install_requires"].split())
    assert needed < set(whole["options"]["install_requires"].split())
    assert {line.partition(">")[0] for line in needed} == {"cryptography", "filelock", "pycryptodome", "rfc3161-client"}
    assert (ROOT / MADE / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()
