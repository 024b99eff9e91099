from __future__ import annotations

import json

import pytest

from parsers.echo1.smarthome import EchoSmarthome
from parsers.parser import Source
from parsers.record import Clock, Issue, Record, Timestamp, Value

ENDPOINT = "00000000-1111-5222-8333-444444444444"
FOLDER = "p8/local/smarthomed"
NO_TIME = " The file holds no time: this is the state when the file was last written."
SCHEMA: dict[str, Value] = {
    "endpointId": ENDPOINT,
    "manufacturerName": "Amazon",
    "modelName": "AB72C64C86AW2",
    "friendlyName": "Anna's Echo",
    "relationships": {"isComponentOf": {"endpointId": "G090LF1234567890", "source": "AVS"}},
}


def _read(value: object, path: str) -> list[Record | Issue]:
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    source = Source.of(content, path)
    assert EchoSmarthome().claims(source)
    return list(EchoSmarthome().parse(source))


def test_endpoint_names_the_device() -> None:
    assert _read(SCHEMA, f"{FOLDER}/{ENDPOINT}/schema.json") == [
        Record(
            "echo:smarthome:endpoint",
            'The device keeps a record of itself as a smart-home endpoint named "Anna\'s Echo", Amazon, model'
            f" AB72C64C86AW2, part of the device G090LF1234567890.{NO_TIME}",
            "",
            device_serial="G090LF1234567890",
            device_type="AB72C64C86AW2",
            fields=SCHEMA,
            keys=(f"endpoint:{ENDPOINT}",),
        )
    ]


def test_endpoint_without_names() -> None:
    (record,) = _read({"modelName": 5, "relationships": []}, f"{FOLDER}/x/schema.json")

    assert isinstance(record, Record)
    assert record.message == (
        "The device keeps a record of itself as a smart-home endpoint without a name, no maker, model 5;"
        f" it names no serial number.{NO_TIME}"
    )
    assert (record.device_serial, record.device_type, record.keys) == (None, None, ())


def test_state_of_a_sensor() -> None:
    state: dict[str, Value] = {"overallMode": "ENABLED", "detectionModes": {"glassBreak": {"overallMode": "DISABLED"}}}

    assert _read(state, f"{FOLDER}/{ENDPOINT}/Alexa.AcousticEventSensor.json") == [
        Record(
            "echo:smarthome:state",
            "The device keeps the state of its ability Alexa.AcousticEventSensor: overallMode ENABLED; detectionModes"
            f" glassBreak overallMode DISABLED.{NO_TIME}",
            "",
            fields={"endpoint": ENDPOINT, "interface": "Alexa.AcousticEventSensor", "state": state},
            keys=(f"endpoint:{ENDPOINT}",),
        )
    ]


def test_times_in_a_state_are_given_with_their_names() -> None:
    state = {
        "a": [{"timeOfSample": "2023-04-09T17:44:49Z", "lastEventTime": 1_681_062_289_000}],
        "startTime": 1_681_062_289,
        "localTime": "2023-04-09T17:44:49",
        "uptime": 5,
        "sampleTime": "2023-04-09T17:44:49.5Z",
    }

    (record,) = _read(state, f"{FOLDER}/{ENDPOINT}/Alexa.X.json")

    def to_timestamp(recorded: str, timestamp: int | None, unit: str, name: str, locator: str) -> Timestamp:
        note = f'{unit} The value is named "{name}"; what it is the time of is not known beyond that.'
        return Timestamp("Unknown Time", recorded, Clock.DEVICE, timestamp, note, locator)

    assert isinstance(record, Record)
    assert NO_TIME not in record.message
    micro = 1_681_062_289_000_000
    unzoned = "ISO 8601 without a zone; the zone is unknown."
    assert record.timestamps == (
        to_timestamp("2023-04-09T17:44:49Z", micro, "ISO 8601, UTC.", "timeOfSample", "json:/a/0/timeOfSample"),
        to_timestamp("1681062289000", micro, "Epoch milliseconds, UTC.", "lastEventTime", "json:/a/0/lastEventTime"),
        to_timestamp("1681062289", micro, "Epoch seconds, UTC.", "startTime", "json:/startTime"),
        to_timestamp("2023-04-09T17:44:49", None, unzoned, "localTime", "json:/localTime"),
        to_timestamp("2023-04-09T17:44:49.5Z", micro + 500_000, "ISO 8601, UTC.", "sampleTime", "json:/sampleTime"),
    )


def test_settings() -> None:
    (record,) = _read({"ownerId": "f" * 64}, f"{FOLDER}/settings.json")

    assert record == Record(
        "echo:smarthome:settings",
        f"The smart-home service's settings name {'f' * 64} as the owner's id.{NO_TIME}",
        "",
        fields={"ownerId": "f" * 64},
    )


def test_damaged_file_gives_an_issue_without_its_content() -> None:
    found = _read(b'{"accessToken": "abc', f"{FOLDER}/settings.json")

    issues = [item for item in found if isinstance(item, Issue)]
    assert len(issues) == 1
    assert "damaged or breaks off" in issues[0].what
    assert "abc" not in repr(found)


@pytest.mark.parametrize(
    ("path", "content"),
    [("settings.json", b"{}"), (f"{FOLDER}/settings.json", b"[]"), (f"{FOLDER}/x/schema.txt", b"{}")],
)
def test_other_files_are_not_claimed(path: str, content: bytes) -> None:
    assert not EchoSmarthome().claims(Source.of(content, path))
