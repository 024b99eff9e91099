"""Drafts of certificates: every value in them is the case's, and what a human swears to is blank."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

import echoforensics as ef
from chain_of_custody import read_ledger
from echoforensics.case.custody.names import HASHED_AGAIN, TAKEN_IN
from echoforensics.errors import UnverifiedCaseError
from echoforensics.papers.certificate import STYLES, certificate
from echoforensics.papers.certificate_facts import CertificateFacts
from echoforensics.papers.paper import Paper, PaperBlanks, as_html, as_text


def draft(case: Path, style: str = "us") -> Paper:
    with ef.open_case(case) as opened:
        return certificate(CertificateFacts.of(opened), style)


@pytest.mark.parametrize("style", STYLES)
def test_every_digest_of_the_ledger_is_in_it(demo: Path, style: str) -> None:
    paper = draft(demo / "case", style)
    text, page = as_text(paper), as_html(paper)
    digests = [
        str(entry.detail[name])
        for entry in read_ledger(demo / "case" / "custody.jsonl")
        for name in ("sha256", "md5")
        if entry.action in (TAKEN_IN, HASHED_AGAIN) and name in entry.detail
    ]
    assert len(digests) > 6
    for digest in digests:
        assert digest in text
        assert digest in page
    with ef.open_case(demo / "case") as case:
        assert case.head is not None
        expected = [case.head[1], *(recording.sha256 for recording in case.recordings())]
        expected += [device.serial for device in case.devices()]
    for value in (*expected, "Demo Laboratory", "DEMO-1", f"echoforensics {ef.__version__}", "Validated on"):
        assert value in text


def test_what_a_human_swears_to_is_blank(demo: Path) -> None:
    for style in STYLES:
        paper = draft(demo / "case", style)
        names = [name for block in paper.blocks if isinstance(block, PaperBlanks) for name in block.names]
        assert {"Name", "Signature", "Executed on (date)", "Training and certifications"} <= set(names)
        text = as_text(paper)
        # A blank is a line to write on, and nothing else.
        for name in names:
            assert re.search(rf"^{re.escape(name)}: +_+$|^{re.escape(name)}: _+$", text, re.MULTILINE), name
        assert text.startswith("DRAFT: ")
        assert "This is a draft." in text


def test_each_style_speaks_of_its_own_law(demo: Path) -> None:
    us, plain = as_text(draft(demo / "case")), as_text(draft(demo / "case", "plain"))
    for words in ("902(13)", "902(14)", "902(11)", "28 U.S.C. 1746(1)", "28 U.S.C. 1746(2)", "penalty of perjury"):
        assert words in us.replace("\n", " ")
        assert words not in plain
    assert "in the words that the court requires" in plain


def test_limits_are_those_of_the_case(demo: Path) -> None:
    with ef.open_case(demo / "case") as case:
        issues = case.counts().issues
    assert issues
    text = " ".join(as_text(draft(demo / "case")).split())
    assert f"{issues} issue" in text
    assert "It does not show who spoke" in text


def test_an_altered_case_gets_no_draft(copy_of_sealed: Path) -> None:
    artefact = next(path for path in (copy_of_sealed / "artefacts").rglob("*") if path.is_file())
    content = bytearray(artefact.read_bytes())
    content[0] ^= 1
    artefact.write_bytes(content)
    with pytest.raises(UnverifiedCaseError, match="no certificate can be drafted"):
        draft(copy_of_sealed)


def test_an_unsigned_case_is_named(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "note.txt").write_text("x")
    ef.extract([source], tmp_path / "unsigned", key=None).close()
    assert "UNSIGNED: anybody could have" in " ".join(as_text(draft(tmp_path / "unsigned")).split())
    assert "No parser made a record" in as_text(draft(tmp_path / "unsigned"))


def test_only_so_many_recordings_are_listed(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("certificate_facts", "certificate"):
        monkeypatch.setattr(f"echoforensics.papers.{module}.MOST_RECORDINGS", 2)
    with ef.open_case(demo / "case") as case:
        total = case.counts().recordings
    assert f"The first 2 recordings are listed here; {total - 2} more" in as_text(draft(demo / "case"))


def test_a_source_that_changed_is_named(demo: Path) -> None:
    with ef.open_case(demo / "case") as case:
        facts = CertificateFacts.of(case)
    changed = dataclasses.replace(facts.items[0], unchanged=False)
    paper = certificate(dataclasses.replace(facts, items=(changed, *facts.items[1:])), "us")
    text = " ".join(as_text(paper).split())
    assert f"*** {changed.name} CHANGED while it was read" in text
    assert "Comparison CHANGED" in text
