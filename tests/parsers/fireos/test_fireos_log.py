from __future__ import annotations

import io
import json
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.fireos.log import FireOsLog
from parsers.locator import resolve
from parsers.parser import Source
from parsers.record import Clock, Issue, Record, Timestamp
from parsers.times import iso

#: 2023-04-07T20:00:00Z.
PATH = "logd/Log.main@1680897600000.txt.zip!/Log.main_0"
WAKE = "04-07 17:53:57.748        1714  1714 I ECS_ECService: Received event: WAKE_WORD"
NOTE = (
    "The device's clock. Its zone is UTC, as the published examination of an Echo Show 15 bears out. The line writes no"
    " year; it was counted back from the time in the file's name."
)
FACE = {
    "detectionEvents": [
        {
            "detectionMethod": "FACE_RECOGNITION",
            "payload": json.dumps(
                {"person": {"lastDetectedTimestamp": "2023-04-07T17:44:49Z", "personId": "amzn1.actor.person.did.X"}}
            ),
            "timeOfSample": "2023-04-07T17:44:49Z",
            "value": "DETECTED",
        }
    ]
}
UTTERANCE = (
    "A1EIANJ7PNB0Q7:1.0/2023/04/07/17/DEVICE_UNSPECIFIED/53:57::TNIH_2V.062147d1-25ba-4ea5-b1c9-bdf4c3ad72d1LPM/0"
)


def _read(lines: Iterable[str], path: str = PATH) -> list[Record | Issue]:
    content = "".join(f"{line}\n" for line in lines).encode()
    source = Source.of(content, path)
    assert FireOsLog().claims(source)
    found = list(FireOsLog().parse(source))
    for item in found:
        resolve(io.BytesIO(content), item.locator)
    return found


def _times(lines: Iterable[str], path: str = PATH) -> list[str | None]:
    records = [item for item in _read(lines, path) if isinstance(item, Record) and item.data_type != "echo:log:file"]
    return [iso(record.timestamps[0].timestamp) for record in records]


@pytest.mark.parametrize(
    "path", [PATH, "exported/Log.main_1680897600000.txt/Log.main_0", "logd/Log.main_1680897600000.txt"]
)
def test_the_year_is_counted_back_from_the_name_also_where_its_sign_was_replaced(path: str) -> None:
    assert _times(["--------- beginning of main", WAKE], path) == ["2023-04-07T17:53:57.748000+00:00"]


@pytest.mark.parametrize("path", ["export_1680897600000/Log.main_0", "Log.main_0"])
def test_other_numbers_in_a_path_are_not_taken_for_the_log_s_time(path: str) -> None:
    assert _times(["--------- beginning of main", WAKE], path) == [None]


def test_whole_records() -> None:
    wake, summary = _read(["--------- beginning of main", WAKE])
    recorded = Timestamp("Recorded Time", "04-07 17:53:57.748", Clock.DEVICE, 1680890037748000, NOTE)
    assert wake == Record(
        data_type="echo:event:wake_word",
        message="The log records that the device's event service received WAKE_WORD.",
        locator="line:2",
        timestamps=(recorded,),
        fields={"tag": "ECS_ECService", "event": "WAKE_WORD"},
    )
    assert summary == Record(
        data_type="echo:log:file",
        message="The log holds 1 line, of 1 program.",
        locator="",
        timestamps=(
            Timestamp("Start Time", "04-07 17:53:57.748", Clock.DEVICE, 1680890037748000, NOTE),
            Timestamp("End Time", "04-07 17:53:57.748", Clock.DEVICE, 1680890037748000, NOTE),
        ),
        fields={"lines": 1, "lines_by_program": {"ECS_ECService": 1}, "zone": "UTC"},
    )


def test_one_event_reported_twice_is_one_row() -> None:
    found = _read([
        "04-07 17:53:57.748  1714  1714 I ECS_ECService: Received event: TOUCH_EVENT",
        "04-07 17:53:57.751  1714  1714 I ECS_ECStateMachine: handleEventInternal: TOUCH_EVENT",
        "04-07 17:54:57.751  1714  1714 I ECS_ECStateMachine: handleEventInternal: TOUCH_EVENT",
        "04-07 17:54:57.900  1714  1714 I ECS_ECService: Received event: TOUCH_EVENT",
    ])  # fmt: skip
    assert [item.locator for item in found] == ["line:1", "line:3", "line:4", ""]


@pytest.mark.parametrize(
    ("event", "kind"),
    [("PRIVACY_MODE_ON", "privacy_mode"), ("BUTTON_EVENT", "button"), ("CAMERA_DISABLED", "camera"),
     ("MOTION", "motion"), ("ABSENCE", "presence"), ("CVS_START_VISUAL_ID", "visual_id"),
     ("NIGHT_TIME_STARTED", "other"), ("NEW_ONE", "other")],
)  # fmt: skip
def test_events(event: str, kind: str) -> None:
    record, _ = _read([f"04-07 10:00:00.000  1714  1714 I ECS_ECService: Received event: {event}"])
    assert isinstance(record, Record)
    assert (record.data_type, record.fields["event"]) == (f"echo:event:{kind}", event)


