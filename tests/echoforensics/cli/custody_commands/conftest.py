from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
RunWithSecrets = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run_with_secrets(tmp_path: Path) -> RunWithSecrets:
    """Runs the command with secrets in pipes; the text ``{0}`` in an argument becomes the first one's descriptor."""

    def run(*arguments: str | Path, secrets: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        readers = []
        for secret in secrets:
            reader, writer = os.pipe()
            os.write(writer, f"{secret}\n".encode())
            os.close(writer)
            readers.append(reader)
        given = [str(argument) for argument in arguments]
        for number, reader in enumerate(readers):
            given = [str(reader) if text == f"{{{number}}}" else text for text in given]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ECHOFORENSICS")}
        try:
            return subprocess.run(
                [sys.executable, "-m", "echoforensics", *given],
                env={**environment, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
                cwd=tmp_path,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                pass_fds=readers,
            )
        finally:
            for reader in readers:
                os.close(reader)

    return run


@pytest.fixture
def small_source(tmp_path: Path) -> Path:
    """A folder with one file: the least that a case can be of."""
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "note.txt").write_text("nothing of interest\n")
    return folder
