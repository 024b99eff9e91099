"""One page of history in the captures of many programs: each gives the records of the bare page, or is named."""

from __future__ import annotations

import base64
import gzip
import json
import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Any
from xml.sax.saxutils import escape

import brotli
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Page = dict[str, Any]
Files = Mapping[str, bytes]
Wrap = Callable[[bytes], Files]
HOST, PATH = "www.amazon.de", "/alexa-privacy/apd/rvh/customer-history-records-v2"
QUERY = "startTime=1704000000000"
ADDRESS = f"https://{HOST}{PATH}?{QUERY}"
SENT = "2024-01-02T08:00:00.123+01:00"

CODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress, "br": brotli.compress, "zstd": zstandard.compress, "deflate": zlib.compress,
    "": bytes,
}  # fmt: skip


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _har(
    content: Mapping[str, Any], creator: str = "WebInspector", version: str = "h2", headers: tuple[str, str] = ("", "")
) -> bytes:
    named = [{"name": headers[0], "value": headers[1]}] if headers[0] else []
    response = {
        "status": 200, "statusText": "", "httpVersion": version, "headers": named, "cookies": [],
        "content": {"mimeType": "application/json", **content}, "redirectURL": "", "headersSize": -1, "bodySize": -1,
        "_transferSize": 700,
    }  # fmt: skip
    request = {
        "method": "POST",
        "url": ADDRESS,
        "httpVersion": version,
        "headers": [],
        "queryString": [],
        "cookies": [],
    }
    other = {"request": {"method": "GET", "url": "https://example.org/"}, "response": {"status": 200, "content": {}}}
    entries = [{"startedDateTime": SENT, "time": 1.5, "request": request, "response": response}, other]
    return json.dumps(
        {"log": {"version": "1.2", "creator": {"name": creator, "version": "1"}, "entries": entries}}
    ).encode()


def _text(body: bytes) -> dict[str, Any]:
    return {"size": len(body), "text": body.decode()}


def _coded(body: bytes, coding: str = "") -> dict[str, Any]:
    return {"size": len(body), "encoding": "base64", "text": _base64(CODERS[coding](body))}


def _net(value: object) -> bytes:
    """A value as mitmproxy's typed netstrings."""
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
        case list():
            kind, payload = b"]", b"".join(map(_net, value))
        case dict():
            kind, payload = b"}", b"".join(_net(key) + _net(inner) for key, inner in value.items())
        case _:
            raise TypeError(type(value))
    return str(len(payload)).encode() + b":" + payload + kind


def _flow(content: bytes | None, coding: str = "", **more: object) -> bytes:
    request = {
        "host": HOST, "port": 443, "scheme": b"https", "method": b"POST", "authority": HOST.encode(),
        "path": f"{PATH}?{QUERY}".encode(), "headers": [], "content": b"{}", "timestamp_start": 1704178800.123,
    }  # fmt: skip
    headers = [[b"content-encoding", coding.encode()]] if coding else []
    response = {
        "status_code": 200, "reason": b"", "http_version": b"HTTP/2.0", "headers": headers,
        "content": content if content is None else CODERS[coding](content), "timestamp_start": 1704178801.1,
    }  # fmt: skip
    return _net(
        {"version": 21, "type": "http", "id": "x", "error": None, "request": request, "response": response, **more}
    )


def _http(body: bytes, coding: str = "", line: str = "HTTP/1.1 200 OK", *, chunks: int = 0) -> bytes:
    sent = CODERS[coding](body)
    head = [line, "Content-Type: application/json"] + ([f"Content-Encoding: {coding}"] if coding else [])
    if chunks:
        head.append("Transfer-Encoding: chunked")
        pieces = [sent[at : at + chunks] for at in range(0, len(sent), chunks)]
        sent = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    return "\r\n".join([*head, "", ""]).encode() + sent


