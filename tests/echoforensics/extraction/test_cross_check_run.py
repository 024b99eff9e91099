from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from echoforensics.case.case import Case
from echoforensics.evidence.entry import EvidenceIssue
from echoforensics.extraction import second_reading
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract


@pytest.fixture
def image(tmp_path: Path, make_image: Callable[..., Path], make_gpt: Callable[..., Path]) -> Path:
    root = tmp_path / "root"
    (root / "log").mkdir(parents=True)
    (root / "log" / "a.txt").write_bytes(b"a line\n" * 900)
    return make_gpt(make_image(root))


def _extract(image: Path, case: Path, **options: Any) -> list[dict[str, Any]]:
    extract([image], case, None, Options(argv=("test",), **options), lambda *_: None)
    with Case.open(case) as opened:
        return [dict(entry.detail) for entry in opened.actions() if entry.action == "file systems cross-checked"]


def test_the_ledger_says_who_read_it_again(image: Path, tmp_path: Path) -> None:
    (action,) = _extract(image, tmp_path / "case", cross_check=True)

    assert action["evidence"] == image.name
    assert action["issues"] == 0
    assert list(action["readers"]) == ["p2"]
    assert action["readers"]["p2"].startswith("libfsext 2")


def test_nothing_is_read_again_where_it_was_not_asked_for(image: Path, tmp_path: Path) -> None:
    assert _extract(image, tmp_path / "case") == []


def test_a_difference_is_an_issue(image: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def differ(*_: object) -> Iterator[EvidenceIssue]:
        yield EvidenceIssue("log/a.txt", "6300 bytes by one reader, 6299 by the other")

    monkeypatch.setattr(second_reading, "cross_check", differ)
    (action,) = _extract(image, tmp_path / "case", cross_check=True)

    assert action["issues"] == 1
    with Case.open(tmp_path / "case") as case:
        found = case.store.db.execute("SELECT path, parser, what FROM issues WHERE parser = 'cross_check'").fetchall()
    assert found == [("p2/log/a.txt", "cross_check", "6300 bytes by one reader, 6299 by the other")]