def test_a_face_has_the_time_it_was_last_seen() -> None:
    face, _ = _read([f"04-07 17:44:49.810  900  950 D AIS_VID_PUBLISHER: Request JSON body: {json.dumps(FACE)}"])
    assert isinstance(face, Record)
    assert face.message == (
        "The log records that the device reported a face to the service, as person amzn1.actor.person.did.X."
    )
    assert face.person == "amzn1.actor.person.did.X"
    assert [(timestamp.description, iso(timestamp.timestamp)) for timestamp in face.timestamps] == [
        ("Recorded Time", "2023-04-07T17:44:49.810000+00:00"), ("Last Seen Time", "2023-04-07T17:44:49.000000+00:00"),
    ]  # fmt: skip
    broken, _ = _read(
        ['04-07 17:44:49.810  900  950 D AIS_VID_PUBLISHER: Request JSON body: {"detectionEvents":[{"pay']
    )
    assert isinstance(broken, Record)
    assert broken.message.endswith("the report could not be taken apart.")


def test_persons_networks_and_utterances() -> None:
    found = _read([
        "04-07 10:00:00.000  1  2 I CVNative-human.detector: doProcess(218) Found 1 torsos or hands",
        "04-07 10:00:01.000  1  2 I wpa_supplicant: wlan0: CTRL-EVENT-CONNECTED - Connection to aa:bb:cc:dd:ee:ff",
        f"04-07 10:00:02.000  system  1  2 I SIM_Directive: utteranceId={UTTERANCE}",
    ])  # fmt: skip
    records = [item for item in found if isinstance(item, Record)]
    assert [record.data_type for record in records] == [
        "echo:event:person", "echo:event:wifi", "echo:log:utterance", "echo:log:file",
    ]  # fmt: skip
    assert records[0].message == "The log records that the camera's detector found 1 torsos or hands."
    assert records[2].utterance_id == UTTERANCE


def test_the_year_goes_back_over_new_year_and_no_further_than_is_known() -> None:
    new_year = PATH.replace("1680897600000", "1672617600000")  # 2023-01-02T00:00:00Z
    lines = [WAKE.replace("04-07", day) for day in ("12-30", "12-31", "01-01")]
    assert [str(time)[:10] for time in _times(lines, new_year)] == ["2022-12-30", "2022-12-31", "2023-01-01"]
    assert _times([WAKE.replace("04-07", "09-01"), WAKE]) == [None, "2023-04-07T17:53:57.748000+00:00"]
    assert _times([WAKE.replace("04-07", "04-10")]) == [None]


def test_without_a_stamp_no_year_is_claimed_and_a_written_year_is_taken() -> None:
    found = _read([WAKE, "2023-" + WAKE], "case/logcat.txt")
    records = [item for item in found if isinstance(item, Record)]
    stamps = [record.timestamps[0] for record in records[:2]]
    assert [(stamp.recorded, stamp.timestamp) for stamp in stamps] == [
        ("04-07 17:53:57.748", None), ("2023-04-07 17:53:57.748", None),
    ]  # fmt: skip
    assert stamps[1].note == "The device's clock, in a zone that neither the line nor the file gives."


def test_lines_not_of_the_form_are_issues_and_then_counted() -> None:
    found = _read([WAKE, *(f"junk {number}" for number in range(60)), "13-45 99:00:00.000 1 2 I a: b"])
    issues = [item for item in found if isinstance(item, Issue)]
    assert issues == [
        Issue(
            "61 lines are not of the form of this log; they were not read: lines 2 to 21 and 41 more.",
            "line:2",
            b"junk 0",
        )
    ]


def test_what_is_not_claimed() -> None:
    assert not FireOsLog().claims(Source.of(f"Seen: {WAKE}".encode(), "notes.txt"))
    assert not FireOsLog().claims(Source.of(b"no log", PATH))


@given(st.lists(st.one_of(st.binary(max_size=80), st.sampled_from([
    WAKE.encode(), b"02-29 00:00:00.000  1  2 I ECS_X: Received event: MOTION",
    b"04-07 00:00:00.000  1  2 I AIS_VID_PUBLISHER: Request JSON body: {\"detectionEvents\":[[[[",
])), max_size=20), st.sampled_from(["1680897600000", "0000000000000", "9999999999999", "x"]))  # fmt: skip
def test_any_lines(lines: list[bytes], stamp: str) -> None:
    source = Source.of(b"\n".join(lines), PATH.replace("1680897600000", stamp))
    for item in FireOsLog().parse(source):
        assert isinstance(item, (Record, Issue))