def _burp(response: str, more: str = "") -> bytes:
    item = (
        f"<item><time>Tue Jan 02 07:00:00 UTC 2024</time><url><![CDATA[{ADDRESS}]]></url>"
        f'<method>POST</method><request base64="false"><![CDATA[POST {PATH} HTTP/1.1\r\n\r\n{{}}]]></request>'
        f"<status>200</status>{more}{response}</item>"
    )
    return f'<?xml version="1.0"?><items burpVersion="2023.1" exportTime="now">{item}</items>'.encode()


def _charles(response: Mapping[str, Any]) -> bytes:
    entry = {
        "status": "COMPLETE", "method": "POST", "protocolVersion": "HTTP/2.0", "scheme": "https", "host": HOST,
        "actualPort": 443, "path": PATH, "query": QUERY, "tunnel": False, "keptAlive": False, "webSocket": False,
        "times": {"start": SENT}, "request": {"header": {"headers": []}},
        "response": {"status": 200, "sizes": {"headers": 10, "body": 700}, "header": {"headers": []}, **response},
    }  # fmt: skip
    return json.dumps([entry]).encode()


def _charles_xml(body: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE charles-session SYSTEM "charles-session-1_0.dtd">'
        f'<charles-session><transaction method="POST" protocolVersion="HTTP/2.0" protocol="https" host="{HOST}"'
        f' path="{PATH}" query="{QUERY}" startTime="{SENT}"><request headers="true"><headers><first-line>POST {PATH}'
        " HTTP/2.0</first-line></headers></request>"
        '<response status="200"><headers><first-line>HTTP/2.0 200</first-line><header><name>Content-Type</name>'
        f"<value>application/json</value></header></headers>{body}</response></transaction></charles-session>"
    ).encode()


def _fiddler(answer: bytes) -> Files:
    times = f'<?xml version="1.0"?><Session SID="1"><SessionTimers ClientBeginRequest="{SENT}" /></Session>'
    return {
        "raw/1_c.txt": f"POST {ADDRESS} HTTP/1.1\r\nHost: {HOST}\r\n\r\n{{}}".encode(),
        "raw/1_m.xml": times.encode(),
        "raw/1_s.txt": answer,
        "raw/2_c.txt": b"GET https://example.org/ HTTP/1.1\r\nHost: example.org\r\n\r\n",
        "raw/2_s.txt": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
    }


def _proxyman(body: str, size: int) -> Files:
    header = {
        "entries": [{"key": {"name": "Content-Encoding", "nameInLowercase": "content-encoding"}, "value": "gzip"}]
    }
    request = {"host": HOST, "isSSL": True, "method": {"name": "POST"}, "fullPath": ADDRESS, "bodyData": ""}
    response = {"status": {"code": 200, "phrase": "OK"}, "header": header, "bodyData": body, "bodyEncodedSize": size}
    entry = {"id": "86", "request": request, "response": response, "timing": {"requestStartedAt": 1704178800.123}}
    return {"request_1_86": json.dumps(entry).encode()}


LINE = "HTTP/2 200 "
QUOTES = {'"': "&quot;"}
GZIP = ("Content-Encoding", "gzip")
CURL = f"$ curl -i '{ADDRESS}'\n".encode()
VERBOSE = (
    f"*   Trying 1.2.3.4:443...\n* Connected to {HOST}\n> POST {PATH}?{QUERY} HTTP/2\r\n> Host: {HOST}\r\n"
    "> accept: */*\r\n> \r\n"
    "* upload completely sent off\n< HTTP/2 200 \r\n< content-type: application/json\r\n< \r\n{ [5 bytes data]\n"
).encode()


def _warc(answer: bytes) -> bytes:
    """A web archive of a request and its answer."""
    request = f"POST /x HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
    return b"".join(
        f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: <{ADDRESS}>\r\nWARC-Date: 2024-01-01T09:24:00Z\r\n"
        f"Content-Length: {len(block)}\r\n\r\n".encode()
        + block
        + b"\r\n\r\n"
        for kind, block in (("request", request), ("response", answer))
    )


