"""A file of a case that the system does not let be read is named in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from echoforensics.case.custody import standing
from echoforensics.errors import CaseError


def test_a_database_that_may_not_be_read_is_named(copy_of_sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(standing, "file_digest", refused)
    with pytest.raises(CaseError, match=r"case\.db: cannot be read: Permission denied$"):
        standing.standing(copy_of_sealed)
