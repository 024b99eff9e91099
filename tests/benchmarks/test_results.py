from __future__ import annotations

import json
import math
import re
import sys
from pathlib import Path

import pytest

from benchmarks.accuracy import carved_counts
from benchmarks.measure import without_places
from benchmarks.scale.growth import Size, exponent
from benchmarks.scale.two_processors import path_of

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.mark.parametrize("page", sorted(BENCHMARKS.rglob("RESULTS*.md")), ids=lambda page: page.name)
def test_pages_of_results_name_no_place_of_a_machine(page: Path) -> None:
    assert re.findall(r"(?:^|[\s=])/(?:tmp|home|root|work|usr|dev|opt)/\S*", page.read_text(encoding="utf-8")) == []


def test_commands_are_written_without_the_places_of_this_machine(tmp_path: Path) -> None:
    tools = Path(sys.executable).parent
    command = f"{sys.executable} -m benchmarks.walk {tmp_path}/image /dev/shm/{tmp_path.name}-out && {tools}/psort"

    assert without_places(command, tmp_path) == "python -m benchmarks.walk WORK/image WORK-out && psort"


def test_exponent_is_that_of_the_growth() -> None:
    sizes = [Size(rows, 0.25 * rows**1.5, 1.0, 0.0, 0.0) for rows in (1000, 10_000, 100_000)]

    assert exponent(sizes) == pytest.approx(1.5)
    assert math.isnan(exponent(sizes[:2]))


def test_two_processors_take_as_long_as_the_busiest_process_or_as_half_of_all() -> None:
    stages = {"parsing": {1: 3.0, 2: 2.0, 3: 2.0}, "joining": {1: 1.0, 2: 0.5}, "end": {}}

    assert path_of(stages) == 3.5 + 1.0


def test_the_report_quotes_what_the_pages_of_results_say() -> None:
    assets = BENCHMARKS.parent / "echoforensics" / "report" / "assets"
    carved = json.loads((assets / "carved_recordings.json").read_text(encoding="utf-8"))
    assert carved == carved_counts((BENCHMARKS / "RESULTS.md").read_text(encoding="utf-8"))
    assert carved["planted"] >= carved["exact"] > 0
    recovered = json.loads((assets / "recovered_rows.json").read_text(encoding="utf-8"))
    page = (BENCHMARKS / "RESULTS-recovered.md").read_text(encoding="utf-8")
    assert f"Of {recovered['given']} rows that were given as deleted, {recovered['invented']} never existed" in page
