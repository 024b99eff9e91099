"""HAR, Burp Suite and mitmproxy: the same exchange in each gives the same records."""

from __future__ import annotations

import base64
import gzip
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.alexa_api.api_json import ApiJson
from parsers.captures.burp import Burp
from parsers.captures.har import Har
from parsers.captures.mitmproxy import MitmproxyFlow
from parsers.locator import resolve
from parsers.parser import Parser, Source
from parsers.record import Clock, Issue, Record
from parsers.registry import claiming

URL = "https://alexa.amazon.com/api/dnd/device-status-list?_=1548169331617"
ANSWER = {
    "doNotDisturbDeviceStatusList": [
        {"deviceSerialNumber": "G090LF0964320", "deviceType": "A3S5BH2HU6VAYF", "enabled": True}
    ]
}
BODY = json.dumps(ANSWER).encode()
UTTERANCE = "AB72C64C86AW2:1.0/2017/07/17/06/B0F00715535302W5/12:36::TNIH_2V.91ba6538-f8c8-4922-8a1f-8473a8a24c0cZXV/0"
AUDIO_URL = f"https://alexa.amazon.com/api/utterance/audio/data?id={UTTERANCE}"
WAV = (
    b"RIFF" + (36 + 320).to_bytes(4, "little") + b"WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0data"
)
WAV += (320).to_bytes(4, "little") + bytes(320)
SENT = 1548169331617000


def _har(*exchanges: tuple[str, bytes, str], text: bool = False) -> bytes:
    def entry(url: str, body: bytes, media: str) -> dict[str, Any]:
        content: dict[str, Any] = {"size": len(body), "mimeType": media, "text": base64.b64encode(body).decode()}
        content["encoding"] = "base64"
        if text:
            content = {"size": len(body), "mimeType": media, "text": body.decode()}
        headers = [{"name": "Content-Type", "value": media}, {"name": "Content-Encoding", "value": "gzip"}]
        request = {"method": "GET", "url": url, "headers": [{"name": "Cookie", "value": "at-main=secret"}]}
        response = {"status": 200, "statusText": "OK", "headers": headers, "content": content}
        return {"startedDateTime": "2019-01-22T15:02:11.617Z", "time": 250.5, "request": request, "response": response}

    log = {"version": "1.2", "creator": {"name": "Firefox", "version": "64"}, "entries": [entry(*e) for e in exchanges]}
    return json.dumps({"log": log}).encode()


def _http(body: bytes, media: str) -> bytes:
    coded = gzip.compress(body)
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(coded[i : i + 40]), coded[i : i + 40]) for i in range(0, len(coded), 40))
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {media}\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head.encode() + chunks + b"0\r\n\r\n"


def _burp(*exchanges: tuple[str, bytes, str], time: str = "Tue Jan 22 15:02:11 UTC 2019", plain: bool = False) -> bytes:
    parts = [
        '<?xml version="1.0"?>\n<!DOCTYPE items [\n<!ELEMENT items (item*)>\n<!ATTLIST items burpVersion CDATA "">\n]>'
    ]
    parts.append('<items burpVersion="1.7.36" exportTime="Tue Jan 22 15:10:00 UTC 2019">')
    asked = base64.b64encode(b"GET / HTTP/1.1\r\n\r\n").decode()
    for url, body, media in exchanges:
        raw = f"HTTP/1.1 200 OK\r\nContent-Type: {media}\r\n\r\n".encode() + body if plain else _http(body, media)
        encoded = raw.decode() if plain else base64.b64encode(raw).decode()
        parts.append(
            f"<item><time>{time}</time><url><![CDATA[{url}]]></url><method><![CDATA[GET]]></method>"
            f'<request base64="true"><![CDATA[{asked}]]></request><status>200</status>'
            f'<response base64="{str(not plain).lower()}"><![CDATA[{encoded}]]></response></item>'
        )
    return "\n".join([*parts, "</items>"]).encode()


