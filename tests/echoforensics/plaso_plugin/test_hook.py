"""The hook for plaso's own commands: off until it is installed, and gone when it is removed."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from echoforensics.errors import UsageError
from echoforensics.plaso_plugin import hook_file

ROOT = Path(__file__).parents[3]
OPTIONS = ("--unattended", "-q", "--status_view", "none", "--logfile", "plaso.log", "--parsers", "alexa")
#: What pip writes as the console script.
SCRIPT = "import sys\nfrom plaso.scripts.{tool} import Main\nif __name__ == '__main__':\n    sys.exit(Main())\n"

#: Workers begin again, as on Windows. plaso gives each eight seconds to begin; on a busy machine it may need more.
SPAWNING = """
    import multiprocessing
    from plaso.multi_process.engine import MultiProcessEngine
    MultiProcessEngine._RPC_SERVER_TIMEOUT, MultiProcessEngine._MAXIMUM_RPC_ERRORS = 3600.0, 100_000
    multiprocessing.set_start_method('spawn')
"""

Events = Callable[[Path], list[dict[str, Any]]]


@pytest.fixture
def own_python(tmp_path: Path) -> Path:
    """A Python with a site-packages of its own, that sees everything installed here.

    Each test has its own, so that a hook left in one is in no other's way.
    """
    folder = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin/python"
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    purelib = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
    (Path(purelib) / "a_first.pth").write_text(f"{sysconfig.get_path('purelib')}\n{ROOT}\n")
    return python


@pytest.fixture
def run(own_python: Path, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        done = subprocess.run(
            [own_python, *map(str, arguments)],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return done

    return run


def test_plain_log2timeline_sees_the_parser_while_the_hook_is_in(
    run: Callable[..., Any], demo_evidence: Path, tmp_path: Path, read_events: Events
) -> None:
    (tmp_path / "log2timeline").write_text(SCRIPT.format(tool="log2timeline"))
    command = ("log2timeline", "--single_process", *OPTIONS)
    source = demo_evidence / "phone"

    # Off: plaso does not know the preset. Its exit code is 1.
    refused = run(*command, "--storage_file", "before.plaso", source, code=1)
    assert "alexa" in refused.stdout + refused.stderr
    assert "hook: not installed" in run("-m", "echoforensics", "plaso", "status").stdout

    written = run("-m", "echoforensics", "plaso", "install-hook").stdout
    path = Path(written.partition("written: ")[2].partition(";")[0])
    assert path.is_file()
    assert "hook: installed" in run("-m", "echoforensics", "plaso", "status").stdout
    run(*command, "--storage_file", "with.plaso", source)
    assert len(read_events(tmp_path / "with.plaso")) == 12

    # In workers that begin again, as on Windows.
    spawning = SCRIPT.format(tool="log2timeline").replace("    sys.exit", f"{SPAWNING}    sys.exit")
    (tmp_path / "spawning").write_text(spawning)
    run("spawning", *OPTIONS, "--workers", "1", "--storage_file", "spawned.plaso", source)
    assert len(read_events(tmp_path / "spawned.plaso")) == 12

    assert f"removed: {path}" in run("-m", "echoforensics", "plaso", "remove-hook").stdout
    assert not path.exists()
    assert "no hook was installed" in run("-m", "echoforensics", "plaso", "remove-hook").stdout
    run(*command, "--storage_file", "after.plaso", source, code=1)


def test_the_hook_costs_python_nothing_but_its_own_module(run: Callable[..., Any]) -> None:
    code = (
        "import sys; import echoforensics.plaso_plugin.hook as hook; before = len(sys.meta_path); hook.wait();"
        " hook.wait(); print(len(sys.meta_path) - before, sorted(m for m in sys.modules if m.startswith("
        "('plaso', 'dfvfs', 'parsers', 'echoforensics'))))"
    )
    assert run("-c", code).stdout.strip() == (
        "1 ['echoforensics', 'echoforensics.installation', 'echoforensics.plaso_plugin',"
        " 'echoforensics.plaso_plugin.hook', 'echoforensics.version', 'parsers']"
    )


def test_a_lost_parser_is_reported_when_plain_log2timeline_ends(
    run: Callable[..., Any], demo_evidence: Path, tmp_path: Path
) -> None:
    lost = (
        "import multiprocessing, sys\n"
        "import echoforensics.plaso_plugin.hook as hook\n"
        "if __name__ == '__main__':\n"
        "    hook.wait()\n"
        "    from plaso.engine import configurations\n"
        "    theirs = configurations.ProcessingConfiguration\n"
        "    from plaso.scripts.log2timeline import Main\n"
        f"    configurations.ProcessingConfiguration = theirs\n{SPAWNING}"
        "    sys.exit(Main())\n"
    )
    (tmp_path / "lost").write_text(lost)
    arguments = (*OPTIONS, "--workers", "1", "--storage_file", "x.plaso", demo_evidence / "phone")
    done = run("lost", *arguments, code=1)
    assert "read the evidence without the echoforensics parser" in done.stderr


def test_a_place_that_cannot_be_written_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(hook_file, "place", lambda: tmp_path / "absent" / hook_file.NAME)
    with pytest.raises(UsageError, match="cannot be written"):
        hook_file.install()
    assert hook_file.remove() is None
