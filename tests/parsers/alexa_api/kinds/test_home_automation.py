"""What home-automation programs keep of the account, and print of it in their logs."""

from __future__ import annotations

import json

import pytest

from parsers.alexa_api.api_json import ApiJson
from parsers.alexa_api.items.service_names import KEY, names_in
from parsers.captures.answers_in_text import AnswersInText
from parsers.parser import Source
from parsers.record import Clock, Record

SERIAL = "G000SAMPLE000001"
ENTRY = {
    "area_id": "kitchen", "created_at": "2024-05-01T10:00:00.123456+00:00", "identifiers": [["alexa_media", SERIAL]],
    "manufacturer": "Amazon", "model": "Echo Dot", "modified_at": "2024-05-02T10:00:00+00:00", "name": "Küche",
    "name_by_user": None, "sw_version": "9698496900",
}  # fmt: skip
ENTITY = {
    "created_at": "2024-05-01T10:00:00+00:00", "entity_id": "media_player.kitchen", "modified_at": None,
    "original_name": None, "platform": "alexa_devices", "translation_key": None, "unique_id": f"{SERIAL}-voice",
}  # fmt: skip


def _records(text: str, path: str = "kept.log") -> list[Record]:
    source = Source.of(text.encode(), path)
    assert any(name.kind == KEY for name in names_in(text.encode()))
    found = list(AnswersInText().parse(source))
    records = [item for item in found if isinstance(item, Record)]
    assert len(records) == len(found), found
    return records


@pytest.mark.parametrize("indent", [None, 2])
def test_a_registry_of_home_assistant_gives_the_devices_of_the_account(indent: int | None) -> None:
    other = {**ENTRY, "identifiers": [["hue", "1"]]}
    (record,) = _records(json.dumps({"data": {"devices": [other, ENTRY]}, "version": 1}, indent=indent))
    assert record.data_type == "alexa:app:kept_device"
    assert record.message == f'Home Assistant keeps an entry of the device {SERIAL}, named "Küche", model Echo Dot.'
    assert record.device_serial == SERIAL
    assert [(time.description, time.recorded, time.timestamp, time.clock) for time in record.timestamps] == [
        ("Added Time", ENTRY["created_at"], 1714557600123456, Clock.UNKNOWN),
        ("Update Time", ENTRY["modified_at"], 1714644000000000, Clock.UNKNOWN),
    ]
    assert record.fields["sw_version"] == "9698496900"


def test_an_entity_is_known_by_its_platform() -> None:
    (record,) = _records(json.dumps({"data": {"entities": [ENTITY, {**ENTITY, "platform": "hue"}]}}))
    assert (record.device_serial, len(record.timestamps)) == (SERIAL, 1)
    assert (
        record.message == f'Home Assistant keeps an entry of the device {SERIAL}-voice, named "media_player.kitchen".'
    )


DEVICE = {
    "account name": "Küche", "device type": "A2U21SRK4QGSE1", "online": True, "serial number": SERIAL,
    "software version": "11644900484",
}  # fmt: skip
INTEGRATION = {
    "created_at": "2025-06-12T08:10:11.123456+00:00",
    "data": {"country": "DE", "login_data": {"access_token": "x" * 50}},
    "domain": "alexa_devices", "entry_id": "01M2", "modified_at": "2026-09-17T20:01:02+00:00", "title": "**REDACTED**",
    "unique_id": "amzn1.account.ASAMPLE",
}  # fmt: skip