#: What is read in full, without an issue.
READ: dict[str, Wrap] = {
    "HAR, Chrome": lambda body: {"x.har": _har(_text(body))},
    "HAR, Firefox": lambda body: {"x.har": _har(_text(body), "Firefox", "HTTP/2")},
    "HAR, Charles": lambda body: {"x.har": _har(_coded(body), "Charles Proxy", "HTTP/2.0")},
    "HAR, Fiddler": lambda body: {"x.har": b"\xef\xbb\xbf" + _har(_text(body), "Fiddler", "HTTP/1.1")},
    "HAR, Proxyman": lambda body: {"x.har": _har(_coded(body), "Proxyman", "HTTP/2")},
    "HAR, base64": lambda body: {"x.har": _har(_coded(body))},
    "HAR, gzip in base64": lambda body: {"x.har": _har(_coded(body, "gzip"))},
    "HAR, gzip in base64, told": lambda body: {"x.har": _har(_coded(body, "gzip"), headers=GZIP)},
    "HAR, br in base64": lambda body: {"x.har": _har(_coded(body, "br"), headers=("content-encoding", "br"))},
    "HAR, zstd in base64": lambda body: {"x.har": _har(_coded(body, "zstd"), headers=("content-encoding", "zstd"))},
    "HAR, decoded, gzip told": lambda body: {"x.har": _har(_text(body), headers=GZIP)},
    "HAR, guard in the body": lambda body: {"x.har": _har(_text(b")]}'\n" + body))},
    "HAR, UTF-16": lambda body: {"x.har": _har(_text(body)).decode().encode("utf-16")},
    "HAR, pretty-printed": lambda body: {"x.har": json.dumps(json.loads(_har(_text(body))), indent=2).encode()},
    "mitmproxy": lambda body: {"flows": _flow(body)},
    "mitmproxy, gzip": lambda body: {"flows": _flow(body, "gzip")},
    "mitmproxy, br": lambda body: {"flows": _flow(body, "br")},
    "mitmproxy, zstd": lambda body: {"flows": _flow(body, "zstd")},
    "mitmproxy, deflate": lambda body: {"flows": _flow(body, "deflate")},
    "mitmproxy, several": lambda body: {"flows": _flow(b"[]") + _flow(body, "gzip")},
    "mitmproxy, a web socket": lambda body: {
        "flows": _flow(b"", websocket={"messages": [[1, False, b"MSG 0x1 " + body + b"FABE", 1704178802.5]]})
    },
    "Burp, base64": lambda body: {
        "x.xml": _burp(f'<response base64="true"><![CDATA[{_base64(_http(body, "gzip", chunks=40))}]]></response>')
    },
    "Burp, plain": lambda body: {"x.xml": _burp(f"<response><![CDATA[{_http(body).decode()}]]></response>")},
    "Burp, escaped": lambda body: {"x.xml": _burp(f"<response>{escape(_http(body).decode())}</response>")},
    "Charles, JSON": lambda body: {"x.chlsj": _charles({"body": {"text": body.decode(), "charset": "UTF-8"}})},
    "Charles, JSON, gzip in base64": lambda body: {
        "x.chlsj": _charles(
            {"contentEncoding": "gzip", "body": {"encoding": "base64", "encoded": _base64(gzip.compress(body))}}
        )
    },
    "Charles, XML, CDATA": lambda body: {"x.chlsx": _charles_xml(f"<body><![CDATA[{body.decode()}]]></body>")},
    "Charles, XML, escaped": lambda body: {"x.chlsx": _charles_xml(f"<body>{escape(body.decode(), QUOTES)}</body>")},
    "Charles, XML, base64": lambda body: {"x.chlsx": _charles_xml(f'<body encoding="base64">{_base64(body)}</body>')},
    "Fiddler": lambda body: _fiddler(_http(body)),
    "Fiddler, gzip": lambda body: _fiddler(_http(body, "gzip")),
    "Fiddler, chunks of gzip": lambda body: _fiddler(_http(body, "gzip", chunks=100)),
    "Proxyman": lambda body: _proxyman(_base64(body), len(body)),
    "Proxyman, gzip": lambda body: _proxyman(_base64(gzip.compress(body)), 700),
    "curl -i": lambda body: {"out.txt": _http(body, line=LINE)},
    "curl -i, with the command": lambda body: {"out.txt": CURL + _http(body, line=LINE) + b"\n"},
    "curl -i, chunks": lambda body: {"out.txt": CURL + _http(body, chunks=300)},
    "curl -i, compressed": lambda body: {"out.bin": _http(body, "gzip")},
    "curl -i, br": lambda body: {"out.bin": CURL + _http(body, "br")},
    "curl -i, decoded, gzip told": lambda body: {
        "out.txt": _http(b"", line="HTTP/2 200")[:-2] + b"Content-Encoding: gzip\r\nContent-Length: 9\r\n\r\n" + body
    },
    "curl -i, redirected": lambda body: {
        "out.txt": CURL + f"HTTP/1.1 302 Found\r\nLocation: {ADDRESS}&x=1\r\n\r\n".encode() + _http(body)
    },
    "curl -i, behind a proxy": lambda body: {
        "out.txt": b"HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + _http(body)
    },
    "curl -i, twice": lambda body: {"out.txt": _http(b'{"other": 1}', line=LINE) + _http(body, line=LINE)},
    "ZAP's messages": lambda body: {
        "out.txt": b"==== 1 ==========\nPOST " + ADDRESS.encode() + b" HTTP/1.1\nHost: x\n\n\n" + _http(body)
        + b"\n==== 2 ==========\nGET https://example.org/ HTTP/1.1\n\n\nHTTP/1.1 404 Not Found\n\n"
    },
    "WARC": lambda body: {"x.warc": _warc(_http(body))},
    "WARC, br": lambda body: {"x.warc": _warc(_http(body, "br"))},
    "WARC, chunks": lambda body: {"x.warc": _warc(_http(body, chunks=300))},
    "curl -i, UTF-16": lambda body: {"out.txt": _http(body, line=LINE).decode().encode("utf-16")},
    "curl -v": lambda body: {"out.txt": VERBOSE + body + f"\n* Connection #0 to host {HOST} left intact\n".encode()},
    "curl -v, ended on the line": lambda body: {"out.txt": VERBOSE + body + b"* Connection #0 to host x left intact\n"},
}  # fmt: skip


