"""A case that a test may close a room into."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.echoforensics.conftest import Sealed
from tests.echoforensics.review.work.conftest import make_queue

__all__ = ["make_queue"]


@pytest.fixture
def sealed(sealed: Sealed, tmp_path: Path) -> Sealed:
    """A copy of the sealed case, for one test."""
    path = tmp_path / "copy"
    shutil.copytree(sealed.path, path)
    return replace(sealed, path=path)
