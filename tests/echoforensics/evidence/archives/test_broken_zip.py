"""Zips without a central directory: each member that is whole is given whole, and what is missing is said."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echoforensics.evidence.archives.broken_zip import BrokenZip, open_zip
from echoforensics.evidence.archives.zip_archive import ZipArchive
from echoforensics.evidence.entry import READ_ERRORS, Entry, EvidenceIssue
from echoforensics.evidence.limits import Budget

LOG = b"04-07 17:53:57.748  1714  1714 I ECS_ECService: Received event: WAKE_WORD\n" * 400


class _Pipe(io.BytesIO):
    """Cannot be sought in, so that sizes follow the content."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: object) -> int:
        raise io.UnsupportedOperation

    def tell(self) -> int:
        raise io.UnsupportedOperation


def _zip(*, sizes_follow: bool, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = _Pipe() if sizes_follow else io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for number in range(3):
            archive.writestr(f"Log.main_{number}", LOG[number * 74 :])
    return target.getvalue()


WHOLE = {f"Log.main_{number}": LOG[number * 74 :] for number in range(3)}
FORMS = pytest.mark.parametrize("sizes_follow", [False, True])


def _read(content: bytes, budget: int = 1 << 30) -> tuple[dict[str, bytes], list[str]]:
    """Members as far as they can be read, and what was said."""
    allowance = Budget(0)
    allowance._left = budget
    container = BrokenZip(io.BytesIO(content), allowance)
    found: dict[str, bytes] = {}
    issues: list[str] = []
    for item in container.entries():
        if isinstance(item, EvidenceIssue):
            issues.append(item.what)
            continue
        assert isinstance(item, Entry)
        found[item.path] = b""
        if item.opener is None:
            issues.append(item.note)
            continue
        stream = item.opener()
        try:
            while piece := stream.read1(100):  # type: ignore[attr-defined]
                found[item.path] += piece
        except READ_ERRORS as error:
            issues.append(str(error))
    return found, issues


def _without_directory(content: bytes) -> bytes:
    return content[: content.index(b"PK\x01\x02")]


@FORMS
def test_members_are_found_by_their_own_headers(sizes_follow: bool) -> None:
    found, issues = _read(_without_directory(_zip(sizes_follow=sizes_follow)))
    assert found == WHOLE
    assert issues == ["its central directory is missing or cannot be read; members were found by their own headers"]


def test_stored_members() -> None:
    found, _ = _read(_without_directory(_zip(sizes_follow=False, method=zipfile.ZIP_STORED)))
    assert found == WHOLE
    found, _ = _read(_without_directory(_zip(sizes_follow=True, method=zipfile.ZIP_STORED)))
    assert found == WHOLE


@FORMS
@given(cut=st.integers(0, 2000))
def test_cut_anywhere_nothing_is_lost_or_made_up(sizes_follow: bool, cut: int) -> None:
    content = _zip(sizes_follow=sizes_follow)
    found, issues = _read(content[: len(content) - cut % len(content)])
    assert issues
    assert all(WHOLE[name].startswith(read) for name, read in found.items())
    whole = [name for name, read in found.items() if read == WHOLE[name]]
    assert len(found) - len(whole) <= 1


@given(st.binary(max_size=400), st.integers(0, 400), st.integers(0, 255))
def test_any_bytes(tail: bytes, at: int, byte: int) -> None:
    content = bytearray(_zip(sizes_follow=True)[:400] + tail)
    content[at % len(content)] = byte
    _read(bytes(content))


def test_what_lies_between_members_is_reported() -> None:
    content = _without_directory(_zip(sizes_follow=False))
    second = content.index(b"PK\x03\x04", 4)
    found, issues = _read(content[:second] + b"junk!" + content[second:])
    assert found == WHOLE
    assert issues[1:] == [f"5 bytes from byte {second} on belong to no member"]


def test_a_bomb_spends_the_budget() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(5_000_000))
    found, issues = _read(_without_directory(target.getvalue()), budget=100_000)
    assert len(found["zeros"]) <= 100_000
    assert any("expands beyond" in what for what in issues)


def test_a_whole_zip_is_read_by_its_directory() -> None:
    content = _zip(sizes_follow=False)
    assert isinstance(open_zip(lambda: io.BytesIO(content), Budget(0)), ZipArchive)
    with pytest.raises(zipfile.BadZipFile):
        open_zip(lambda: io.BytesIO(b"PK\x05\x06 no zip"), Budget(0))


@FORMS
def test_rows_in_such_a_zip_are_extracted_and_traced(
    sizes_follow: bool, tmp_path: Path, extract_rows: Callable[..., list[dict[str, Any]]]
) -> None:
    target = _Pipe() if sizes_follow else io.BytesIO()
    body = b"Jan  6 00:53:28 localhost ntpd[1]: adjusting local clock by 1.5s\n"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("daemon.log_00000007_20220106010005", body)
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "x.zip.corrupt").write_bytes(_without_directory(target.getvalue()))
    rows = extract_rows(tmp_path / "logs")
    assert [row["path"] for row in rows if row["data_type"] == "echo:log:clock_change"] == [
        "x.zip.corrupt!/daemon.log_00000007_20220106010005"
    ]