@pytest.mark.parametrize("name", list(READ))
def test_a_capture_gives_the_records_of_the_page(name: str, page: Page, bare: list[Any], read_files: Any) -> None:
    found = read_files(READ[name](json.dumps(page, ensure_ascii=False).encode()))
    assert found.described == bare
    assert [issue.what for issue in found.issues] == []


def _packets(content: bytes) -> bytes:
    """A capture of one packet."""
    return (
        struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
        + struct.pack("<IIII", 0, 0, len(content), len(content))
        + content
    )


def _blocks(*blocks: tuple[int, bytes], order: str = "<") -> bytes:
    """A capture in the newer form."""
    section = struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1)
    content = b""
    for kind, held in ((0x0A0D0D0A, section), *blocks):
        body = held + bytes(-len(held) % 4)
        content += struct.pack(f"{order}II", kind, len(body) + 12) + body + struct.pack(f"{order}I", len(body) + 12)
    return content


HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(60) + b"alexa.amazon.de" + bytes(40)
NOT_HELD = "does not hold the body"
#: What is not read, with what the issue says.
NAMED: dict[str, tuple[Files, str]] = {
    "HAR without the body": ({"x.har": _har({"size": 1334})}, "1334 bytes were sent"),
    "HAR whose body is empty": ({"x.har": _har({"size": 1334, "text": ""}, "Firefox")}, "1334 bytes were sent"),
    "HAR that knows no size": ({"x.har": _har({})}, "is not recorded"),
    "mitmproxy, streamed": ({"flows": _flow(None)}, NOT_HELD),
    "Burp without the answer": (
        {"x.xml": _burp("<response></response>", "<responselength>1334</responselength>")},
        "1334 bytes were sent",
    ),
    "Charles without the body": ({"x.chlsj": _charles({})}, "700 bytes were sent"),
    "Fiddler without the body": (_fiddler(b"HTTP/1.1 200 OK\r\nContent-Length: 1334\r\n\r\n"), "1334 bytes were sent"),
    "Proxyman without the body": (_proxyman("", 700), "700 bytes were sent"),
    "curl -I": ({"out.txt": CURL + b"HTTP/2 200 \r\ncontent-length: 1334\r\n\r\n"}, "1334 bytes were sent"),
    "packets": ({"x.pcap": _packets(HELLO)}, "a capture of packets (pcap)"),
    "packets, newer form": (
        {"x": b"\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a\x01\0\0\0" + bytes(12) + HELLO},
        "a capture of packets (pcap)",
    ),
    "packets in the clear": (
        {"x.pcap": _packets(b"HTTP/1.1 200 OK\r\n\r\n" + HELLO)},
        "Some of its HTTP is not encrypted",
    ),
    "packets with keys": (
        {"x.pcapng": _blocks((1, bytes(8)), (10, struct.pack("<II", 0x544C534B, 4) + b"KEYS"), (6, HELLO))},
        "holds the keys of TLS sessions",
    ),
    "packets with keys, big end first": (
        {"x": _blocks((6, HELLO), (10, struct.pack(">II", 0x544C534B, 4) + b"KEYS"), order=">")},
        "holds the keys of TLS sessions",
    ),
    "Charles' own form": ({"x.chls": b"\xac\xed\x00\x05sr\x00\x10com.xk72.charles.X"}, "export it as JSON"),
    "Proxyman's old form": ({"x.proxymanlog": b"bplist00\x00\x01"}, "export it as HAR"),
    "a trace of a car": ({"x.dlt": b"DLT\x01" + bytes(12) + b"ECU1AlexaAuto: WakewordDetected\0"}, "with DLT Viewer"),
    "a net log": (
        {"x.json": json.dumps({"constants": {"logFormatVersion": 1}, "events": [{"url": ADDRESS}]}).encode()},
        "a net log of a browser",
    ),
}


