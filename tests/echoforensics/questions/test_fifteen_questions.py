"""Fifteen questions about a case whose answers are known, asked by the commands and calls of ``docs/questions.md``."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from chain_of_custody.signer import Signer
from echoforensics.case.case import Case
from echoforensics.case.counts import CaseCounts
from echoforensics.cli.main import cli
from echoforensics.demo.build import clip
from echoforensics.demo.story import CUSTOMER, DEVICE_TYPE, EARLIER, NEAR_MISSES, SERIAL, UTTERANCES, ZONE
from echoforensics.examiner_key import create_key
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract
from echoforensics.report.bundle import write_report

PAGE = Path(__file__).parents[3] / "docs" / "questions.md"
LIGHTS = UTTERANCES[1]
PERSON = "amzn1.actor.person.oid.DEMO"
PHONE = "02:00:00:00:00:01"
LINK_KEY = "00112233445566778899AABBCCDDEEFF"
HALF = hashlib.sha256(clip(UTTERANCES[3].clip)[:20_000]).hexdigest()


class Asked(NamedTuple):
    """What the commands of a question wrote to standard output, and the names that its library call left."""

    outputs: list[str]
    names: dict[str, Any]

    @property
    def found(self) -> Any:
        return self.names["found"]

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.outputs[0].splitlines()]


class Made(NamedTuple):
    """The case, its examiner's key, and what the extraction counted."""

    path: Path
    key: Path
    outcome: CaseCounts


Ask = Callable[..., Asked]


@pytest.fixture(scope="module")
def made(sample_sources: list[Path], tmp_path_factory: pytest.TempPathFactory, more_evidence: dict[str, bytes]) -> Made:
    folder = tmp_path_factory.mktemp("questions")
    for path, content in more_evidence.items():
        (folder / "more" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "more" / path).write_bytes(content)
    key: Signer = create_key(folder / "examiner.pem", None)[0]
    options = Options("Tester", "Laboratory", "Q-15", ZONE, argv=("test",))
    outcome = extract([*sample_sources, folder / "more"], folder / "case", key, options, lambda *_: None)
    return Made(folder / "case", folder / "examiner.pem", outcome)


@pytest.fixture
def case(made: Made) -> Iterator[Case]:
    with Case.open(made.path) as opened:
        yield opened


