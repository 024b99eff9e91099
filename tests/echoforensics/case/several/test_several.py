"""What several cases have in common, by id and by hash; none of them is changed."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from echoforensics.case.case import Case
from echoforensics.case.several.case_names import case_names
from echoforensics.case.several.same_interactions import RECORD, RECORDING, UTTERANCE, SameInteractions
from echoforensics.case.several.shared_things import KINDS, shared_things
from echoforensics.errors import CaseError, UsageError
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract
from tests.echoforensics.conftest import Sealed, silent

OLDER = Path(__file__).parents[1] / "cases_of_version_4"


@pytest.fixture(scope="module")
def matters(sealed: Sealed, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two matters: one has the device alone, the other the account alone."""
    folder = tmp_path_factory.mktemp("matters")
    device, account, _ = sealed.sources
    for name, source in (("first", device), ("second", account)):
        extract([source], folder / name, None, Options(argv=("test",)), silent)
    return [folder / "first", folder / "second"]


def digest(path: Path) -> str:
    return hashlib.sha256((path / "case.db").read_bytes()).hexdigest()


def test_one_device_and_what_was_said_to_it_in_two_matters(matters: list[Path]) -> None:
    before = list(map(digest, matters))
    with Case.open(matters[0]) as first, Case.open(matters[1]) as second:
        found = {(thing.kind, thing.value): thing for thing in shared_things([("a", first), ("b", second)])}
        serial = next(iter(first.devices())).serial
        both = {row["utterance_id"] for row in first.rows()} & {row["utterance_id"] for row in second.rows()} - {None}
    device = found["device", serial]
    assert [(where.case, where.records > 0, where.exhibit[:3]) for where in device.cases] == [
        ("a", True, "EF-"), ("b", True, "EF-"),
    ]  # fmt: skip
    assert {value for kind, value in found if kind == "utterance"} >= both
    assert not any(kind in ("recording", "file", "evidence item") for kind, _ in found)
    assert list(map(digest, matters)) == before


def test_of_a_copy_everything_is_in_both(sealed: Sealed, matters: list[Path]) -> None:
    with Case.open(sealed.path) as whole, Case.open(matters[1]) as part:
        found = list(shared_things([("whole", whole), ("part", part)]))
        recordings = {one.sha256 for one in part.recordings()}
        (item,) = part.evidence()
    by_kind = {kind: {thing.value for thing in found if thing.kind == kind} for kind in KINDS}
    assert by_kind["recording"] == recordings != set()
    assert by_kind["evidence item"] == {item.sha256}
    assert by_kind["network"] == {"hollow-lane"}
    assert by_kind["hardware address"] == {"02DE30000001"}
    assert by_kind["account"] == {"ADEMOHOUSEHOLD"}
    assert by_kind["file"]
    assert [thing.kind for thing in found] == sorted((thing.kind for thing in found), key=KINDS.index)


def test_interactions_are_found_in_the_other_matter_by_what_they_share(sealed: Sealed, matters: list[Path]) -> None:
    paths = [sealed.path, *matters]
    opened = [Case.open(path) for path in paths]
    with SameInteractions(list(zip("wda", opened, strict=True))) as same:
        of_whole = {one.number: same.of(0, one.number) for one in opened[0].interactions()}
        of_device = {one.number: same.of(1, one.number) for one in opened[1].interactions()}
    for name, other in zip("da", opened[1:], strict=True):
        named = {each.number for also in of_whole.values() for each in also if each.case == name}
        assert named == {one.number for one in other.interactions()}
    assert {each.by for also in of_whole.values() for each in also} == {RECORD}
    by_utterance = [each for also in of_device.values() for each in also if each.case == "a"]
    assert {each.by for each in by_utterance} == {UTTERANCE}
    device = {one.number: one for one in opened[1].interactions()}
    account = {one.number: one for one in opened[2].interactions()}
    for number, also in of_device.items():
        for each in also:
            if each.case == "a":
                assert abs((device[number].start or 0) - (account[each.number].start or 0)) < 60_000_000
    for case in opened:
        case.close()


def test_a_recording_alone_ties_two_interactions(sealed: Sealed, tmp_path: Path) -> None:
    with Case.open(sealed.path) as case:
        recording = next(iter(case.recordings()))
        content = case.read(recording.sha256)
    (tmp_path / "found").mkdir()
    (tmp_path / "found" / "sound.wav").write_bytes(content)
    extract([tmp_path / "found"], tmp_path / "other", None, Options(argv=("test",)), silent)
    with Case.open(sealed.path) as whole, Case.open(tmp_path / "other") as other:
        assert ("recording", recording.sha256) in {
            (thing.kind, thing.value) for thing in shared_things([("whole", whole), ("other", other)])
        }
        with SameInteractions([("whole", whole), ("other", other)]) as same:
            (one,) = other.interactions()
            assert [each.by for each in same.of(1, one.number)] in ([RECORD], [RECORDING])


def test_cases_of_one_name_go_by_their_paths(tmp_path: Path) -> None:
    paths = [tmp_path / "a" / "case", tmp_path / "b" / "case", tmp_path / "c" / "other"]
    assert case_names(paths) == [str(paths[0]), str(paths[1]), "other"]
    with pytest.raises(UsageError, match="given twice"):
        case_names([paths[0], tmp_path / "b" / ".." / "a" / "case"])


def test_a_case_of_an_earlier_version_has_things_and_no_interactions(sealed: Sealed, tmp_path: Path) -> None:
    shutil.unpack_archive(OLDER / "unsigned.zip", tmp_path)
    older = min(tmp_path.rglob("case.db")).parent
    with Case.open(older) as first, Case.open(sealed.path) as second:
        assert list(shared_things([("old", first), ("old again", first), ("new", second)]))
        with pytest.raises(CaseError, match="had no interactions"):
            SameInteractions([("old", first), ("new", second)])
