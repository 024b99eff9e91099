"""The known answers of this checkout, and that a wrong one is found and named."""

from __future__ import annotations

import io
import json
import lzma
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chain_of_custody.keys import SigningKey
from echoforensics.errors import UsageError
from echoforensics.selftest import installed_files, parser_answers, truth
from echoforensics.selftest.answer import KnownAnswer, compared, differences
from echoforensics.selftest.installed_files import InstalledFiles
from echoforensics.selftest.result import PAYLOAD_TYPE, as_result, check_envelope, envelope
from echoforensics.selftest.run import AREAS, Selftest, run_selftest
from parsers.record import Issue
from parsers.registry import imported

WHEN = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def found() -> Selftest:
    return run_selftest()


def test_every_answer_of_this_checkout_is_right(found: Selftest) -> None:
    assert [answer for answer in found.answers if not answer.passed] == []
    assert found.passed
    assert [area for area, passed, asked in found.counts()] == [area for area in AREAS if area != "installation"]
    assert all(passed == asked > 0 for _, passed, asked in found.counts())


def test_most_parsers_have_an_answer_and_each_sample_says_something(found: Selftest) -> None:
    samples = truth.stated(truth.PARSER_ANSWERS)
    assert len(samples) >= 200
    assert all(sample["records"] or sample["issues"] for sample in samples)
    assert len(found.without_answer) <= 5


def test_a_parser_that_reads_otherwise_is_named_with_what_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    parser = next(each for each in imported() if each.name == "echo_messages")
    monkeypatch.setattr(type(parser), "parse", lambda *_: iter([Issue("not read")]))
    wrong = {answer.name: answer.differences for answer in parser_answers.parser_answers() if not answer.passed}
    assert list(wrong) == ["echo_messages"]
    assert wrong["echo_messages"][0].startswith("issues: expected 0, found 1")


def test_a_parser_that_raises_and_one_that_is_missing_are_wrong_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    parser = next(each for each in imported() if each.name == "echo_messages")

    def claims(*_: Any) -> bool:
        raise ZeroDivisionError

    monkeypatch.setattr(type(parser), "claims", claims)
    others = tuple(each for each in imported() if each.name != "cookies_text")
    monkeypatch.setattr(parser_answers, "load", lambda: others)
    wrong = {answer.name: answer.differences for answer in parser_answers.parser_answers() if not answer.passed}
    assert sorted(wrong) == ["cookies_text", "echo_messages"]
    assert wrong["cookies_text"] == ("this installation has no parser cookies_text",)


def test_differences_name_the_place_and_both_values() -> None:
    assert differences({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}) == ("a 2.b: expected 2, found 3",)
    assert differences([1], [1, 2]) == ("count: expected 1, found 2",)
    assert differences({"a": 1}, None) == ("value: expected {'a': 1}, found None",)
    assert differences(list(range(9)), [None] * 9) == tuple(f"{n + 1}: expected {n}, found None" for n in range(5))
    assert compared("clock", "x", 1, 1).passed


def test_damaged_truth_sets_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("gone.json", "gone.jsonl"):
        with pytest.raises(truth.TruthError, match=f"{name} cannot be read"):
            truth.stated(name)
    monkeypatch.setattr(truth, "truth_bytes", lambda _: b"not xz, and no JSON")
    truth.inputs.cache_clear()
    with pytest.raises(truth.TruthError, match="is damaged"):
        truth.inputs(truth.PARSER_INPUTS)
    with pytest.raises(truth.TruthError, match="is damaged"):
        truth.stated(truth.SEAL_ANSWERS)
    truth.inputs.cache_clear()


def test_what_is_planted_in_the_samples_of_databases_is_in_their_answers() -> None:
    """The samples of declared tables hold one known instant; each answer must give it back, whatever its unit."""
    known = 1588587309
    seen = 0
    for sample in truth.stated(truth.PARSER_ANSWERS):
        for record in sample["records"]:
            for _, recorded, _, timestamp, *_ in record.get("timestamps", ()):
                if recorded in ("1588587309512", "1588587309512345", "13233060909512345", "610280109"):
                    seen += 1
                    assert timestamp // 1_000_000 == known
    assert seen > 10


