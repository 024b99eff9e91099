"""A case as it is handed over: what was removed is in no table and no file of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

import echoforensics.demo
from echoforensics.case.added_records.added_files import added_files
from echoforensics.case.redactions.redacted_case import RedactedCase, WithheldError, handed_over, redacted
from echoforensics.case.redactions.redaction import redactions_of
from echoforensics.errors import CaseError
from echoforensics.extraction.dropping import drop_artefacts
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract
from echoforensics.library import open_case
from echoforensics.listening.redaction import RedactionRequest, redact
from echoforensics.verification import verify_case
from tests.redacted_sample import RedactedSample, with_redaction
from tests.residue import residue, tables_of


@pytest.fixture
def sample(sealed: Any, copy_of_sealed: Path) -> RedactedSample:
    return with_redaction(copy_of_sealed, sealed.key)


@pytest.fixture
def case_of(tmp_path: Path) -> Callable[..., Path]:
    """An unsigned case of a folder with a clip under each of some names."""

    def made(*names: str, cut: float = 0.0) -> Path:
        source = tmp_path / "source"
        source.mkdir()
        samples, rate = soundfile.read(
            Path(echoforensics.demo.__file__).parent / "clips" / "the-letter.wav", dtype="int16"
        )
        for name in names:
            part = samples[round(cut * rate) :] if name.startswith("cut") else samples
            coding = {"format": "OGG", "subtype": "OPUS"} if name.endswith(".opus") else {}
            soundfile.write(source / name, part, rate, **coding)
        extract([source], tmp_path / "case", None, Options("Tester", argv=("test",)), lambda *_: None)
        return tmp_path / "case"

    return made


def test_no_table_has_what_was_removed_and_no_row_is_missing(sample: RedactedSample) -> None:
    with open_case(sample.case) as case, handed_over(case) as shown:
        assert isinstance(shown, RedactedCase)
        assert [row["exhibit"] for row in shown.rows()] == [row["exhibit"] for row in case.rows()]
        tables = tables_of(shown.store.db)
        assert [what for what, each in sample.removed.items() if each in tables or each in tables.lower()] == []
        assert not list(shown.rows(search="what time is it"))
        assert list(case.rows(search="what time is it"))
        interaction = shown.interaction(str(shown.row(sample.made.about)["interaction"]))
        assert interaction.transcript == "[REDACTED]"
        assert [status.status for status in interaction.statuses] == [
            status.status for status in case.interaction(interaction.number).statuses
        ]
        assert shown.row(sample.note)["record"] != case.row(sample.note)["record"]
        with handed_over(shown) as same:
            assert same is shown
    with open_case(sample.case) as case, handed_over(case, unredacted=True) as shown:
        assert shown is case
        assert redacted(shown) is None


def test_files_that_hold_it_are_withheld_and_the_copy_is_heard(sample: RedactedSample) -> None:
    with open_case(sample.case) as case, handed_over(case) as shown:
        found = next(one for one in shown.recordings() if one.sha256 == sample.made.original)
        assert (found.heard, found.is_redacted, found.is_withheld) == (sample.made.sha256, True, False)
        assert shown.vault.open(found.heard).read() == added_files(sample.case).open(found.heard).read()
        with pytest.raises(WithheldError, match="it holds what was redacted"):
            shown.vault.open(sample.made.original)
        with pytest.raises(WithheldError):
            shown.vault.path(sample.made.original)
        assert all(path.name != sample.made.original for path in shown.vault.files())
        assert residue([path for path in shown.vault.files() if not _is_image(path)], sample.removed) == []


def _is_image(path: Path) -> bool:
    return path.stat().st_size > 4 << 20


def test_the_same_sound_in_other_bytes_is_withheld_until_it_is_redacted_too(case_of: Callable[..., Path]) -> None:
    path = case_of("a.wav", "b.flac", "cut.wav", cut=0.2)
    with open_case(path) as case:
        names = {one.references[0].rpartition(": ")[2]: one.rows[0]["exhibit"] for one in case.recordings()}
    request = RedactionRequest(((0.4, 0.9),), "noise", "P-1")
    made = redact(path, names["a.wav"], request, None)
    assert set(made.same_sound) == {names["b.flac"], names["cut.wav"]}
    with open_case(path) as case, handed_over(case) as shown:
        heard = {one.rows[0]["exhibit"]: one.heard for one in shown.recordings()}
        assert heard == {names["a.wav"]: made.sha256, names["b.flac"]: "", names["cut.wav"]: ""}
        tables = redacted(shown)
        assert tables is not None
        assert sorted(one.why for one in tables.files) == ["same sound", "same sound", "sound"]
    other = redact(path, names["b.flac"], request, None)
    with open_case(path) as case, handed_over(case) as shown:
        assert {one.heard for one in shown.recordings()} == {made.sha256, other.sha256, ""}


def test_a_name_of_a_file_loses_what_was_removed(case_of: Callable[..., Path]) -> None:
    path = case_of("read the letter to me.wav")
    with open_case(path) as case:
        (recording,) = case.recordings()
        about = recording.rows[0]["exhibit"]
    redact(path, about, RedactionRequest(((0.4, 0.9),), "tone", "P-1", marks=("the letter",)), None)
    with open_case(path) as case, handed_over(case) as shown:
        assert "read [REDACTED] to me.wav" in shown.row(about)["path"]
        assert "letter" not in json.dumps([dict(row) for row in shown.rows()])
        assert "letter" not in "".join(str(entry.detail) for entry in shown.actions())


def test_redactions_add_up_unless_one_is_to_stand_alone(sealed: Any, sample: RedactedSample) -> None:
    about, key = sample.made.about, sealed.key
    second = redact(sample.case, about, RedactionRequest(((0.2, 0.3), (1.2, 2.1)), "tone", "P-2"), key)
    assert second.samples == ((3200, 4800), (19200, 33600))
    third = redact(sample.case, about, RedactionRequest(((0.5, 0.6),), "tone", "P-3"), key)
    assert third.samples == ((3200, 4800), (8000, 9600), (19200, 33600))
    alone = redact(sample.case, about, RedactionRequest(((0.5, 0.6),), "tone", "P-3", instead=True), key)
    assert alone.samples == ((8000, 9600),)
    with open_case(sample.case) as case:
        assert redactions_of(case.store)[sample.made.original].copy == alone.sha256
    result = verify_case(sample.case, sources=False)
    assert result.ok
    assert [check.detail for check in result.checks.checks if check.name == "added files"] == [
        "4 redacted copies, each with the content its record names"
    ]


def test_a_copy_that_is_changed_or_missing_is_seen(sample: RedactedSample) -> None:
    path = added_files(sample.case).path(sample.made.sha256)
    path.chmod(0o644)
    content = path.read_bytes()
    path.write_bytes(content[:-1] + b"\x01")
    assert not verify_case(sample.case, sources=False).ok
    path.unlink()
    assert not verify_case(sample.case, sources=False).ok
    with open_case(sample.case) as case, pytest.raises(CaseError, match="is missing"), handed_over(case):
        pass
    path.write_bytes(content)
    (path.parent / "other").write_bytes(b"no record names it")
    result = verify_case(sample.case, sources=False)
    (failed,) = [check for check in result.checks.checks if not check.ok]
    assert failed.name == "case folder"
    assert "/other: no record names it" in failed.detail


def test_a_dropped_recording_takes_its_copies_with_it(sealed: Any, sample: RedactedSample) -> None:
    assert drop_artefacts(sample.case, [sample.made.about], "ordered", sealed.key, "Tester") is not None
    assert [path for path in added_files(sample.case).files() if path.is_file()] == []
    assert verify_case(sample.case, sources=False).ok
    with open_case(sample.case) as case, handed_over(case) as shown:
        assert shown is case


@pytest.mark.parametrize(
    ("name", "lossy"), [("a.flac", False), ("a.ogg", True), ("a.opus", True), ("a.mp3", True), ("a.wav", False)]
)
def test_a_copy_in_the_coding_of_its_source(
    case_of: Callable[..., Path], tmp_path: Path, name: str, lossy: bool
) -> None:
    if name == "a.opus" and "OPUS" not in soundfile.available_subtypes("OGG"):
        pytest.skip("libsndfile has no Opus")
    path = case_of(name)
    with open_case(path) as case:
        (recording,) = case.recordings()
        about = recording.rows[0]["exhibit"]
        content = case.read(recording.sha256)
    target = tmp_path / f"copy{Path(name).suffix}"
    made = redact(path, about, RedactionRequest(((0.4, 0.9),), "silence", "P-1", form="source", target=target), None)
    assert made.format.partition(",")[0] == recording.fields["container"]
    assert (made.difference > 0) is lossy
    (tmp_path / "original").write_bytes(content)
    before, rate = soundfile.read(tmp_path / "original", dtype="float32")
    after, _ = soundfile.read(target, dtype="float32")
    start, end = (round(second * rate) for second in (0.4, 0.9))
    outside = np.ones(len(before), bool)
    outside[start:end] = False
    if lossy:
        # Beside the range a block of the coding rings on.
        assert np.abs(after[start + rate // 20 : end - rate // 20]).max() < 0.02
    else:
        assert np.array_equal(after[outside], before[outside])
        assert not after[start:end].any()
    with soundfile.SoundFile(target) as copy:
        assert copy.comment.startswith("Redacted copy")


def test_more_than_16_bits_are_kept(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    samples = (np.sin(np.arange(16000) / 7) * 0.3 * (1 << 23)).astype(np.int32) << 8
    soundfile.write(source / "a.wav", samples, 16000, subtype="PCM_24")
    extract([source], tmp_path / "case", None, Options("Tester", argv=("test",)), lambda *_: None)
    redact(tmp_path / "case", "1", RedactionRequest(((0.4, 0.5),), "silence", "P-1", target=tmp_path / "c.wav"), None)
    found, _ = soundfile.read(tmp_path / "c.wav", dtype="int32")
    assert np.array_equal(np.delete(found, slice(6400, 8000)), np.delete(samples, slice(6400, 8000)))
    assert soundfile.info(tmp_path / "c.wav").subtype == "PCM_24"


def test_the_database_of_the_case_is_not_written_to(sample: RedactedSample) -> None:
    before = (sample.case / "case.db").read_bytes()
    with open_case(sample.case) as case, handed_over(case):
        pass
    assert (sample.case / "case.db").read_bytes() == before
    with closing(sqlite3.connect(sample.case / "case.db")) as db:
        assert db.execute("SELECT count(*) FROM records WHERE transcript LIKE '%what time%'").fetchone()[0]
