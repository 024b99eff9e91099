"""The wheel of a release in an empty environment: the demo, the selftest, and a file that was altered afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from echoforensics.version import __version__

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def environment(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment in which the wheel alone is installed; what it needs is seen from this one."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    wheel = released / "dist" / f"echoforensics-{__version__}-py3-none-any.whl"
    python = folder / "bin" / "python"
    installing = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*installing, str(wheel)], check=True)
    # A path in a .pth file adds the packages there, and not what their own .pth files add, such as a checkout.
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "needed.pth").write_text(f"{sysconfig.get_path('purelib')}\n{sysconfig.get_path('platlib')}\n")
    return folder


@pytest.fixture
def installed(environment: Path, tmp_path: Path) -> Run:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        return subprocess.run(
            [str(environment / "bin" / "echoforensics"), *arguments], cwd=tmp_path, stdin=subprocess.DEVNULL,
            env={**inherited, "HOME": str(tmp_path)}, capture_output=True, text=True, check=False,
        )  # fmt: skip

    return run


def test_the_demo_runs_from_the_installed_wheel(installed: Run, tmp_path: Path) -> None:
    done = installed("demo", "made")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "made" / "report" / "index.html").is_file()
    assert installed("--version").stdout == f"echoforensics, version {__version__}\n"


def test_selftest_compares_the_installed_files_and_names_one_that_was_altered(
    installed: Run, environment: Path, tmp_path: Path
) -> None:
    done = installed("selftest", "-o", "result.json", "--unsigned", "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["areas"][0] == {"area": "installation", "passed": 1, "asked": 1}
    assert result["package"]["folder"].startswith(str(environment.resolve()))
    assert result["package"]["recorded_by_installer"] is True
    assert "not installed" not in result["dependencies"].values()
    assert result["dependencies"]["plaso"]

    (altered,) = environment.glob("lib/python*/site-packages/echoforensics/report/assets/page.html")
    kept = altered.read_bytes()
    altered.write_bytes(kept + b"\n")
    failed = installed("selftest")
    altered.write_bytes(kept)
    assert failed.returncode == 1
    assert "FAIL  installation             0 of 1" in failed.stdout
    assert "echoforensics/report/assets/page.html: expected " in failed.stdout
    assert failed.stdout.endswith("FAILED: 1 answer differed.\n")
