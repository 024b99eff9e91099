"""What of the service bytes name: in any text, escaped, percent-encoded, in UTF-16; and what they do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.alexa_api.items.service_names import ADDRESS, HOST_NAME, KEY, UTTERANCE, names_in

ID = "A0SAMPLETYPE1:1.0/2024/01/01/09/DEVICE_UNSPECIFIED/23:51::TNIH_2V.0a1b2c3d-0000-4000-8000-0123456b8e54ZXV"


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        (
            "GET https://alexa.amazon.co.jp/api/cards?limit=50 200",
            ADDRESS,
            "https://alexa.amazon.co.jp/api/cards?limit=50",
        ),
        (r'{"url":"https:\/\/layla.amazon.de\/api\/cards"}', ADDRESS, "https://layla.amazon.de/api/cards"),
        (
            "https://www.amazon.de/alexa-privacy/apd/rvh/audio",
            ADDRESS,
            "https://www.amazon.de/alexa-privacy/apd/rvh/audio",
        ),
        ("path: /alexashoppinglists/api/getlistitems", ADDRESS, "/alexashoppinglists/api/getlistitems"),
        (
            "wss://dp-gw-na-js.amazon.com/?x-amz-device-type=A",
            ADDRESS,
            "wss://dp-gw-na-js.amazon.com/?x-amz-device-type=A",
        ),
        ("Host: bob-dispatch-prod-eu.amazon.com\r\n", HOST_NAME, "bob-dispatch-prod-eu.amazon.com"),
        ("avs-alexa-12-na.amazon.com", HOST_NAME, "avs-alexa-12-na.amazon.com"),
        ("echo.amazon.com", HOST_NAME, "echo.amazon.com"),
        ("api.fe.amazonalexa.com:443", HOST_NAME, "api.fe.amazonalexa.com"),
        ("alexa.eu.gateway.devices.a2z.com", HOST_NAME, "alexa.eu.gateway.devices.a2z.com"),
        (f"id={ID}/0", UTTERANCE, f"{ID}/0"),
        ("id=" + ID.replace(":", "%3A").replace("/", "%2F"), UTTERANCE, ID),
        ("{'customerHistoryRecords': []}", KEY, "customerHistoryRecords"),
        ("activityStatus: 'SUCCESS'", KEY, "activityStatus"),
        ("command PUSH_VOLUME_CHANGE", KEY, "PUSH_VOLUME_CHANGE"),
        ('"amzn1.conversation.0001"', KEY, "amzn1.conversation."),
    ],
)
@pytest.mark.parametrize("around", ["", "x" * 3000 + "\n"])
def test_a_name_is_found(text: str, kind: str, name: str, around: str) -> None:
    content = (around + text).encode()
    (found, *more) = names_in(content)
    assert (found.kind, found.text, more) == (kind, name, [])
    assert found.at >= len(around)


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("activityStatus,activityStatus", {KEY: 2}),
        ("activityStatus activityStatuses my_activityStatus", {KEY: 1}),
        ("PUSH_VOLUME_CHANGE PUSH_push PUSH_PUSH_ACTIVITY", {KEY: 2}),
        ("echo.amazon.amazon.com.amazon.de", {HOST_NAME: 1}),
        (f"{ID}/0 {ID}", {UTTERANCE: 2}),
        (f"23:51::T {ID}", {UTTERANCE: 1}),
    ],
)
def test_each_name_counts_once(text: str, counted: dict[str, int]) -> None:
    assert {name.kind: name.count for name in names_in(text.encode())} == counted


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16"])
def test_a_name_in_utf_16(encoding: str) -> None:
    found = names_in('{"customerHistoryRecords": "https://alexa.amazon.de/api/x"}'.encode(encoding))
    assert [(name.kind, name.text) for name in found] == [
        (ADDRESS, "https://alexa.amazon.de/api/x"),
        (KEY, "customerHistoryRecords"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "", "https://www.amazon.de/gp/cart", "alexa.amazon.com.evil.org", "alexa.example.com", "my alexa is amazon.",
        "std::TNode", "PUSH_UP", "PUSH_", "xcustomerHistoryRecordsx", "a2z.com", "unagi-na.amazon.com", "23:51::TN",
    ],
)  # fmt: skip
def test_other_text_names_nothing(text: str) -> None:
    assert names_in(text.encode()) == ()


def test_every_kind_once_with_its_number_and_first_place() -> None:
    content = b"alexa.amazon.de dopplerId alexa.amazon.de dopplerId notificationIndex"
    assert [(name.kind, name.at, name.count) for name in names_in(content, 100)] == [(KEY, 116, 3), (HOST_NAME, 100, 2)]


@given(st.binary(max_size=300))
def test_any_bytes_are_searched(content: bytes) -> None:
    for name in names_in(b".amazon.com/::TN PUSH_" + content):
        assert name.count > 0