def _small(*answers: KnownAnswer) -> Selftest:
    return Selftest(answers, (), InstalledFiles(Path("/opt"), {"parsers/a.py": "00"}, {}))


def test_a_signed_result_says_what_was_tested_and_holds() -> None:
    key = SigningKey.generate()
    result = as_result(_small(KnownAnswer("seal", "one"), KnownAnswer("seal", "two", ("differs",))), WHEN, key, "Lab")
    written = envelope(result, key)
    checked = check_envelope(written, key.public.fingerprint)
    assert (checked.failure, checked.fingerprint, checked.result) == ("", key.public.fingerprint, result)
    assert result["passed"] is False
    assert result["areas"] == [{"area": "seal", "passed": 1, "asked": 2}]
    assert result["made_at"] == "2026-11-28T12:00:00+00:00"
    assert set(result["truth_sets"]) == set(truth.TRUTH_FILES)
    assert result["agency"] == "Lab"
    assert "notice" not in result
    assert json.loads(written)["payloadType"] == PAYLOAD_TYPE


def test_an_altered_or_foreign_result_fails() -> None:
    key, other = SigningKey.generate(), SigningKey.generate()
    result = as_result(_small(KnownAnswer("seal", "two", ("differs",))), WHEN, key)
    better = as_result(_small(KnownAnswer("seal", "two")), WHEN, key)
    outer = json.loads(envelope(result, key))
    outer["payload"] = json.loads(envelope(better, key))["payload"]
    assert check_envelope(json.dumps(outer).encode()).failure.startswith("the signature is not over these bytes")
    assert "not " + other.public.fingerprint in check_envelope(envelope(result, key), other.public.fingerprint).failure
    unsigned = envelope(as_result(_small(), WHEN, None), None)
    assert check_envelope(unsigned).failure == ""
    assert check_envelope(unsigned).result["notice"].startswith("This result is not signed")
    assert check_envelope(unsigned, key.public.fingerprint).failure == "it must be signed, and is not"
    # A signature that was taken off leaves the key that is named.
    assert check_envelope(json.dumps({**outer, "signatures": []}).encode()).failure != ""


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"payload":"e30=","payloadType":"x","signatures":[]}'])
def test_what_is_no_result_is_refused(content: bytes) -> None:
    with pytest.raises(UsageError, match="not the result of a selftest"):
        check_envelope(content)


def test_installed_files_are_compared_with_what_was_installed() -> None:
    same = InstalledFiles(Path(), {"parsers/a.py": "00"}, {"parsers/a.py": "00"})
    (answer,) = same.answers()
    assert answer.passed
    changed = replace(same, hashes={"parsers/a.py": "01", "parsers/b.py": "02"})
    (answer,) = changed.answers()
    assert answer.differences == (
        "parsers/a.py: expected 00, found 01",
        "parsers/b.py: expected no such file, found 02",
    )
    assert list(replace(same, recorded={}).answers()) == []


def test_hashes_of_a_checkout_are_those_of_sha256sum() -> None:
    package = installed_files.installed_files()
    assert package.recorded == {}
    assert {path.partition("/")[0] for path in package.hashes} == {"echoforensics", "parsers", "chain_of_custody"}
    assert "echoforensics/selftest/data/README.md" in package.hashes


def test_truth_archives_hold_plain_members_only() -> None:
    def members(name: str) -> Iterator[tarfile.TarInfo]:
        with tarfile.open(fileobj=io.BytesIO(lzma.decompress(truth.truth_bytes(name)))) as archive:
            yield from archive.getmembers()

    for name in (truth.PARSER_INPUTS, truth.EVIDENCE_INPUTS):
        for member in members(name):
            assert member.isfile()
            assert not member.name.startswith("/")
            assert (member.mtime, member.uid, member.gid) == (0, 0, 0)
