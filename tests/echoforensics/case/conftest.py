"""What is open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

OpenFiles = Callable[[Path], list[str]]


@pytest.fixture
def open_files() -> OpenFiles:
    """Gives what this process holds open at or below a path."""
    listing = Path("/proc/self/fd")
    if not listing.is_dir():
        pytest.skip("the system does not list what a process holds open")

    def held(below: Path) -> list[str]:
        found = []
        for each in list(listing.iterdir()):
            try:
                target = each.readlink()
            except OSError:
                continue  # the listing itself
            if target.is_relative_to(below):
                found.append(str(target))
        return sorted(found)

    return held


@pytest.fixture
def refuses(open_files: OpenFiles) -> Callable[..., None]:
    """Calls what is to be refused; nothing may be open then, although the error still holds the frames of the call."""

    def refused(kind: type[Exception], match: str, below: Path, call: Callable[[], Any]) -> None:
        before = open_files(below)
        with pytest.raises(kind, match=match) as caught:
            call()
        assert open_files(below) == before, caught.value

    return refused
