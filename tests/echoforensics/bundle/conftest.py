"""A case that was handed over: whole, and in part."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.handed_over import HandedOver, bundle, copy_case

#: What the part is asked for: an interaction with a recording, and an exhibit of another one.
ONLY = ("IN-0000004", "EF-0000003")


@pytest.fixture(scope="session")
def handed_over(sealed: Any, tmp_path_factory: pytest.TempPathFactory) -> HandedOver:
    folder = tmp_path_factory.mktemp("handed-over")
    key = sealed.key
    case = copy_case(sealed.path, folder / "the-case-folder")
    return HandedOver(case, key, bundle(case, folder / "whole", key), bundle(case, folder / "part", key, only=ONLY))


@pytest.fixture
def own_case(handed_over: HandedOver, tmp_path: Path) -> Path:
    """A copy of the case that was handed over, which a test may write to."""
    return copy_case(handed_over.case, tmp_path / "own-case")


@pytest.fixture
def unpack(tmp_path: Path) -> Callable[[Path], Path]:
    """Unpacks a zip with Python's own module; gives the folder in it."""

    def unpack_it(path: Path) -> Path:
        target = tmp_path / f"unpacked-{path.name}"
        shutil.unpack_archive(path, target, "zip")
        (only,) = target.iterdir()
        return only

    return unpack_it
