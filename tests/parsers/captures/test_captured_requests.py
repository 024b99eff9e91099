"""What a client did, bodies of several parts and other hosts, as captures hold them."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from parsers.captures.har import Har
from parsers.exchanges.capture import Capture, Exchange
from parsers.locator import resolve
from parsers.parser import Source
from parsers.record import Issue, Record

SERIAL, TYPE, CUSTOMER = "G000SAMPLE000001", "A0SAMPLETYPE1", "A0SAMPLECUSTOMER"
SENT = "2024-01-02T08:00:00.123+01:00"


def _entry(method: str, url: str, sent: str = "", body: str = "", media: str = "application/json") -> dict[str, Any]:
    request: dict[str, Any] = {"method": method, "url": url, "headers": []}
    if sent:
        request["postData"] = {"mimeType": "application/json", "text": sent}
    headers = [{"name": "content-type", "value": media}]
    content = {"size": len(body), "mimeType": media, "text": body}
    response = {"status": 200 if body else 204, "statusText": "", "headers": headers, "content": content}
    return {"startedDateTime": SENT, "time": 10, "request": request, "response": response}


def _read(*entries: dict[str, Any]) -> list[Record | Issue]:
    log = {"version": "1.2", "creator": {"name": "Browser", "version": "1"}, "entries": list(entries)}
    content = json.dumps({"log": log}).encode()
    found = list(Har().parse(Source.of(content, "x.har")))
    for each in found:
        resolve(io.BytesIO(content), each.locator)
    return found


def _one(*entries: dict[str, Any]) -> Record:
    record, end = _read(*entries)
    assert isinstance(record, Record)
    assert isinstance(end, Record)
    assert end.data_type == "alexa:web:capture"
    return record


def _sequence(text: str) -> str:
    node = {"type": "Alexa.TextCommand", "operationPayload": {"deviceSerialNumber": SERIAL, "text": text}}
    return json.dumps({"behaviorId": "PREVIEW", "sequenceJson": json.dumps({"startNode": node}, ensure_ascii=False)})


@pytest.mark.parametrize("method", ["DELETE", "POST", "PUT", "PATCH"])
def test_a_request_without_an_answer_says_what_was_done(method: str) -> None:
    record = _one(_entry(method, f"https://alexa.amazon.de/api/notifications/{TYPE}-{SERIAL}-n1"))
    assert record.message == (
        f"The capture holds the request {method} /api/notifications/{TYPE}-{SERIAL}-n1 and its answer, HTTP 204: no"
        " content."
    )
    assert record.fields["request_method"] == method


def test_what_a_client_sent_stands_in_the_row() -> None:
    record = _one(_entry("POST", "https://alexa.amazon.de/api/behaviors/preview", _sequence("öffne das garagentor")))
    assert record.message.endswith(
        f'The client sent: Alexa.TextCommand, deviceSerialNumber {SERIAL}, text "öffne das garagentor".'
    )
    assert record.device_serial == SERIAL
    assert "garagentor" in str(record.fields["request_body"])


@pytest.mark.parametrize("filler", [3_000, 60_000])
def test_nothing_is_cut_in_silence(filler: int) -> None:
    sent = json.dumps({"filler": "x" * filler, "textToSpeak": "guten morgen"})
    record = _one(_entry("POST", "https://alexa.amazon.de/api/behaviors/preview", sent))
    assert record.fields["request_body"] == sent
    assert 'text to be spoken "guten morgen"' in record.message
    assert "request_body_left_out" not in record.fields


def test_what_is_cut_is_said_to_be_cut() -> None:
    record = _one(_entry("PUT", "https://alexa.amazon.de/api/x", "y" * 70_000))
    assert record.fields["request_body_left_out"] == "4464 of 70000 characters"
    assert len(str(record.fields["request_body"])) == 65_536


def test_a_change_that_was_answered_says_so_in_each_row() -> None:
    answer = {"deviceSerialNumber": SERIAL, "deviceType": TYPE, "enabled": True}
    record, *_ = _read(_entry("PUT", "https://alexa.amazon.de/api/dnd/status", json.dumps(answer), json.dumps(answer)))
    assert isinstance(record, Record)
    assert record.data_type == "alexa:cloud:do_not_disturb"
    assert record.message.endswith(
        f"It was answered to PUT /api/dnd/status; the client sent: deviceSerialNumber {SERIAL}, deviceType {TYPE},"
        " enabled true."
    )


def test_a_mutation_of_graphql_is_a_change() -> None:
    url = "https://alexa.amazon.com/nexus/v1/graphql"
    record = _one(_entry("POST", url, json.dumps({"query": "mutation ($e: String!) { setEndpointFeatures }"})))
    assert "the request POST /nexus/v1/graphql" in record.message
    asked = _one(_entry("POST", url, json.dumps({"query": "query mutations { endpoints }"})))
    assert "POST" not in asked.message


def test_asking_with_post_is_no_change() -> None:
    url = "https://www.amazon.de/alexa-privacy/apd/rvh/customer-history-records-v2?startTime=1704000000000"
    record, *_ = _read(_entry("POST", url, '{"previousRequestToken": null}', '{"customerHistoryRecords": []}'))
    assert isinstance(record, Record)
    assert record.message.startswith("The evidence holds an answer of the Alexa service to /alexa-privacy/")
    assert record.fields["the_client_asked_for"] == "from 1704000000000"


PUSHED = {
    "command": "PUSH_VOLUME_CHANGE", "timeStamp": 1775999734678,
    "payload": {"dopplerId": {"deviceSerialNumber": SERIAL, "deviceType": TYPE}, "volumeSetting": 10},
}  # fmt: skip
DIRECTIVE = {"directive": {"payload": {"renderingUpdates": [{"resourceId": "x", "resourceMetadata": PUSHED}]}}}
DIRECTIVES = "https://bob-dispatch-prod-eu.amazon.com/v20160207/directives"


def _parts(*contents: str) -> str:
    return "".join(f"--b\r\nContent-Type: application/json\r\n\r\n{content}\r\n" for content in contents) + "--b--\r\n"


def test_directives_that_were_pushed_in_several_parts() -> None:
    body = _parts(json.dumps(DIRECTIVE), json.dumps(DIRECTIVE))
    found = _read(_entry("GET", DIRECTIVES, "", body, "multipart/related; boundary=b; type=application/json"))
    pushed = [each for each in found if isinstance(each, Record) and each.data_type == "alexa:cloud:push_message"]
    assert [(record.device_serial, record.timestamps[0].timestamp) for record in pushed] == 2 * [
        (SERIAL, 1775999734678000)
    ]
    assert {record.fields["request_url"] for record in pushed} == {DIRECTIVES}
    assert not [each for each in found if isinstance(each, Issue)]


def test_a_part_that_is_not_read_is_an_issue() -> None:
    body = _parts(json.dumps({"x": 1}), json.dumps(DIRECTIVE)) + "--b\r\nContent-Type: text/plain\r\n\r\nwords\r\n--b--"
    found = _read(_entry("GET", DIRECTIVES, "", _parts("{}", '{"x": 1}'), "multipart/related; boundary=b"))
    assert [each.what for each in found if isinstance(each, Issue)] == [
        "A part of the answer is JSON of no form that is read."
    ]
    found = _read(_entry("GET", DIRECTIVES, "", body.replace("--b--\r\n--b", "--b"), "multipart/related; boundary=b"))
    assert [each.what for each in found if isinstance(each, Issue)] == [
        "A part of the answer is JSON of no form that is read.",
        "A part of the answer (text/plain) is not read.",
    ]


def test_parts_of_bytes_have_places_of_their_own() -> None:
    body = _parts(json.dumps(DIRECTIVE)).encode()
    content = b"before" + body
    exchange = Exchange(DIRECTIVES, "GET", "HTTP 200", (("Content-Type", "multipart/related; boundary=b"),), body,
                        f"bytes:6+{len(body)}")  # fmt: skip
    (pushed, *_) = Capture("flows", "x").exchange(exchange)
    assert isinstance(pushed, Record)
    assert json.loads(resolve(io.BytesIO(content), pushed.locator).content) == PUSHED


def test_other_hosts_are_listed_with_their_number() -> None:
    others = [_entry("GET", f"https://{host}/x", "", "{}") for host in ("b.example", "a.example", "b.example")]
    (end,) = _read(*others, _entry("GET", "not an address", "", "{}"))
    assert isinstance(end, Record)
    assert end.message == (
        "The capture (HTTP archive) holds 4 exchanges, 0 with the Alexa service; it says that it was made by Browser 1;"
        " passed over, as nothing of the service was found in them, by host: b.example (2), a.example (1), no host (1)."
    )
    assert end.fields["other_hosts"] == {"b.example": 2, "a.example": 1, "no host": 1}


def test_a_host_is_known_by_what_it_answers() -> None:
    answer = {"bluetoothStates": [{"deviceSerialNumber": SERIAL, "deviceType": TYPE, "pairedDeviceList": []}]}
    found = _read(_entry("GET", "http://localhost:3456/devices", "", json.dumps(answer)))
    record, end = found
    assert isinstance(record, Record)
    assert (record.data_type, record.device_serial) == ("alexa:cloud:bluetooth", SERIAL)
    assert (record.fields["request_url"], record.fields["other_host"]) == ("http://localhost:3456/devices", True)
    assert isinstance(end, Record)
    assert end.fields["with_the_alexa_service"] == 1


def test_an_exchange_whose_body_is_kept_elsewhere_says_so(read_files: Any) -> None:
    content = {"size": 1334, "mimeType": "application/json", "_sha1": "0123.json"}
    address = "https://alexa.amazon.de/api/notifications"
    exchange = {"request": {"method": "GET", "url": address}, "response": {"status": 200, "content": content}}
    found = read_files({"trace.network": json.dumps({"snapshot": exchange}).encode()})
    (record,) = found.records
    assert record.message.endswith("Its body of 1334 bytes is not in the file.")
    (issue,) = found.issues
    assert "(/api/notifications: 1334 bytes were sent)" in issue.what