def test_a_diagnostics_file_gives_the_integration_and_the_devices() -> None:
    diagnostics = {
        "home_assistant": {"version": "2026.9.3"},
        "integration_manifest": {"domain": "alexa_devices", "name": "Alexa Devices"},
        "data": {"entry": INTEGRATION, "device_info": {"devices": [DEVICE, {**DEVICE, "serial number": None}]}},
    }
    entry, device, group = _records(json.dumps(diagnostics, indent=2), "config_entry-alexa_devices.json")
    assert entry.message == (
        "Home Assistant keeps an entry of its integration alexa_devices for Alexa, of the account"
        " amzn1.account.ASAMPLE (DE)."
    )
    assert [(time.description, time.timestamp, time.clock) for time in entry.timestamps] == [
        ("Added Time", 1749715811123456, Clock.UNKNOWN), ("Update Time", 1789675262000000, Clock.UNKNOWN),
    ]  # fmt: skip
    assert "x" * 50 not in json.dumps(entry.fields)
    assert (device.data_type, device.device_serial, device.device_type) == (
        "alexa:app:kept_device", SERIAL, "A2U21SRK4QGSE1",
    )  # fmt: skip
    assert (
        device.message
        == f'A diagnostics file of Home Assistant lists the device {SERIAL}, named "Küche"; online: true.'
    )
    assert (group.device_serial, group.timestamps) == (None, ())


def test_a_shortened_serial_number_is_no_device() -> None:
    (record,) = _records(json.dumps({"device": {"identifiers": [["alexa_media", "G0...01"]], "name": "Bad"}}))
    assert record.device_serial is None
    assert record.message == 'Home Assistant keeps an entry of the device G0...01, named "Bad".'


def test_the_list_of_integrations_gives_those_for_alexa() -> None:
    (record,) = _records(json.dumps({"data": {"entries": [{**INTEGRATION, "domain": "hue"}, INTEGRATION]}}))
    assert (record.data_type, len(record.timestamps)) == ("alexa:app:kept_state", 2)


def test_a_change_of_state_in_the_log_of_iobroker_is_read() -> None:
    line = "2024-01-01 10:24:00.214  - debug: alexa2.0 (7) State changed alexa2.0."
    state = {"val": "öffne die Tür", "ack": True, "ts": 1704101038009, "from": "system.adapter.alexa2.0"}
    volume = {**state, "val": 43}
    (record,) = _records(
        f"{line}History.summary: {json.dumps(state)}\n{line}Echo-Devices.X.Player.volume: {json.dumps(volume)}\n"
    )
    assert (record.data_type, record.transcript) == ("alexa:cloud:last_called", "öffne die Tür")
    assert 1704101038009000 in [time.timestamp for time in record.timestamps]


@pytest.mark.parametrize("escape", [False, True])
def test_a_directive_in_a_log_is_read(escape: bool) -> None:
    directive = {
        "directive": {
            "header": {"namespace": "Alexa.PowerController", "name": "TurnOn", "messageId": "m-1"},
            "endpoint": {"endpointId": "lamp-1"}, "payload": {},
        }
    }  # fmt: skip
    text = json.dumps(directive)
    (record,) = _records(f"2024-06-01T12:00:00.100Z INFO {json.dumps({'m': text}) if escape else text}\n")
    assert record.data_type == "alexa:cloud:directive"
    assert record.message.startswith("The evidence holds a directive of the service, Alexa.PowerController.TurnOn")


@pytest.mark.parametrize(
    "text",
    [
        '{"namespace": "default", "name": "Pod", "messageId": "1"}',
        '{"namespace":"Alexandria","name":"A","messageId":1}',
        '{"requirements": ["alexa_media"]}', "import alexa_media", '{"last_called": "never", "at": 1}',
        "an amazonechocontrol binding",
    ],
)  # fmt: skip
def test_other_words_are_no_names_of_the_service(text: str) -> None:
    assert names_in(text.encode()) == ()


def test_bare_items_of_lists_are_known_by_their_keys() -> None:
    item = {
        "completed": False,
        "createdDateTime": 1704101038009,
        "id": "i",
        "listId": "L",
        "value": "Milch",
        "version": 1,
    }
    source = Source.of(json.dumps([item]).encode(), "items.json")
    assert ApiJson().claims(source)
    (record,) = ApiJson().parse(source)
    assert isinstance(record, Record)
    assert (record.data_type, record.fields["value"], len(record.timestamps)) == ("alexa:cloud:list_item", "Milch", 1)
    del item["listId"]
    assert not ApiJson().claims(Source.of(json.dumps([item]).encode(), "items.json"))
