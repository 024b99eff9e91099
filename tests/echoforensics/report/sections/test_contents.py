"""The written sections: which there are, and what they say of a case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from echoforensics.case.case import Case
from echoforensics.report.sections.blocks import Facts, Table, WrittenSection, runs, texts
from echoforensics.report.sections.contents import written_sections
from echoforensics.report.sections.context import ReportContext
from echoforensics.report.sections.error_rates import measured
from echoforensics.report.words.language import language


@pytest.fixture
def context(sealed: Any) -> Iterator[ReportContext]:
    with Case.open(sealed.path) as case:
        yield ReportContext.of(case, language("en"))


def by_anchor(context: ReportContext) -> dict[str, WrittenSection]:
    before, after = written_sections(context)
    return {part.anchor: part for part in (*before, *after)}


def text_of(part: WrittenSection) -> str:
    return "\n".join(texts(part))


def test_sections_come_in_the_order_of_the_rules_for_reports(context: ReportContext) -> None:
    assert list(by_anchor(context)) == [
        "case", "request", "summary", "evidence", "custody", "method", "rates", "clocks", "missing", "issues", "limits",
        "parsers", "glossary", "certificate", "signature", "reproduce",
    ]  # fmt: skip


def test_every_item_has_its_digests_before_and_after_and_in_the_certificate(context: ReportContext) -> None:
    parts = by_anchor(context)
    for item in context.case.evidence():
        for anchor in ("evidence", "certificate"):
            assert text_of(parts[anchor]).count(item.sha256 or "none") == 2
        assert item.hashes["md5"] in text_of(parts["evidence"])


def test_every_parser_that_made_records_has_its_validation_and_its_rate(context: ReportContext) -> None:
    rates = by_anchor(context)["rates"]
    (table,) = [block for block in rates.blocks if isinstance(block, Table)]
    rows = [["".join(run.text for run in runs(cell)) for cell in row] for row in table.rows]
    assert ["alexa_activities 2", "5"] in [row[:2] for row in rows]
    assert {row[3] for row in rows} == {"not measured"}
    assert any("DFRWS 2017 challenge" in row[2] for row in rows)


def test_the_command_and_the_tool_can_be_found_again(context: ReportContext) -> None:
    parts = by_anchor(context)
    assert "test" in text_of(parts["reproduce"]).split("\n")
    assert "echoforensics verify CASE" in text_of(parts["reproduce"])
    (facts,) = [block for block in parts["method"].blocks if isinstance(block, Facts)]
    assert "hyperscan" in dict(facts.pairs)["Libraries"].text  # type: ignore[union-attr]


def test_the_glossary_explains_words_that_are_used(context: ReportContext) -> None:
    parts = by_anchor(context)
    (facts,) = [block for block in parts["glossary"].blocks if isinstance(block, Facts)]
    used = "\n".join(text_of(part) for name, part in parts.items() if name != "glossary").lower()
    assert len(facts.pairs) > 5
    assert all(word.lower() in used for word, _ in facts.pairs)


def test_nothing_is_filled_in_that_a_human_must_swear_to(context: ReportContext) -> None:
    parts = by_anchor(context)
    certificate = text_of(parts["certificate"])
    assert "Tester" not in certificate
    assert "It is not a certificate until a qualified person has read it" in certificate


def test_finds_outside_of_files_have_the_rate_that_was_measured(maker: Any) -> None:
    made = maker("x")
    made.entry("found", b"bytes", state="carved")
    with Case.open(made.done()) as case:
        rates = text_of(by_anchor(ReportContext.of(case, language("en")))["rates"])
    counts = measured("carved_recordings")
    assert "1 files of this case" not in rates
    assert f"of {counts['planted']} recordings that were planted in it, {counts['exact']} were found" in rates
    assert "For other finds: not measured." in rates
