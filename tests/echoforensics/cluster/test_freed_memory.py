"""Freed memory is kept where Dask has set otherwise, and left alone elsewhere."""

from __future__ import annotations

import ctypes
from types import SimpleNamespace

import pytest

from echoforensics.cluster.freed_memory import TRIMMING, keep_freed_memory


@pytest.mark.parametrize(("is_set", "options"), [(True, {-1: 128 * 1024**2, -3: 32 * 1024**2}), (False, {})])
def test_only_what_dask_set_is_undone(is_set: bool, options: dict[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    found: dict[int, int] = {}
    monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace(mallopt=found.__setitem__))
    monkeypatch.delenv(TRIMMING, raising=False)
    if is_set:
        monkeypatch.setenv(TRIMMING, "65536")
    keep_freed_memory()
    assert found == options


def test_a_library_that_cannot_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace())
    monkeypatch.setenv(TRIMMING, "65536")
    keep_freed_memory()
