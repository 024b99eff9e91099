from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from echoforensics.case.added_records.addition import Addition
from echoforensics.case.custody.adding import AddingRun
from echoforensics.cli.main import cli
from echoforensics.errors import UsageError
from echoforensics.library import open_case
from echoforensics.listening.likeness import find_like


@pytest.fixture
def heard(sealed: Any, copy_of_sealed: Path) -> tuple[Path, str]:
    """A case with a text by a machine, and the exhibit of its recording."""
    with open_case(copy_of_sealed) as case:
        exhibit = next(iter(case.recordings())).rows[0]["exhibit"]
    words = [["Alexa,", 0.2, 0.8, 0.9], ["turn", 0.9, 1.1, 0.9], ["on", 1.1, 1.2, 0.9], ["the", 1.2, 1.3, 0.9],
             ["night.", 1.3, 1.7, 0.4]]  # fmt: skip
    text = {"text": "Alexa, turn on the night.", "words": words}
    addition = Addition(exhibit, "machine:transcript", "1", "Machine transcript: night.", "x", text)
    with closing(AddingRun(copy_of_sealed, sealed.key, "Tester")) as run:
        run.add([addition], {"what": "a test"})
    return copy_of_sealed, exhibit


def test_words_are_found_by_how_they_sound(heard: tuple[Path, str]) -> None:
    case_path, exhibit = heard
    with open_case(case_path) as case:
        found = find_like(case, "turn on the knight")
        first = found[0]
        assert (first.source, first.about, first.text) == ("machine", exhibit, "Alexa, turn on the night.")
        assert first.sound == 100.0
        assert first.spelling < 100.0
        assert (first.words, first.at) == ("turn on the night", 0.9)
        assert [one.likeness for one in found] == sorted((one.likeness for one in found), reverse=True)


def test_texts_of_the_service_are_among_them(heard: tuple[Path, str]) -> None:
    with open_case(heard[0]) as case:
        found = find_like(case, "what thyme is it")
        assert (found[0].source, found[0].text, found[0].at) == ("service", "alexa what time is it", None)
        assert len({(one.source, one.text, one.interaction) for one in found}) == len(found)
        assert find_like(case, "xylophone quartets") == []
        assert len(find_like(case, "alexa", 2)) == 2
        with pytest.raises(UsageError, match="contains no word"):
            find_like(case, " ?! ")


def test_the_command(heard: tuple[Path, str], copy_of_sealed: Path) -> None:
    done = CliRunner().invoke(cli, ["listen", str(heard[0]), "--find", "turn on the knight", "--limit", "1"])
    assert done.exit_code == 0, done.output
    assert f'by a machine, about {heard[1]} at 0.90 s: "Alexa, turn on the night."' in done.stdout
    done = CliRunner().invoke(cli, ["listen", str(heard[0]), "--find", "turn on the knight", "--json"])
    assert json.loads(done.stdout)["found"][0]["sound"] == 100.0


def test_a_case_that_was_not_listened_to_says_so(copy_of_sealed: Path) -> None:
    done = CliRunner().invoke(cli, ["listen", str(copy_of_sealed), "--find", "what time is it"])
    assert "the service" in done.stdout
    assert "No machine has listened to this case" in done.output
