"""Running the command as its user would."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.warm_command.warm_command import WarmCommand

ROOT = Path(__file__).parents[3]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path, warm_command: WarmCommand) -> Run:
    """Runs the command as its user would, with a home of its own and no terminal."""

    def run_it(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*warm_command.words_for(environment), *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path), **environment},
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    return run_it
