"""What the report says of clocks and of what is missing."""

from __future__ import annotations

from html import escape
from typing import Any

from echoforensics.case.case import Case
from echoforensics.report.sections.context import ReportContext
from echoforensics.report.sections.missing import gaps_section
from echoforensics.report.sections.page import section_html
from echoforensics.report.sections.times import times_section
from echoforensics.report.words.language import language


def _shown(case: Case) -> tuple[str, str]:
    """The sections on clocks and on gaps, as a page has them."""
    context = ReportContext.of(case, language("en"))
    return section_html(times_section(context), context.words), section_html(gaps_section(context), context.words)


def test_each_clock_setting_and_gap_is_in_the_report(sealed: Any) -> None:
    with Case.open(sealed.path) as case:
        clocks, missing = _shown(case)
        readings, settings, gaps = list(case.clocks()), list(case.clock_settings()), list(case.gaps())
    assert (len(readings), len(settings), len(gaps)) == (2, 1, 4)
    for sentence in (*(one.sentence for one in readings), *(one.sentence for one in settings)):
        assert escape(sentence) in clocks
    for exhibit in readings[1].exhibits:
        assert f'<a href="#{exhibit}">{exhibit}</a>' in clocks
    for gap in gaps:
        assert gap.number in missing
        assert escape(gap.message) in missing
        assert all(escape(reason) in missing for reason in gap.explanations)


def test_what_comes_from_evidence_is_escaped(maker: Any) -> None:
    made = maker("<script>alert(1)</script>")
    made.record()
    path = made.done()
    with Case.open(path) as case:
        clocks, missing = _shown(case)
    assert "<script" not in clocks + missing
    assert "No gap was found" in missing