def _net(value: Any) -> bytes:
    match value:
        case None:
            kind, payload = b"~", b""
        case bool():
            kind, payload = b"!", str(value).lower().encode()
        case int():
            kind, payload = b"#", str(value).encode()
        case float():
            kind, payload = b"^", repr(value).encode()
        case str():
            kind, payload = b";", value.encode()
        case bytes():
            kind, payload = b",", value
        case list() | tuple():
            kind, payload = b"]", b"".join(map(_net, value))
        case _:
            kind, payload = b"}", b"".join(_net(key) + _net(inner) for key, inner in value.items())
    return str(len(payload)).encode() + b":" + payload + kind


def _flows(*exchanges: tuple[str, bytes, str]) -> bytes:
    def flow(url: str, body: bytes, media: str) -> bytes:
        path = url.partition("alexa.amazon.com")[2] or "/"
        host = "alexa.amazon.com" if "alexa.amazon.com" in url else "example.org"
        request = {
            "authority": b"", "host": "10.0.0.1", "port": 443, "scheme": b"https", "method": b"GET",
            "path": path.encode(), "content": b"",
            "headers": [[b"Host", host.encode()], [b"Cookie", b"at-main=secret"]],
            "timestamp_start": SENT / 1e6, "timestamp_end": SENT / 1e6,
        }  # fmt: skip
        response = {
            "status_code": 200, "reason": b"OK", "http_version": b"HTTP/2.0", "content": gzip.compress(body),
            "headers": [[b"content-type", media.encode()], [b"content-encoding", b"gzip"]],
            "timestamp_start": SENT / 1e6 + 0.25, "timestamp_end": SENT / 1e6 + 0.3,
        }  # fmt: skip
        return _net({"version": 21, "type": "http", "id": "x", "error": None, "request": request, "response": response})

    return b"".join(flow(*exchange) for exchange in exchanges)


CAPTURES: list[tuple[Parser, Callable[..., bytes], str]] = [
    (Har(), _har, "HTTP archive"),
    (Burp(), _burp, "Burp Suite export"),
    (MitmproxyFlow(), _flows, "mitmproxy flows"),
]
EACH = pytest.mark.parametrize(("parser", "make", "kind"), CAPTURES)
ONE = (URL, BODY, "application/json")
SOUND = (AUDIO_URL, WAV, "audio/wav")
OTHER = ("https://example.org/api/x", b"{}", "application/json")


def _read(parser: Parser, content: bytes) -> list[Record | Issue]:
    source = Source.of(content, "capture")
    assert [claimed.name for claimed in claiming(source)] == [parser.name]
    found = list(parser.parse(source))
    for item in found:
        resolve(io.BytesIO(content), item.locator)
    return found


@EACH
def test_an_answer_is_read_as_the_readers_of_answers_read_it(
    parser: Parser, make: Callable[..., bytes], kind: str
) -> None:
    content = make(ONE, OTHER)
    found = _read(parser, content)
    assert [item for item in found if isinstance(item, Issue)] == []
    status, capture = (item for item in found if isinstance(item, Record))
    loose = Source.of(BODY, "answer.json")
    (alone,) = (item for item in ApiJson().parse(loose) if isinstance(item, Record))
    assert (status.data_type, status.message, status.device_serial) == (
        alone.data_type, alone.message, "G090LF0964320",
    )  # fmt: skip
    assert status.parser == "alexa_do_not_disturb"
    assert resolve(io.BytesIO(content), status.locator).content == BODY[BODY.index(b"[{") + 1 : -2]
    assert status.fields["request_url"] == URL
    assert status.timestamps[0].clock is Clock.EXAMINER
    assert abs((status.timestamps[0].timestamp or 0) - SENT) < 1_000_000
    assert "secret" not in json.dumps(dict(status.fields))
    assert capture.message.startswith(f"The capture ({kind}) holds 2 exchanges, 1 with the Alexa service")