@pytest.fixture
def ask(made: Made, case: Case) -> Ask:
    """Asks a question as the page says: runs its commands and its library call, with what is in capitals replaced."""

    def asked(number: int, **given: str) -> Asked:
        section = re.search(rf"^## {number}\. .*?(?=^## |\Z)", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
        assert section
        outputs = []
        for line in re.findall(r"^ {4}echoforensics (.+)$", section[0], re.MULTILINE):
            words = [{"CASE": str(made.path), "KEY": str(made.key), **given}.get(word, word) for word in line.split()]
            done = CliRunner().invoke(cli, words, catch_exceptions=False)
            assert done.exit_code == 0, done.output
            outputs.append(done.stdout)
        (block,) = re.findall(r"```python\n(.*?)```", section[0], re.DOTALL)
        names: dict[str, Any] = {"case": case, **given}
        exec(compile(block, f"question {number}", "exec"), names)
        assert outputs
        return Asked(outputs, names)

    return asked


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    return json.loads(json.dumps(value))


def _second(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%S}.000000+00:00"


def _sha256(name: str) -> str:
    return hashlib.sha256(clip(name)).hexdigest()


def test_the_page_has_fifteen_questions() -> None:
    headings = re.findall(r"^## (\d+)\. (.+)\?$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert [int(number) for number, _ in headings] == list(range(1, 16))


def test_1_who_spoke_and_when(ask: Ask) -> None:
    asked = ask(1)
    spoken = [(_second(one.start), CUSTOMER, (PERSON,) if one is LIGHTS else (), one.text)
              for one in (EARLIER, *UTTERANCES)]  # fmt: skip
    near = [(_second(one.when), None, (), None) for one in NEAR_MISSES]
    found = [(one.datetime, one.account, one.persons, one.transcript) for one in asked.found]
    assert found == [*sorted([*spoken, *near], key=lambda each: each[0]), *[(None, None, (), None)] * 2]
    assert {device.name for one in asked.found for device in one.devices} == {"Kitchen Echo"}
    lines = asked.outputs[0].splitlines()
    assert [line for line in lines if line.startswith("IN-")] == [
        f"{one.number}  {one.sentence}" for one in asked.found
    ]
    assert [line.strip() for line in lines if line.startswith("    Account: ")] == [
        f"Account: {CUSTOMER}; person whom the service recognised: {', '.join(one.persons) or 'not recorded'}"
        for one in asked.found
        if one.account
    ]


def test_2_what_was_said_in_the_minutes_before_a_time(ask: Ask) -> None:
    asked = ask(2, START="2024-03-09T18:00Z", END="2024-03-09T18:10Z")
    assert [one.transcript for one in asked.found] == [UTTERANCES[0].text, None, LIGHTS.text]
    assert [one.answers[0].text if one.answers else None for one in asked.found] == [
        UTTERANCES[0].answer, None, LIGHTS.answer,
    ]  # fmt: skip
    assert asked.outputs[0].splitlines() == [f"{one.number}  {one.sentence}" for one in asked.found]
    nothing = ask(2, START="2024-03-09T19:00Z", END="2024-03-09T19:10Z")
    assert (nothing.outputs, list(nothing.found)) == ([""], [])


def test_3_which_recordings_exist_and_where(ask: Ask) -> None:
    asked = ask(3)
    cloud = "alexa-cloud.zip: recordings"
    expected = {
        _sha256(UTTERANCES[0].clip): ("live", [f"{cloud}/1.wav", f"{cloud}/5.wav"]),
        _sha256(LIGHTS.clip): ("live", [f"{cloud}/2.wav", "phone: data/data/com.amazon.dee.app/cache/sound"]),
        _sha256(UTTERANCES[2].clip): (
            "live", [f"{cloud}/3.wav", "phone: sdcard/Download/Alexa.zip!/Audio/kitchen.wav"],
        ),
        _sha256(UTTERANCES[3].clip): ("live", [f"{cloud}/4.wav"]),
        _sha256(EARLIER.clip): ("deleted", ["echo-data.img: local/cache/playback.wav"]),
        HALF: ("live", ["phone: sdcard/Download/half.wav"]),
    }  # fmt: skip
    assert {one.sha256: (one.rows[0]["state"], list(one.references)) for one in asked.found} == expected
    listed = json.loads(asked.outputs[0])["recordings"]
    assert {one["sha256"]: (one["state"], one["places"]) for one in listed} == expected
    assert len(listed) == len(asked.found) == 6


def test_4_which_were_unintended(ask: Ask) -> None:
    asked = ask(4)
    assert [(one.datetime, *one.unintended.signs) for one in asked.found] == [
        (_second(NEAR_MISSES[0].when), "near miss"),
        (_second(NEAR_MISSES[1].when), "near miss"),
        (_second(UTTERANCES[2].start), "discarded"),
        (None, "recording without entry"),
        (None, "recording without entry"),
    ]
    assert all(one.unintended.speaks_for and one.unintended.speaks_against for one in asked.found)
    assert json.loads(asked.outputs[0]) == {"interactions": _plain([one.as_json() for one in asked.found])}


def test_5_which_networks_phones_and_bluetooth_devices(ask: Ask, case: Case) -> None:
    asked = ask(5)
    assert asked.lines == list(asked.found)
    expected = [
        ("alexa:app:event", "on the phone made UP-1 (ANDROID 4.4.2)"),
        ("alexa:app:event", "on the phone made UP-1 (ANDROID 4.4.2)"),
        ("echo:bluetooth:pairing", f"a link key for the Bluetooth device {PHONE}: it holds the two for paired"),
        ("echo:bluetooth:peer", f'the Bluetooth device {PHONE}: the name "Anna\'s phone"'),
        ("echo:wifi:network", 'the network "Guests", security NONE, without a secret'),
        ("echo:wifi:network", 'the network "hollow-lane", security WPA-PSK, with a secret'),
    ]
    rows = sorted(asked.found, key=lambda row: (row["data_type"], row["message"]))
    assert [row["data_type"] for row in rows] == [data_type for data_type, _ in expected]
    assert all(words in row["message"] for row, (_, words) in zip(rows, expected, strict=True))
    assert not any(secret in asked.outputs[0] for secret in (LINK_KEY, "correct horse"))
    places = {(row["evidence"], row["data_type"]) for row in case.rows(search="hollow-lane")}
    assert places == {("more", "echo:wifi:network"), ("alexa-cloud.zip", "alexa:cloud:device")}


def test_6_what_was_deleted(ask: Ask) -> None:
    asked = ask(6)
    assert asked.lines == list(asked.found)
    log = "local/log/messages_00000101_20240308210000.gz!/messages_00000101_20240308210000"
    assert len({row["record"] for row in asked.found}) == 5
    assert {(row["data_type"], row["path"]) for row in asked.found} == {
        ("echo:log:audio_stream", log),
        ("echo:log:volume", log),
        ("echo:log:wake_word", log),
        ("recording:audio", "local/cache/playback.wav"),
        ("alexa:web:address", "History"),
    }
    assert {row["state"] for row in asked.found} == {"deleted"}
    (address,) = [row for row in asked.found if row["path"] == "History"]
    assert address["datetime"] == "2024-03-09T18:30:00.000000+00:00"
    assert address["message"].startswith(
        'The browser keeps the address https://alexa.amazon.com/spa/index.html#cards, titled "Alexa"; visits counted:'
        " 1. The database no longer shows this row; it was recovered: "
    )


def test_7_signs_of_tampering(ask: Ask) -> None:
    asked = ask(7)
    assert asked.lines == list(asked.found)
    (sign,) = asked.found
    assert (sign["evidence"], sign["path"], sign["locator"]) == ("more", "var/local/hosts", "line:2")
    assert sign["message"].startswith("A sign, not a conclusion (update_host_blocked, high): ")
    assert "it also fits an owner who wants to keep a version of the software" in sign["message"]


def test_8_is_the_clock_right_and_by_how_much(ask: Ask) -> None:
    asked = ask(8)
    assert [(one.owner, one.clock, one.pairs, one.offset, one.least, one.most) for one in asked.found] == [
        ("alexa-cloud.zip", "device", 0, None, None, None),
        ("echo-data.img", "device", 4, 1_377_000, 765_000, 2_399_000),
        ("more", "device", 1, 250_000, 250_000, 250_000),
        ("more", "phone", 0, None, None, None),
    ]
    section = asked.outputs[0].partition("\nClocks\n")[2].partition("\n\n")[0]
    assert [line.strip() for line in section.splitlines()] == [one.sentence for one in asked.found]
    assert asked.found[2].sentence == (
        "more: the device's clock was 0.250 s ahead of the time server's; one pair of times says so (corrections by a"
        " time server, which the device's log records)."
    )


def test_9_what_belongs_to_one_interaction(ask: Ask, case: Case) -> None:
    (number,) = [one.number for one in case.interactions(search=LIGHTS.text)]
    asked = ask(9, INTERACTION=number)
    assert sorted((member.data_type, member.strength, member.places) for member in asked.found.members) == [
        ("alexa:cloud:activity", "utterance id", 1),
        ("alexa:cloud:card", "utterance id", 1),
        ("alexa:cloud:history", "utterance id", 1),
        ("alexa:cloud:listed_url", "utterance id", 1),
        ("echo:log:answer", "utterance id", 1),
        ("echo:log:audio_stream", "utterance id", 1),
        ("echo:log:voice_request", "utterance id", 1),
        ("echo:log:wake_word", "utterance id", 1),
        ("recording:audio", "record key", 2),
    ]
    assert asked.found.recordings == (_sha256(LIGHTS.clip),)
    shown = json.loads(asked.outputs[0])
    assert shown["interaction"] == _plain(asked.found.as_json())
    assert [each["row"]["exhibit"] for each in shown["traces"]] == [one.exhibit for one in asked.found.members]
    assert all(each["unchanged"] and each["found"]["content"] for each in shown["traces"])


def test_10_what_is_missing_and_when(ask: Ask) -> None:
    asked = ask(10)
    assert [(gap.data_type, gap.datetime, gap.datetime_end, gap.derived_from[0].path) for gap in asked.found] == [
        ("gap:entry_without_sound", _second(EARLIER.start), _second(EARLIER.start), "history/traffic.json"),
        ("gap:retention", None, "2024-03-09T23:30:00.000000+00:00", "var/local/log/daemon.log_00000012_20240309233000"),
        ("gap:retention", None, "2024-03-08T21:00:00.000000+00:00", "local/log/messages_00000101_20240308210000.gz"),
        ("gap:sound_without_entry", None, None, "sdcard/Download/half.wav"),
        ("gap:sound_without_entry", None, None, "local/cache/playback.wav"),
    ]
    assert all(gap.explanations for gap in asked.found)
    assert json.loads(asked.outputs[0]) == {"gaps": _plain([gap.as_json() for gap in asked.found])}


def test_11_which_alarms_were_set(ask: Ask) -> None:
    asked = ask(11)
    assert asked.lines == list(asked.found)
    assert [(row["datetime"], row["timestamp_desc"], row["recorded_time"]) for row in asked.found] == [
        ("2024-03-09T19:10:00.000000+00:00", "Creation Time", "1710011400000"),
        ("2024-03-11T07:00:00.000000+00:00", "Scheduled to start", "1710140400000"),
        (None, "Scheduled to start", "2024-03-11 07:00:00.000"),
    ]
    assert {row["device_serial"] for row in asked.found} == {SERIAL}
    assert all(
        row["message"].startswith("The account lists an entry of type Alarm with status ON;") for row in asked.found
    )


def test_12_what_music_was_played(ask: Ask) -> None:
    asked = ask(12)
    assert asked.lines == list(asked.found)
    (song,) = asked.found
    assert (song["datetime"], song["timestamp_desc"]) == ("2024-03-09T20:00:00.000000+00:00", "Start Time")
    assert (song["device_serial"], song["device_type"]) == (SERIAL, DEVICE_TYPE)
    assert song["message"].startswith('The account\'s media history lists "Made Song", artist Made Artist,')


def test_13_three_recordings_for_a_court(ask: Ask, case: Case, tmp_path: Path) -> None:
    wanted = {_sha256(one.clip): one.clip for one in UTTERANCES[:3]}
    exhibits = {one.sha256: one.rows[0]["exhibit"] for one in case.recordings() if one.sha256 in wanted}
    for number, (sha256, exhibit) in enumerate(exhibits.items()):
        folder = tmp_path / f"court-{number}"
        asked = ask(13, START="2024-03-09T18:00Z", END="2024-03-09T21:30Z", FOLDER=str(folder), EXHIBIT=exhibit,
                    SHA256=sha256)  # fmt: skip
        assert asked.names["content"] == clip(wanted[sha256])
        assert (asked.found.file_sha256, asked.found.unchanged, asked.found.origin) == (sha256, True, "evidence")
        assert f"The file hashes to {sha256}, the same as when it was extracted." in asked.outputs[1]
        assert all(place in asked.outputs[1] for place in asked.found.references)
        assert asked.outputs[2].rstrip().endswith("Verified.")
        natives = {path.stem: path.read_bytes() for path in folder.glob("NATIVES/*/*")}
        assert natives == {exhibits[other]: clip(name) for other, name in wanted.items()}
        with (folder / "DATA/load.dat").open(encoding="utf-8-sig", newline="") as stream:
            listed = list(csv.DictReader(stream, delimiter="\x14", quotechar="þ"))
        assert {one["NATIVESHA256"] for one in listed} == set(wanted)
        digests = Path(f"{folder}.sha256").read_bytes()
        assert all(sha256 in digests.decode() for sha256 in wanted)
        last = list(case.actions())[-1]
        assert (last.action, last.detail["rows"]) == ("exported", 3)
        assert last.detail["digest_list"] == {"files": 8, "sha256": hashlib.sha256(digests).hexdigest()}


def test_14_what_is_in_the_case(ask: Ask, case: Case, made: Made, tmp_path: Path) -> None:
    asked = ask(14)
    overview, shown = asked.found, json.loads(asked.outputs[0])
    assert shown == _plain(overview.as_json())
    assert [item.name for item, _ in overview.evidence] == ["echo-data.img", "alexa-cloud.zip", "phone", "more"]
    assert [(device.serial, device.type, device.names) for device in overview.devices] == [
        (SERIAL, DEVICE_TYPE, ("Kitchen Echo",))
    ]
    assert [account.name for account in overview.accounts] == [CUSTOMER]
    assert sorted(person.name for person in overview.persons) == ["Demo Household", PERSON]
    assert overview.counts == made.outcome == case.counts()
    assert len(case.rows()) == overview.counts.rows == sum(kind.rows for kind in overview.data_types)
    assert len(case.interactions()) == overview.interactions == 9
    assert len(case.gaps()) == sum((overview.gaps or {}).values()) == 5
    assert len(case.recordings()) == overview.counts.recordings == 6
    assert len(case.issues()) == overview.counts.issues == sum(group.issues for group in overview.issues)
    about = write_report(case, tmp_path / "report").with_name("about.html")
    page = " ".join(re.sub(r"<[^>]+>", " ", about.read_text("utf-8")).split())
    assert f"gave {overview.counts.records} records, shown as {overview.counts.rows} rows" in page
    words = CliRunner().invoke(cli, ["info", str(made.path)]).stdout
    assert not re.search(r"\b1 \w+s\b", words), "one thing has a noun in the singular"


def test_15_what_could_not_be_read(ask: Ask) -> None:
    asked = ask(15)
    issues, unread = asked.found
    expected = [
        ("more", "DataStore.db", "sqlite"),
        ("more", "DataStore.db", "sqlite"),
        ("phone", "sdcard/Download/half.wav", "recording"),
    ]
    assert sorted((issue.evidence, issue.path, issue.parser) for issue in issues) == expected
    shown = json.loads(asked.outputs[0])
    grouped = [(one["evidence"], one["path"], one["parser"]) for one in shown["issues"] for _ in range(one["issues"])]
    assert sorted(grouped) == expected
    assert [(file.evidence, file.path, file.size) for file in unread] == [("more", "notes.bin", 22)]
    assert shown["unread_files"] == [{"evidence": "more", "path": "notes.bin", "size": 22, "state": "allocated"}]
    assert shown["unread"] == {"files": 1, "bytes": 22, "listed": 1}
