"""The case is the same, however many processes made it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from echoforensics.extraction.workers import process, result_spool

Extract = Callable[..., Any]


@pytest.mark.parametrize("workers", [2, 5])
def test_number_of_workers_changes_nothing(
    workers: int, extract_with: Extract, sample_sources: list[Path], many_files: Path
) -> None:
    sources = [*sample_sources, many_files]

    alone = extract_with(sources, 1)

    assert len(alone.rows) > 800
    assert alone.issues
    assert extract_with(sources, workers) == alone


def test_how_results_are_handed_over_changes_nothing(
    extract_with: Extract, many_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = extract_with([many_files], 1)

    monkeypatch.setattr(process, "_BEAT", 0.0)  # each by itself
    monkeypatch.setattr(result_spool, "_IN_MEMORY", 1)

    assert extract_with([many_files], 2) == alone