@pytest.mark.parametrize("name", list(NAMED))
def test_what_is_not_read_is_named(name: str, read_files: Any) -> None:
    files, described = NAMED[name]
    found = read_files(files)
    assert found.described == []
    (issue,) = found.issues
    assert described in issue.what
    assert not any("no content" in record.message for record in found.records)


def test_packets_that_name_nothing_of_the_service_are_no_issue(read_files: Any) -> None:
    found = read_files({"x.pcap": _packets(b"\x16\x03\x01" + bytes(60) + b"example.org")})
    assert (found.records, found.issues, found.parsers) == ([], [], set())


def test_one_issue_tells_of_all_bodies_that_are_not_held(read_files: Any) -> None:
    archive = json.loads(_har({"size": 10}))
    archive["log"]["entries"] *= 30
    found = read_files({"x.har": json.dumps(archive).encode()})
    (issue,) = found.issues
    assert "the bodies of 30 answers" in issue.what
    assert "and 10 more" in issue.what


def test_the_page_of_captures_lists_each(doc_table: Callable[[str, str], dict[str, tuple[str, ...]]]) -> None:
    listed = doc_table("captures.md", "Captures of programs")
    assert listed == {**dict.fromkeys(READ, ("read",)), **dict.fromkeys(NAMED, ("named",))}


#: One sample of each reader, whose damaged copies are read too.
SAMPLES = (
    "HAR, gzip in base64", "mitmproxy, br", "Burp, plain", "Charles, JSON, gzip in base64", "Charles, XML, CDATA",
    "Charles, XML, escaped", "Charles, XML, base64", "Fiddler, chunks of gzip", "Proxyman, gzip", "curl -i, chunks",
    "curl -i, redirected", "curl -v",
)  # fmt: skip


@pytest.mark.parametrize("name", SAMPLES)
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_damaged_captures_raise_nothing(name: str, page: Page, read_mutated: Any, data: st.DataObject) -> None:
    found = read_mutated(READ[name](json.dumps(page, ensure_ascii=False).encode()), data)
    assert all(len(issue.excerpt) <= 64 for issue in found.issues)
