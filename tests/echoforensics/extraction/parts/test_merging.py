"""Cases of different sources, put together: what one run over all of them gives."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from chain_of_custody.keys import SigningKey
from echoforensics.case.case import Case
from echoforensics.case.custody.names import LEDGER, MERGED
from echoforensics.case.sealing.seal import TableDigest, table_digests
from echoforensics.errors import CaseError
from echoforensics.extraction.dropping import drop_artefacts
from echoforensics.extraction.merging import merge_cases
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract
from echoforensics.verification import verify_case

OPTIONS = Options(argv=("test",), examiner="Tester")


def _silent(*_: object) -> None:
    """Reports nothing."""


@pytest.fixture
def sources(sample_sources: list[Path], tmp_path: Path) -> list[Path]:
    """The sample's, and a folder with a copy of one of its files."""
    copy = tmp_path / "copy"
    shutil.copytree(sample_sources[-1], copy)
    (copy / "more.txt").write_text("03-09 21:14:24.169  1  2 I AlexaService: WAKE_WORD\n")
    return [*sample_sources, copy]


@pytest.fixture
def parts(sources: list[Path], tmp_path: Path, signing_key: SigningKey) -> list[Path]:
    """A case of each source."""
    made = []
    for number, source in enumerate(sources):
        made.append(tmp_path / f"part-{number}")
        extract([source], made[-1], signing_key, OPTIONS, _silent)
    return made


def _tables(path: Path) -> dict[str, TableDigest]:
    with Case.open(path) as case:
        return table_digests(case.store)


def test_merged_case_is_that_of_one_run(
    sources: list[Path], parts: list[Path], tmp_path: Path, signing_key: SigningKey
) -> None:
    before = {file: file.read_bytes() for part in parts for file in part.rglob("*") if file.is_file()}
    whole = extract(sources, tmp_path / "whole", signing_key, OPTIONS, _silent)

    merged = merge_cases(tmp_path / "merged", parts, signing_key, OPTIONS, _silent)

    assert merged == whole
    assert _tables(tmp_path / "merged") == _tables(tmp_path / "whole")
    result = verify_case(tmp_path / "merged")
    assert (result.ok, result.complete, result.signed) == (True, True, True)
    assert {file: file.read_bytes() for part in parts for file in part.rglob("*") if file.is_file()} == before


def test_ledger_holds_the_heads_of_the_parts_and_what_they_sealed(
    parts: list[Path], tmp_path: Path, signing_key: SigningKey
) -> None:
    merge_cases(tmp_path / "merged", parts[1:3], signing_key, OPTIONS, _silent)

    with Case.open(tmp_path / "merged") as case:
        lines = [entry.detail for entry in case.actions() if entry.action == MERGED]
    for part, line in zip(parts[1:3], lines, strict=True):
        checked = verify_case(part)
        assert (line["part"], line["head"], line["length"]) == (str(part), checked.head, checked.length)
        assert line["fingerprint"] == signing_key.public.fingerprint
        seal = line["sealed"]
        assert isinstance(seal, dict)
        assert seal["tables"] == _tables(part)


def test_parts_added_one_after_another_and_twice_give_the_same(
    parts: list[Path], tmp_path: Path, signing_key: SigningKey
) -> None:
    merge_cases(tmp_path / "at-once", parts[1:], signing_key, OPTIONS, _silent)
    for part in [*parts[1:], parts[1]]:
        merge_cases(tmp_path / "by-and-by", [part], signing_key, OPTIONS, _silent)

    assert _exhibits(tmp_path / "by-and-by") == _exhibits(tmp_path / "at-once")
    assert verify_case(tmp_path / "by-and-by").ok


def _exhibits(path: Path) -> list[tuple[str, str, str]]:
    with Case.open(path) as case:
        return sorted((row["exhibit"], row["record"], row["evidence"]) for row in case.rows())


def test_only_what_is_as_it_was_sealed_is_added(
    parts: list[Path], tmp_path: Path, refuses: Callable[..., None], signing_key: SigningKey
) -> None:
    def merge(part: Path) -> None:
        merge_cases(tmp_path / "merged", [parts[1], part], signing_key, OPTIONS, _silent)

    altered = parts[2]
    artefact = next(file for file in sorted((altered / "artefacts").rglob("*")) if file.is_file())
    artefact.chmod(0o644)
    artefact.write_bytes(artefact.read_bytes() + b" ")
    cut = parts[3]
    lines = (cut / LEDGER).read_bytes().splitlines(keepends=True)
    (cut / LEDGER).write_bytes(b"".join(lines[:-1]))

    for part, why in (
        (altered, "is not as it was sealed"),
        (cut, "not as it was sealed"),
        (tmp_path, "not a case folder"),
    ):
        refuses(CaseError, why, tmp_path, lambda part=part: merge(part))
        assert not (tmp_path / "merged").exists()
    refuses(CaseError, "is the case itself; it cannot be merged into itself", tmp_path,
            lambda: merge_cases(parts[1], [parts[1]], signing_key, OPTIONS, _silent))  # fmt: skip


def test_a_part_from_which_something_was_dropped_is_refused(
    parts: list[Path], tmp_path: Path, signing_key: SigningKey
) -> None:
    with Case.open(parts[1]) as case:
        exhibit = next(row["exhibit"] for row in case.rows())
    drop_artefacts(parts[1], [exhibit], "ordered", signing_key, "Tester")

    with pytest.raises(CaseError, match="artefacts were dropped from it"):
        merge_cases(tmp_path / "merged", parts[:2], signing_key, OPTIONS, _silent)
    assert not (tmp_path / "merged").exists()
