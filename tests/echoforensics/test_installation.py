from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from dataclasses import dataclass
from pathlib import Path

import pytest

import chain_of_custody
import echoforensics
import parsers

ROOT = Path(__file__).parents[2]
#: What is copied of each package: enough to import it, and one module beside.
_COPIED = (
    "echoforensics/__init__.py", "echoforensics/installation.py", "echoforensics/version.py",
    "parsers/__init__.py", "parsers/times.py", "parsers/formats/__init__.py",
    "chain_of_custody/__init__.py", "chain_of_custody/digest.py",
)  # fmt: skip
_FOREIGN = {"parsers/__init__.py": '"""Of another project."""\n', "parsers/times.py": "def other(): ...\n"}


@dataclass
class Site:
    """A site-packages folder in which distributions are installed as pip does it."""

    folder: Path

    def install(self, name: str, version: str, files: dict[str, str], *, url: str = "") -> None:
        metadata = f"{name.replace('-', '_')}-{version}.dist-info"
        lines = []
        if url:
            files = {**files, f"{metadata}/direct_url.json": json.dumps({"url": url})}
        for path, text in {**files, f"{metadata}/METADATA": f"Name: {name}\nVersion: {version}\n"}.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_text(text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            lines.append(f"{path},sha256={digest},{len(text.encode())}")
        lines += [f"{metadata}/RECORD,,", "parsers/__pycache__/__init__.cpython-311.pyc,,"]
        (self.folder / metadata / "RECORD").write_text("\n".join(lines) + "\n")

    def uninstall(self, name: str, version: str) -> None:
        metadata = self.folder / f"{name.replace('-', '_')}-{version}.dist-info"
        for line in (metadata / "RECORD").read_text().splitlines():
            (self.folder / line.split(",")[0]).unlink(missing_ok=True)
        shutil.rmtree(metadata)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A site-packages folder with echoforensics in it."""
    made = Site(tmp_path / "site-packages")
    url = "file:///downloads/echoforensics%20wheel.whl"
    made.install("echoforensics", echoforensics.__version__, _sources(), url=url)
    return made


def _sources() -> dict[str, str]:
    return {path: (ROOT / path).read_text() for path in _COPIED}


def _import(*path: Path) -> str:
    """Import it with these folders on the path; gives the last line of what went wrong."""
    code = f"import sys; sys.path[:0] = {[str(folder) for folder in path]!r}; import echoforensics"
    done = subprocess.run(
        # Isolated, and without the site-packages of the Python that runs the tests.
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False, cwd=path[0]
    )  # fmt: skip
    assert (done.returncode == 0) == (done.stderr == ""), done.stderr
    return done.stderr.splitlines()[-1] if done.stderr else ""


def test_a_whole_installation_is_accepted(site: Site) -> None:
    assert _import(site.folder) == ""


def test_files_beside_ours_that_hide_none_are_accepted(site: Site) -> None:
    site.install("neighbour", "2", {"parsers/more.py": "", "parsers/more/__init__.py": "", "parsers/notes.txt": ""})

    assert _import(site.folder) == ""


def test_a_checkout_is_accepted(tmp_path: Path) -> None:
    for path, text in _sources().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)

    assert _import(tmp_path) == ""


def test_a_distribution_that_has_overwritten_a_package_is_named(site: Site) -> None:
    site.install("other-tool", "1.0", _FOREIGN)

    shown = _import(site.folder)

    assert shown.startswith(f"ImportError: echoforensics needs its own files in {site.folder}, but other-tool 1.0 has")
    assert "parsers/__init__.py, parsers/times.py" in shown
    assert "-m pip uninstall other-tool. Then run: " in shown
    assert shown.endswith("-m pip install --force-reinstall --no-deps '/downloads/echoforensics wheel.whl'")


def _small_distribution() -> dict[str, str]:
    return {path: text for path, text in _sources().items() if path.startswith("chain_of_custody/")}


def test_the_small_distribution_is_accepted_at_the_same_version(site: Site) -> None:
    site.install("echoforensics-custody", echoforensics.__version__, _small_distribution())

    assert _import(site.folder) == ""


def test_the_small_distribution_is_named_at_another_version(site: Site) -> None:
    files, name = _small_distribution(), "chain_of_custody/__init__.py"
    other = files[name].replace(f'__version__ = "{echoforensics.__version__}"', '__version__ = "9.9.9"')
    assert len(other) == len(files[name])
    site.install("echoforensics-custody", "9.9.9", {**files, name: other})

    shown = _import(site.folder)

    assert "echoforensics-custody 9.9.9 has overwritten chain_of_custody/__init__.py" in shown
    assert "-m pip uninstall echoforensics-custody. Then run: " in shown


def test_after_the_other_is_removed_the_missing_files_are_named(site: Site) -> None:
    site.install("other-tool", "1.0", _FOREIGN)
    site.uninstall("other-tool", "1.0")

    shown = _import(site.folder)

    assert "these are missing or changed: parsers/__init__.py, parsers/times.py." in shown
    assert "pip install --force-reinstall" in shown
    assert "uninstall" not in shown


def test_installed_again_it_is_accepted(site: Site) -> None:
    site.install("other-tool", "1.0", _FOREIGN)
    site.uninstall("other-tool", "1.0")
    site.install("echoforensics", echoforensics.__version__, _sources())

    assert _import(site.folder) == ""


@pytest.mark.parametrize("path", ["parsers/times.py", "parsers/times/__init__.py"])
def test_one_module_overwritten_or_hidden_is_named(site: Site, path: str) -> None:
    site.install("other-tool", "1.0", {path: "def other(): ...\n"})

    shown = _import(site.folder)

    assert "other-tool 1.0 has overwritten parsers/times" in shown


def test_an_extension_module_that_hides_one_of_ours_is_named(site: Site) -> None:
    (site.folder / "parsers/times.abi3.so").write_bytes(b"\x7fELF")

    assert "missing or changed: parsers/times.abi3.so" in _import(site.folder)


@pytest.mark.parametrize("package", ["parsers", "chain_of_custody"])
def test_a_missing_package_is_named(site: Site, package: str) -> None:
    shutil.rmtree(site.folder / package)

    assert f"missing or changed: {package}/__init__.py, {package}/" in _import(site.folder)


@pytest.mark.parametrize("package", ["parsers", "chain_of_custody"])
def test_a_stranger_first_on_the_path_is_named(site: Site, tmp_path: Path, package: str) -> None:
    stranger = tmp_path / "work" / package
    stranger.mkdir(parents=True)
    (stranger / "__init__.py").write_text("raise SystemExit('a stranger was run')\n")

    shown = _import(stranger.parent, site.folder)

    assert f"its own package {package!r} in {site.folder}, but {stranger} comes first on the path." in shown
    assert shown.endswith("Remove or rename that folder.")


def test_a_stranger_first_on_the_path_that_is_installed_is_named(site: Site, tmp_path: Path) -> None:
    other = Site(tmp_path / "user-site")
    other.install("other-tool", "1.0", _FOREIGN)

    shown = _import(other.folder, site.folder)

    assert "It belongs to other-tool 1.0. Run: " in shown
    assert shown.endswith("-m pip uninstall other-tool.")


def test_a_stranger_that_is_installed_as_editable_is_named(site: Site, tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    (checkout / "parsers").mkdir(parents=True)
    (checkout / "parsers/__init__.py").write_text("")
    site.install("other-tool", "1.0", {"other_tool-1.0.dist-info/top_level.txt": "parsers\n"})

    assert "It belongs to other-tool 1.0." in _import(checkout, site.folder)


@pytest.mark.parametrize("text", ["", '__distribution__ = "echoforensics"\n__version__ = "0.0.1"\n'])
def test_without_a_record_the_packages_speak_for_themselves(site: Site, text: str) -> None:
    (site.folder / f"echoforensics-{echoforensics.__version__}.dist-info/RECORD").unlink()
    (site.folder / "parsers/__init__.py").write_text(text)

    assert "missing or changed: parsers/__init__.py." in _import(site.folder)


def test_a_checkout_is_to_be_restored_not_reinstalled(tmp_path: Path) -> None:
    for path, text in _sources().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    (tmp_path / "parsers/__init__.py").unlink()

    assert _import(tmp_path).endswith("restore the checkout.")


def test_a_malformed_record_is_passed_over(site: Site) -> None:
    record = site.folder / f"echoforensics-{echoforensics.__version__}.dist-info/RECORD"
    record.write_text("parsers/__init__.py\n,,\n\nparsers/absent.py,sha256=x,many\n")

    assert _import(site.folder) == ""


def test_every_package_declares_the_version_that_is_released() -> None:
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg")

    assert setup["metadata"]["version"] == "attr: echoforensics.version.__version__"
    assert {parsers.__version__, chain_of_custody.__version__} == {echoforensics.__version__}
    assert re.fullmatch(r"\d+\.\d+\.\d+", echoforensics.__version__)


def test_every_public_name_of_the_chain_of_custody_is_there() -> None:
    for name in chain_of_custody.__all__:
        assert getattr(chain_of_custody, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'absent'"):
        _ = chain_of_custody.absent
