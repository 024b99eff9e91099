"""Damaged and random sources: refused in one line, or read with issues; never an exception, never a case that fails."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from echoforensics.errors import SourceError
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract
from echoforensics.verification import verify_case

CHANGES = st.lists(st.tuples(st.integers(0, 2**24), st.binary(min_size=1, max_size=300)), max_size=12)


def _extract_and_verify(source: Path, case: Path) -> None:
    shutil.rmtree(case, ignore_errors=True)
    try:
        extract([source], case, None, Options(argv=("test",)), lambda *_: None)
    except SourceError as error:
        refusal = str(error)
        assert "\n" not in refusal
        assert not case.exists()
        return
    result = verify_case(case)
    assert result.ok, result.checks.checks
    assert result.complete


@pytest.mark.parametrize("which", [0, 1])
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES, cut=st.none() | st.integers(1, 2**24))
def test_damaged_source(
    which: int, sample_sources: list[Path], tmp_path: Path, changes: list[tuple[int, bytes]], cut: int | None
) -> None:
    content = bytearray(sample_sources[which].read_bytes())
    for place, noise in changes:
        at = place % len(content)
        content[at : at + len(noise)] = noise
    source = tmp_path / "source.bin"
    source.write_bytes(content[: cut % len(content) + 1] if cut else content)

    _extract_and_verify(source, tmp_path / "case")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.from_regex(r"[a-z0-9]{1,8}\.(json|wav|gz|zip|txt|csv|mp3)", fullmatch=True), st.binary(max_size=500)
    )
)
def test_folder_of_random_files(tmp_path: Path, files: dict[str, bytes]) -> None:
    source = tmp_path / "source"
    shutil.rmtree(source, ignore_errors=True)
    source.mkdir()
    for name, content in files.items():
        (source / name).write_bytes(content)

    _extract_and_verify(source, tmp_path / "case")
