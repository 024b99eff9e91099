"""Asking an authority over HTTP: what is not its answer is refused, in words that say what to do."""

from __future__ import annotations

import hashlib
import socketserver
import threading
from collections.abc import Callable

import pytest

from chain_of_custody.timestamp import MAX_RESPONSE, TimestampError, TimestampRequest, verify
from chain_of_custody.timestamp_fetch import fetch
from tests.time_authority import Answer, TimeAuthority

DIGEST = hashlib.sha256(b"a sealed list").digest()
REPLY = {"Content-Type": "application/timestamp-reply"}


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def test_an_answer_is_fetched_and_verifies(time_authority: TimeAuthority) -> None:
    asked = TimestampRequest(DIGEST)
    found = fetch(time_authority.url, asked)
    assert verify(found.response, DIGEST, [time_authority.root], asked) == found
    assert time_authority.openssl_verifies(found.response, DIGEST)


def refused(authority: TimeAuthority, answer: Callable[[bytes], Answer], time_limit: float = 30) -> str:
    authority.answers["/other"] = answer
    with pytest.raises(TimestampError) as caught:
        fetch(authority.url + "other", TimestampRequest(DIGEST), time_limit=time_limit)
    assert str(caught.value).startswith(authority.url)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_answer_to_another_request_is_refused(time_authority: TimeAuthority) -> None:
    replayed = time_authority.answer(TimestampRequest(DIGEST).der)
    other = time_authority.answer(TimestampRequest(hashlib.sha256(b"other").digest()).der)
    assert "repeats another nonce" in refused(time_authority, lambda _: (200, REPLY, replayed))
    assert "not over" in refused(time_authority, lambda _: (200, REPLY, other))


def test_a_page_is_refused(time_authority: TimeAuthority) -> None:
    page = b"<html>log in first</html>"
    for kind in ("text/html; charset=utf-8", "application/timestamp-reply"):
        text = refused(time_authority, lambda _, kind=kind: (200, {"Content-Type": kind}, page))  # type: ignore[misc]
        assert "answered with a page for people" in text


def test_a_huge_answer_is_refused(time_authority: TimeAuthority) -> None:
    text = refused(time_authority, lambda _: (200, REPLY, bytes(MAX_RESPONSE + 1)))
    assert f"more than {MAX_RESPONSE} bytes" in text


def test_an_answer_that_is_cut_off_is_refused(time_authority: TimeAuthority) -> None:
    def cut(query: bytes) -> Answer:
        return 200, REPLY, time_authority.answer(query)[:-10]

    def promised(query: bytes) -> Answer:
        whole = time_authority.answer(query)
        return 200, {**REPLY, "Content-Length": str(len(whole))}, whole[:-10]

    assert "not a timestamp response" in refused(time_authority, cut)
    assert "not a timestamp response" in refused(time_authority, promised)


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/", "http://127.0.0.1:1/", "/elsewhere", ""])
def test_no_redirection_is_followed(time_authority: TimeAuthority, code: int, target: str) -> None:
    text = refused(time_authority, lambda _: (code, {"Location": target}, b""))
    assert f"redirects to {target!r}, which is not followed" in text


def test_an_error_of_the_server_is_named(time_authority: TimeAuthority) -> None:
    assert "answered 503 Service Unavailable" in refused(time_authority, lambda _: (503, {}, b"x"))


def test_nobody_is_waited_for_beyond_the_limit(time_authority: TimeAuthority) -> None:
    over = threading.Event()

    def never(_: bytes) -> Answer:
        over.wait(30)
        return 200, REPLY, b""

    assert "no answer within 0.2 seconds" in refused(time_authority, never, 0.2)
    over.set()


def test_an_answer_byte_by_byte_is_not_waited_for_either() -> None:
    over = threading.Event()

    class Dripping(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.sendall(b"HTTP/1.1 200 OK\r\nServer: ")
            while not over.wait(0.02):
                self.request.sendall(b"x")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Dripping) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        with pytest.raises(TimestampError, match=r"no answer within 0\.3 seconds"):
            fetch(f"http://127.0.0.1:{server.server_address[1]}/", TimestampRequest(DIGEST), time_limit=0.3)
        over.set()
        server.shutdown()
        thread.join()


def test_nobody_there() -> None:
    with pytest.raises(TimestampError, match=r"cannot be reached: .*refused"):
        fetch("http://127.0.0.1:1/", TimestampRequest(DIGEST))


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example/", "example", "", "http://", "http://[", "http://a b/", "http://a/\n"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(TimestampError, match="is not the address of a timestamp authority"):
        fetch(url, TimestampRequest(DIGEST))


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(TimestampError, match="must not hold a user name or password") as caught:
        fetch("http://me:secret@127.0.0.1/", TimestampRequest(DIGEST))
    assert "secret" not in str(caught.value)
