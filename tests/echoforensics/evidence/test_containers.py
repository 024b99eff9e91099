"""Images and archives of every kind give what their files give in a folder, or are named. None is silent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from benchmarks.containers.every_kind import every_kind
from benchmarks.containers.judged import SKIPPED, WRONG, judge, of_folder
from benchmarks.containers.page import page

PAGE = Path(__file__).parents[3] / "docs" / "containers.md"


def test_what_is_made_of_the_same_files_gives_the_same_or_is_named(
    series: Callable[[int], Iterable[int]], tmp_path: Path
) -> None:
    kinds = every_kind()
    written = PAGE.read_text(encoding="utf-8")
    plain = of_folder(tmp_path / "plain")
    made = 0
    for number in series(len(kinds)):
        judged = judge(kinds[number], plain, tmp_path / str(number))
        name = f"{judged.kind.group}: {judged.kind.name}"
        (line,) = [line for line in written.splitlines() if line.startswith(f"| {name} |")]
        made += judged.result != SKIPPED
        # Another machine may have other tools than the one that wrote the page.
        assert judged.result == SKIPPED or f"| {SKIPPED} |" in line or f"| {judged.result} |" in line, judged
        assert judged.result != WRONG, judged
    if not made:
        pytest.skip("none of the programs that make images is installed")


def test_names_are_given_once_and_the_page_has_all() -> None:
    names = [f"{kind.group}: {kind.name}" for kind in every_kind()]
    written = PAGE.read_text(encoding="utf-8")
    assert len(names) == len(set(names)) > 100
    assert [name for name in names if f"| {name} |" not in written] == []
    assert page([]).partition("**")[0] == written.partition("**")[0]
