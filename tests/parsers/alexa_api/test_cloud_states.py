"""States of smart-home appliances, endpoints of GraphQL, messages pushed to a client: whole records of made answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from parsers.alexa_api.api_json import ApiJson
from parsers.alexa_api.items.address import ApiUrl
from parsers.alexa_api.items.body import Body, JsonPlaces
from parsers.alexa_api.kinds import endpoint
from parsers.record import Clock, Issue, Record, Timestamp

Parse = Callable[..., list[Record | Issue]]
Read = Callable[[object], list[Record | Issue]]

SAMPLED = "2024-01-02T03:04:05.678Z"
AT = 1704164645678000
STATE = {"namespace": "Alexa.PowerController", "name": "powerState", "value": "ON", "timeOfSample": SAMPLED}
ENTITY = {"entityId": "e-1", "entityType": "ENTITY"}
SERIAL, TYPE, CUSTOMER = "G000SAMPLE000001", "A0SAMPLETYPE1", "A0SAMPLECUSTOMER"


def _pair(url: str, answer: object) -> bytes:
    return json.dumps([{"request": url, "response": answer}]).encode()


def test_states_of_appliances(parse_all: Parse) -> None:
    none = {"code": "ENDPOINT_UNREACHABLE", "entity": {"entityId": "e-2"}, "message": "x"}
    answer = {
        "deviceStates": [{"entity": ENTITY, "capabilityStates": [json.dumps(STATE)], "error": None}],
        "errors": [none],
    }
    url = {"request_url": "https://alexa.amazon.co.uk/api/phoenix/state"}
    note = "When the service or the appliance took the value; not when it came to be so. ISO 8601. The recorded zone is"
    assert parse_all(ApiJson(), _pair(url["request_url"], answer)) == [
        Record(
            data_type="alexa:cloud:appliance_state",
            message="The service gives a state of the appliance e-1: Alexa.PowerController powerState is ON.",
            locator="json:/0/response/deviceStates/0/capabilityStates/0",
            timestamps=(Timestamp("Recorded Time", SAMPLED, Clock.CLOUD, AT, f"{note} UTC."),),
            fields={**STATE, "entity": ENTITY, **url},  # type: ignore[dict-item]
            keys=("appliance:e-1",),
            parser="alexa_smart_home_states",
            parser_version="2",
        ),
        Record(
            data_type="alexa:cloud:appliance_state",
            message="The service gives no state of the appliance e-2; the code is ENDPOINT_UNREACHABLE.",
            locator="json:/0/response/errors/0",
            fields={**none, **url},  # type: ignore[dict-item]
            keys=("appliance:e-2",),
            parser="alexa_smart_home_states",
            parser_version="2",
        ),
    ]


@pytest.mark.parametrize(
    ("states", "what"),
    [
        (["{"], "capabilityStates: not JSON (Expecting property name enclosed in double quotes)."),
        ([5], "capabilityStates: an object was expected."),
        (["[]"], "capabilityStates: an object was expected."),
        ("x", "capabilityStates: a list was expected."),
        (
            [json.dumps({**STATE, "timeOfSample": "soon"})],
            "timeOfSample: a time in milliseconds or in ISO 8601 was expected.",
        ),
    ],
)  # fmt: skip
def test_a_state_that_cannot_be_read_is_an_issue(read_value: Read, states: object, what: str) -> None:
    found = read_value({"deviceStates": [{"entity": ENTITY, "capabilityStates": states}]})
    assert [item.what for item in found if isinstance(item, Issue)] == [what]
    assert any(isinstance(item, Record) for item in found)


def _timestamp(description: str, recorded: str, instant: int, note: str) -> Timestamp:
    return Timestamp(description, recorded, Clock.CLOUD, instant, f"{note} ISO 8601. The recorded zone is UTC.")


MADE = _timestamp(
    "Creation Time", "2023-01-02T03:04:05Z", 1672628645000000, "When the service made the endpoint's entry."
)
TAKEN = _timestamp(
    "Recorded Time",
    SAMPLED,
    AT,
    "When the service or the endpoint took the value; not when it came to be so.",
)
CHANGED = _timestamp(
    "Content Modification Time",
    "2024-01-01T00:00:00Z",
    1704067200000000,
    "When the value last changed, as the service has it.",
)


def _endpoint() -> dict[str, Any]:
    return {
        "endpointId": "amzn1.alexa.endpoint.1",
        "friendlyNameObject": {"value": {"text": "Kitchen"}},
        "manufacturer": {"value": {"text": "Amazon"}},
        "model": {"value": {"text": "Echo"}},
        "serialNumber": {"value": {"text": SERIAL}},
        "creationTime": "2023-01-02T03:04:05Z",
        "legacyIdentifiers": {
            "dmsIdentifier": {"deviceType": {"value": {"text": TYPE}}},
            "chrsIdentifier": {"entityId": "e-1"},
        },
        "features": [{"name": "temperatureSensor", "instance": None, "properties": [_property()]}],
    }


def _property() -> dict[str, Any]:
    return {
        "name": "temperature", "value": {"value": 21.5, "scale": "CELSIUS"}, "timeOfSample": SAMPLED,
        "timeOfLastChange": "2024-01-01T00:00:00Z", "error": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wrap", "at"),
    [
        (lambda one: {"data": {"listEndpoints": {"endpoints": [one]}}}, "/data/listEndpoints/endpoints/0"),
        (lambda one: [{"data": {"alexaVoiceDevices": {"endpoints": [one]}}}], "/0/data/alexaVoiceDevices/endpoints/0"),
        (lambda one: {"data": {"endpoints": {"items": [one]}}}, "/data/endpoints/items/0"),
    ],
)
def test_endpoints_wherever_they_stand(parse_all: Parse, wrap: Callable[[object], object], at: str) -> None:
    url = {"request_url": "https://eu-api-alexa.amazon.co.uk/nexus/v1/graphql"}
    one = _endpoint()
    kept = {key: value for key, value in one.items() if key != "features"}
    keys = ("endpoint:amzn1.alexa.endpoint.1", "appliance:e-1")
    assert parse_all(ApiJson(), _pair(url["request_url"], wrap(one))) == [
        Record(
            data_type="alexa:cloud:endpoint",
            message=(
                f'The account knows an endpoint named "Kitchen", maker Amazon, model Echo, serial number {SERIAL}.'
            ),
            locator=f"json:/0/response{at}",
            timestamps=(MADE,),
            device_serial=SERIAL,
            device_type=TYPE,
            fields={**kept, **url},
            keys=keys,
            parser="alexa_endpoints",
            parser_version="2",
        ),
        Record(
            data_type="alexa:cloud:endpoint_state",
            message=(
                'The service gives for the endpoint "Kitchen" the feature temperatureSensor, property temperature:'
                " 21.5 CELSIUS."
            ),
            locator=f"json:/0/response{at}/features/0/properties/0",
            timestamps=(TAKEN, CHANGED),
            device_serial=SERIAL,
            device_type=TYPE,
            fields={**_property(), "feature": "temperatureSensor", "instance": None, **url},
            keys=keys,
            parser="alexa_endpoints",
            parser_version="2",
        ),
    ]


def test_an_endpoint_known_by_the_older_names_alone(read_value: Read) -> None:
    old = {"applianceId": "a-1", "friendlyName": "Lamp", "manufacturerName": "M", "modelName": "L", "entityId": "e-9"}
    (record,) = read_value({"data": {"endpoints": {"items": [{"legacyAppliance": old}]}}})
    assert isinstance(record, Record)
    assert record.keys == ("endpoint:a-1", "appliance:e-9")
    assert record.message == ('The account knows an endpoint named "Lamp", maker M, model L, serial number not given.')


@pytest.mark.parametrize("features", ["x", [7], [{"properties": "x"}], [{"properties": [7]}]])
def test_features_that_cannot_be_read_are_issues(read_value: Read, features: object) -> None:
    found = read_value({"data": {"x": {**_endpoint(), "features": features}}})
    assert [type(item) for item in found] == [Record, Issue]


def test_a_search_ends_at_its_bound_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "_MAX_VALUES", 10)
    kind = endpoint.Endpoints()
    body = Body([{}] * 20, "file", JsonPlaces(), ApiUrl.parse("/nexus/v1/graphql"))
    assert list(kind.parse_body(body)) == [Issue("More than 10 values: the rest was not searched.")]
    assert kind.fits(body.value) is False


ENTRY = f"1533932315288#{TYPE}#{SERIAL}"
PUSHED: dict[str, Any] = {
    "destinationUserId": CUSTOMER,
    "key": {"entryId": ENTRY, "registeredUserId": CUSTOMER},
    "timestamp": 1533932317000,
}
PUSH_TIMESTAMP = Timestamp(
    "Creation Time", "1533932317000", Clock.CLOUD, 1533932317000000,
    "The time that the message gives. Epoch milliseconds.",
)  # fmt: skip


def _rendering(frame: object) -> dict[str, object]:
    return {"directive": {"payload": {"renderingUpdates": [{"resourceMetadata": json.dumps(frame)}]}}}


@pytest.mark.parametrize(
    ("wrap", "at", "command"),
    [
        (lambda frame: frame, "json:/0", "PUSH_ACTIVITY"),
        (lambda frame: {**frame, "payload": json.loads(frame["payload"])}, "json:/0", "PUSH_ACTIVITY"),
        (lambda frame: json.loads(frame["payload"]), "json:/0", None),
        (_rendering, "json:/0/directive/payload/renderingUpdates/0/resourceMetadata", "PUSH_ACTIVITY"),
    ],
)
def test_a_pushed_activity_joins_the_activity(
    parse_all: Parse, wrap: Callable[[dict[str, str]], object], at: str, command: str | None
) -> None:
    frame = {"command": "PUSH_ACTIVITY", "payload": json.dumps(PUSHED)}
    (record, *rest) = parse_all(ApiJson(), json.dumps([wrap(frame)]).encode())
    assert rest == []
    assert isinstance(record, Record)
    name = command or "of an activity"
    within = Timestamp(
        "Creation Time",
        "1533932315288",
        Clock.CLOUD,
        1533932315288000,
        "Epoch milliseconds within the key of the activity: when the service created it, not when it was spoken.",
    )
    assert record == Record(
        data_type="alexa:cloud:push_message",
        message=f"The service pushed the message {name} to a client; it names the device {SERIAL}.",
        locator=at,
        timestamps=(PUSH_TIMESTAMP, within),
        device_serial=SERIAL,
        device_type=TYPE,
        account=CUSTOMER,
        fields={"command": command, **PUSHED},
        keys=(
            f"activity:{CUSTOMER}#{ENTRY}",
            *(key for key in record.keys if key.startswith(("content-sha1:", "saved-as:"))),
        ),
        parser="alexa_push_messages",
        parser_version="3",
    )


def test_a_message_of_another_command_names_its_device(parse_all: Parse) -> None:
    payload = {"dopplerId": {"deviceSerialNumber": SERIAL, "deviceType": TYPE}, "volumeSetting": 10, "isMuted": False}
    frame = {"command": "PUSH_VOLUME_CHANGE", "payload": json.dumps(payload)}
    (record,) = parse_all(ApiJson(), json.dumps(frame).encode())
    assert isinstance(record, Record)
    assert (record.device_serial, record.device_type, record.timestamps) == (SERIAL, TYPE, ())
    assert record.fields["volumeSetting"] == 10
    assert (
        record.message
        == f"The service pushed the message PUSH_VOLUME_CHANGE to a client; it names the device {SERIAL}; the volume is"
        " 10, muted: false."
    )


def test_a_payload_that_is_not_json_is_an_issue_beside_the_message(parse_all: Parse) -> None:
    issue, record = parse_all(ApiJson(), b'{"command": "PUSH_ACTIVITY", "payload": "{"}')
    assert isinstance(issue, Issue)
    assert issue.what.startswith("payload: not JSON")
    assert isinstance(record, Record)
    assert record.data_type == "alexa:cloud:push_message"
