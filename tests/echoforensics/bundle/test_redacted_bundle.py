"""A bundle of a case with redactions: a part, in which nothing is left of what was removed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyrage
import pytest
import soundfile
from click.testing import CliRunner

from echoforensics.cli.main import cli
from echoforensics.export.sealed_folder import verify_sealed
from echoforensics.library import open_case
from echoforensics.verification import verify_case
from tests.handed_over import bundle, problems_of, seal_of
from tests.redacted_sample import SPOKEN, RedactedSample, with_redaction
from tests.residue import residue


@pytest.fixture
def sample(sealed: Any, copy_of_sealed: Path) -> RedactedSample:
    return with_redaction(copy_of_sealed, sealed.key)


def test_nothing_of_what_was_removed_is_in_a_bundle(sealed: Any, sample: RedactedSample, tmp_path: Path) -> None:
    assert residue([sample.case], sample.removed)
    written = bundle(sample.case, tmp_path / "bundle", sealed.key)
    assert residue([tmp_path / "bundle"], sample.removed) == []
    assert problems_of(tmp_path / "bundle") == []
    assert written.redacted
    assert not (tmp_path / "bundle" / "data" / "case.db").exists()
    assert (tmp_path / "bundle" / "data" / "report" / "index.html").is_file()
    assert seal_of(tmp_path / "bundle").predicate["whole"] is False
    assert written.sealed_set.left_out > 0
    with open_case(sample.case) as case:
        (line,) = [entry.detail for entry in case.actions() if entry.detail.get("format") == "bundle"]
    assert line["redacted"] is True


def test_the_copy_is_in_its_place_and_what_is_withheld_is_listed(
    sealed: Any, sample: RedactedSample, tmp_path: Path
) -> None:
    bundle(sample.case, tmp_path / "bundle", sealed.key)
    data = tmp_path / "bundle" / "data"
    copy = data / "recordings" / f"{sample.made.about}_redacted.wav"
    samples, _ = soundfile.read(copy, dtype="float32", always_2d=True)
    (start, end), *_ = sample.made.samples
    assert not samples[start:end].any()
    assert (samples[:start] == sample.samples[:start]).all()
    assert (samples[end:] == sample.samples[end:]).all()
    (line,) = [json.loads(each) for each in (data / "recordings.jsonl").open() if sample.made.sha256 in each]
    assert line == {
        "exhibit": sample.made.about, "file": f"data/recordings/{copy.name}", "redacts": sample.made.original,
        "sha256": sample.made.sha256,
    }  # fmt: skip
    listed = json.loads((data / "redactions.json").read_text())
    (one,) = listed["redactions"]
    assert (one["original_sha256"], one["copy_sha256"]) == (sample.made.original, sample.made.sha256)
    assert one["removed"] == [{"from_sample": start, "to_sample": end, "replaced_by": "silence", "reason": "P-1"}]
    withheld = {each["sha256"]: each["because"] for each in listed["withheld_files"]}
    assert withheld[sample.made.original] == "it holds the sound that was removed"
    with open_case(sample.case) as case:
        texts = {row["sha256"] for row in case.rows() if row["transcript"] == SPOKEN}
    assert {withheld[sha256] for sha256 in texts} == {"it holds a text that was withheld or redacted"}
    rows = {row["exhibit"]: row for row in map(json.loads, (data / "timeline.jsonl").open())}
    assert rows[sample.transcript]["message"].endswith('"alexa [REDACTED] now"')
    assert rows[sample.note]["message"].startswith("[REDACTED]")
    assert set(listed["changed_rows"]) >= {sample.transcript, sample.note, sample.made.about}


@pytest.mark.parametrize("name", ["bundle.zip", "bundle.zip.age"])
def test_nor_is_it_in_a_zip_or_what_was_encrypted(
    sealed: Any, sample: RedactedSample, tmp_path: Path, name: str
) -> None:
    identity = pyrage.x25519.Identity.generate()
    to = (str(identity.to_public()),) if name.endswith("age") else ()
    bundle(sample.case, tmp_path / name, sealed.key, encrypt_to=to)
    content = (tmp_path / name).read_bytes()
    opened = tmp_path / "opened.zip"
    opened.write_bytes(pyrage.decrypt(content, [identity]) if to else content)
    assert residue([opened], sample.removed) == []
    assert residue([opened], {"a copy": sample.made.sha256.encode()})


def test_a_part_of_it_says_nothing_of_other_redactions(sealed: Any, sample: RedactedSample, tmp_path: Path) -> None:
    bundle(sample.case, tmp_path / "part", sealed.key, only=(sample.made.about,))
    assert residue([tmp_path / "part"], sample.removed) == []
    assert problems_of(tmp_path / "part") == []
    listed = json.loads((tmp_path / "part" / "data" / "redactions.json").read_text())
    assert [one["recording"] for one in listed["redactions"]] == [sample.made.about]
    assert not [one for one in listed["withheld_files"] if "path" in one]
    bundle(sample.case, tmp_path / "other", sealed.key, only=("EF-0000003",))
    listed = json.loads((tmp_path / "other" / "data" / "redactions.json").read_text())
    assert listed == {"redactions": [], "withheld_files": []}


def test_marked_words_alone_are_replaced(sealed: Any, copy_of_sealed: Path, tmp_path: Path) -> None:
    sample = with_redaction(copy_of_sealed, sealed.key, marks=("what time",))
    assert {sample.made.texts[name] for name in sample.made.texts if name != sample.transcript} == {
        "alexa [REDACTED] is it"
    }
    assert sample.made.withheld == ()
    bundle(sample.case, tmp_path / "bundle", sealed.key)
    assert residue([tmp_path / "bundle"], sample.removed) == []
    text = (tmp_path / "bundle" / "data" / "timeline.jsonl").read_text()
    assert "alexa [REDACTED] is it" in text
    assert "It's six oh two PM." in text
    assert verify_sealed(tmp_path / "bundle").ok


def test_the_command_says_so_and_hands_over_everything_where_it_is_told_to(
    sealed: Any, sample: RedactedSample, tmp_path: Path
) -> None:
    sealed.key.save(tmp_path / "examiner.pem", "secret")
    run = CliRunner(env={"ECHOFORENSICS_PASSPHRASE": "secret"})
    command = ["bundle", str(sample.case), "--key", str(tmp_path / "examiner.pem"), "-o"]
    done = run.invoke(cli, [*command, str(tmp_path / "redacted")])
    assert done.exit_code == 0, done.output
    assert "nothing of what was removed is in it" in done.output
    done = run.invoke(cli, [*command, str(tmp_path / "whole"), "--unredacted"])
    assert done.exit_code == 0, done.output
    assert "nothing of what was removed" not in done.output
    assert residue([tmp_path / "whole" / "data" / "recordings"], sample.removed)
    assert (tmp_path / "whole" / "data" / "case.db").is_file()
    assert "UNREDACTED" in (tmp_path / "whole" / "data" / "report" / "index.html").read_text()
    assert problems_of(tmp_path / "whole") == []
    with open_case(sample.case) as case:
        lines = [entry.detail for entry in case.actions() if entry.detail.get("format") == "bundle"]
    assert [(line.get("redacted"), line.get("unredacted")) for line in lines] == [(True, None), (None, True)]
    assert verify_case(sample.case, sources=False).ok


def test_an_earlier_redacted_bundle_can_be_repeated(sealed: Any, sample: RedactedSample, tmp_path: Path) -> None:
    first = bundle(sample.case, tmp_path / "first", sealed.key)
    again = bundle(sample.case, tmp_path / "again", sealed.key, head=first.head)
    assert again.sealed_set == first.sealed_set
    names = [
        path.relative_to(tmp_path / "first") for path in (tmp_path / "first" / "data").rglob("*") if path.is_file()
    ]
    other = [
        name for name in names if (tmp_path / "first" / name).read_bytes() != (tmp_path / "again" / name).read_bytes()
    ]
    assert other == []
