"""Files that name the service anywhere in them are read, or named in one issue with all their places."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from echoforensics.case.case import Case
from echoforensics.case.exhibits.row import Row
from echoforensics.case.vault import Staged, Vault
from echoforensics.evidence.name_search import NameSearch
from echoforensics.extraction.issue_groups import MAX_PLACES, IssueGroups
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract
from parsers.record import Issue

ALARM = {
    "alarmTime": 1704106800000,
    "deviceSerialNumber": "G",
    "notificationIndex": "n",
    "status": "ON",
    "type": "Alarm",
}
PAIR = {"request": "https://alexa.amazon.de/api/notifications", "response": {"notifications": [ALARM]}}
Extract = Callable[[Path], tuple[list[Row], list[tuple[str, str]]]]


@pytest.fixture
def extracted(tmp_path: Path) -> Extract:
    def run(source: Path) -> tuple[list[Row], list[tuple[str, str]]]:
        case_path = tmp_path / "case"
        extract([source], case_path, None, Options(argv=("test",)), lambda *_: None)
        with Case.open(case_path) as case:
            return list(case.rows()), sorted((issue.path, issue.what) for issue in case.issues())

    return run


def _folder(tmp_path: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = tmp_path / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "source"


@pytest.mark.parametrize("single", [False, True])
def test_json_is_read_wherever_in_it_the_service_is_named(tmp_path: Path, extracted: Extract, single: bool) -> None:
    content = json.dumps({"filler": "x" * 200_000, "kept": [PAIR]}).encode()
    folder = _folder(tmp_path, {"export.json": content})
    found, issues = extracted(folder / "export.json" if single else folder)
    assert [(row["data_type"], row["path"]) for row in found] == [("alexa:cloud:notification", "export.json")]
    assert issues == []


def test_what_is_not_read_is_one_issue_with_its_files(tmp_path: Path, extracted: Extract) -> None:
    files = {
        "a/notes.txt": b"see https://alexa.amazon.de/api/cards", "b.bin": b"\x00" * 100_000 + b"dopplerId",
        "c.txt": b"nothing of it", "d.json": b'{"tool": {"notificationIndex": 1}}',
    }  # fmt: skip
    found, issues = extracted(_folder(tmp_path, files))
    assert found == []
    ((path, what),) = issues
    assert path == ""
    assert what.startswith("3 files name the Alexa service, in a form that is not read. What it says")
    assert "a/notes.txt: 1 address of it, https://alexa.amazon.de/api/cards at byte 4; b.bin: 1 key of its" in what
    assert "d.json: 1 key of its answers, notificationIndex at byte" in what


def test_a_file_that_names_nothing_is_not_kept(tmp_path: Path, extracted: Extract) -> None:
    assert extracted(_folder(tmp_path, {"c.txt": b"nothing of it", "e.json": b"{}"})) == ([], [])


@pytest.mark.parametrize("size", [1, 7, 1000, 5000])
def test_a_name_is_found_however_the_file_is_cut_into_pieces(size: int) -> None:
    content = b"x" * 3000 + b"https://alexa.amazon.de/api/cards" + b"y" * 3000 + b" dopplerId"
    search = NameSearch()
    for at in range(0, len(content), size):
        search.feed(content[at : at + size])
    assert set(search.kinds) >= {"address", "key"}


def test_issues_that_say_the_same_are_one_with_their_places() -> None:
    groups = IssueGroups()
    for number in range(MAX_PLACES + 5):
        groups.add(Issue("x: text was expected.", f"json:/{number}", parser="p"))
    groups.add(Issue("y: text was expected.", "json:/9", parser="p"))
    groups.add(Issue("x: text was expected.", "json:/9", parser="q"))
    first, second, third = groups.grouped()
    assert first.locator == "json:/0"
    assert first.what.startswith("x: text was expected. (25 times; also at json:/1, json:/2,")
    assert first.what.endswith(", json:/20, and 4 more)")
    assert (second.what, third.parser) == ("y: text was expected.", "q")


def test_member_that_can_be_read_again_is_not_copied_to_learn_what_it_names(
    tmp_path: Path, extracted: Extract, monkeypatch: pytest.MonkeyPatch
) -> None:
    staged: list[Vault] = []
    stage = Vault.stage

    def counted(vault: Vault) -> Staged:
        staged.append(vault)
        return stage(vault)

    monkeypatch.setattr(Vault, "stage", counted)
    with zipfile.ZipFile(tmp_path / "source.zip", "w") as archive:
        archive.writestr("nothing.bin", bytes(range(256)) * 1000)
        archive.writestr("export.json", json.dumps({"filler": "x" * 200_000, "kept": [PAIR]}))

    found, issues = extracted(tmp_path / "source.zip")

    assert [(row["data_type"], row["path"]) for row in found] == [("alexa:cloud:notification", "export.json")]
    assert (issues, len(staged)) == ([], 1)