@EACH
def test_a_recording_is_reported_with_its_utterance(parser: Parser, make: Callable[..., bytes], kind: str) -> None:
    content = make(SOUND)
    found = _read(parser, content)
    assert [item for item in found if isinstance(item, Issue)] == []
    recording, _ = (item for item in found if isinstance(item, Record))
    assert recording.data_type == "alexa:web:recording"
    assert recording.utterance_id == UTTERANCE
    assert recording.message.startswith("The capture holds a recording of 364 bytes")
    assert resolve(io.BytesIO(content), recording.locator).content == WAV


@EACH
def test_a_capture_cut_off_gives_what_came_before(parser: Parser, make: Callable[..., bytes], kind: str) -> None:
    whole = make(ONE, SOUND)
    for cut in (30, len(whole) // 3):
        found = list(parser.parse(Source.of(whole[:-cut], "capture")))
        assert any(isinstance(item, Issue) for item in found)
        assert any(isinstance(item, Record) and item.parser == "alexa_do_not_disturb" for item in found)


@EACH
@given(at=st.integers(0, 10_000), byte=st.integers(0, 255), cut=st.integers(0, 3000))
def test_changed_bytes(parser: Parser, make: Callable[..., bytes], kind: str, at: int, byte: int, cut: int) -> None:
    content = bytearray(make(ONE, SOUND))
    content[at % len(content)] = byte
    del content[len(content) - cut % len(content) :]
    for item in parser.parse(Source.of(bytes(content), "capture")):
        assert isinstance(item, (Record, Issue))


@EACH
@given(content=st.binary(max_size=400))
def test_any_bytes(parser: Parser, make: Callable[..., bytes], kind: str, content: bytes) -> None:
    assert all(isinstance(item, (Record, Issue)) for item in parser.parse(Source.of(content, "capture")))


def test_har_text_bodies_and_times_without_a_zone() -> None:
    content = _har(ONE, text=True).replace(b"11.617Z", b"11.617")
    (status, _) = _read(Har(), content)
    assert isinstance(status, Record)
    assert [timestamp.timestamp for timestamp in status.timestamps if timestamp.description == "Sent Time"] == [None]


def test_har_times() -> None:
    (status, _) = _read(Har(), _har(ONE))
    assert isinstance(status, Record)
    assert [(timestamp.description, timestamp.timestamp) for timestamp in status.timestamps[:2]] == [
        ("Sent Time", SENT), ("Recorded Time", SENT + 250_500),
    ]  # fmt: skip


def test_burp_letters_of_a_zone_are_not_a_zone() -> None:
    (status, _) = _read(Burp(), _burp(ONE, time="Tue Jan 22 15:02:11 CST 2019"))
    assert isinstance(status, Record)
    (sent, *_) = status.timestamps
    assert (sent.recorded, sent.timestamp) == ("Tue Jan 22 15:02:11 CST 2019", None)


def test_burp_plain_bodies() -> None:
    content = _burp(ONE, plain=True)
    (status, _) = _read(Burp(), content)
    assert isinstance(status, Record)
    assert status.parser == "alexa_do_not_disturb"
    assert resolve(io.BytesIO(content), status.locator).content == BODY[BODY.index(b"[{") + 1 : -2]


def test_burp_entities_are_refused() -> None:
    bomb = b'<!DOCTYPE items [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    bomb += b'<items burpVersion="1"><item>&b;</item></items>'
    issue, capture = Burp().parse(Source.of(bomb))
    assert isinstance(issue, Issue)
    assert issue.what == "The export cannot be read further: it declares entities."
    assert isinstance(capture, Record)


def test_flows_nested_without_end_are_an_issue() -> None:
    nested = b""
    for _ in range(200):
        nested = str(len(nested)).encode() + b":" + nested + b"]"
    issue, _ = MitmproxyFlow().parse(Source.of(nested))
    assert isinstance(issue, Issue)
    assert "nested too deeply" in issue.what
