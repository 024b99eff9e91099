"""What the report says of clocks and of what is missing."""

from __future__ import annotations

from html import escape
from typing import Any

from echoforensics.case.case import Case
from echoforensics.report.clocks_section import clocks_section, missing_section


def test_each_clock_setting_and_gap_is_in_the_report(sealed: Any) -> None:
    with Case.open(sealed.path) as case:
        clocks, missing = clocks_section(case), missing_section(case)
        readings, settings, gaps = list(case.clocks()), list(case.clock_settings()), list(case.gaps())
    assert (len(readings), len(settings), len(gaps)) == (2, 1, 4)
    for sentence in (*(one.sentence for one in readings), *(one.sentence for one in settings)):
        assert escape(sentence) in clocks
    assert " ".join(readings[1].exhibits) in clocks
    for gap in gaps:
        assert gap.number in missing
        assert escape(gap.message) in missing
        assert all(escape(reason) in missing for reason in gap.explanations)


def test_what_comes_from_evidence_is_escaped(maker: Any) -> None:
    made = maker("<script>alert(1)</script>")
    made.record()
    path = made.done()
    with Case.open(path) as case:
        clocks, missing = clocks_section(case), missing_section(case)
    assert "<script" not in clocks + missing
    assert "No gap was found" in missing
