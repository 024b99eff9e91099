"""The server itself: where it listens, raw requests, TLS, and a browser's cookies and security keys."""

from __future__ import annotations

import hashlib
import shutil
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from echoforensics.errors import UsageError
from echoforensics.review.people.site import Site
from echoforensics.review.room import ReviewRoom
from echoforensics.review.web import connections, dispatch
from echoforensics.review.web.certificate import ServerCertificate, own_certificate
from echoforensics.review.web.serving import is_loopback, listen, served, site_of
from tests.echoforensics.review.conftest import OpenRoom


@contextmanager
def at_work(open_room: OpenRoom, certificate: ServerCertificate | None = None) -> Iterator[ReviewRoom]:
    """A room at work at a port of its own."""
    with ExitStack() as opened:
        sockets = listen("localhost", 0)
        for each in sockets:
            opened.callback(each.close)
        room = open_room(site=site_of("localhost", sockets, tls=certificate is not None))
        opened.enter_context(served(room, sockets, certificate))
        yield room


def exchange(site: Site, request: bytes) -> bytes:
    """What the server answers to bytes, until it closes the connection."""
    with socket.create_connection(("127.0.0.1", site.port), 60) as connection:
        connection.sendall(request)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    return answer


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.0.0.9", "::1"])
def test_loopback_is_called_localhost(host: str) -> None:
    sockets = listen("localhost", 0)
    try:
        site = site_of(host, sockets, tls=False)
        addresses = {each.getsockname()[0] for each in sockets}
    finally:
        for each in sockets:
            each.close()

    assert is_loopback(host)
    assert site.origin == f"http://localhost:{site.port}"
    assert addresses <= {"127.0.0.1", "::1"}


@pytest.mark.parametrize("host", ["review.example", "192.0.2.7", "0.0.0.0", "localhost.example", ""])
def test_other_hosts_are_not_loopback(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(("host", "why"), [("0.0.0.0", "not an address that a browser"), ("::", "not an address"),
                                           ("192.0.2.7", "cannot listen"), ("no such host", "not known")])  # fmt: skip
def test_a_host_that_is_not_this_machine_is_refused(host: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        listen(host, 0)


def test_a_port_in_use_is_refused() -> None:
    (first, *others) = listen("127.0.0.1", 0)
    try:
        with pytest.raises(UsageError, match="--port"):
            listen("127.0.0.1", first.getsockname()[1])
    finally:
        for each in (first, *others):
            each.close()


@pytest.mark.parametrize(
    ("site", "origin", "relying_party"),
    [
        (Site("localhost", 8765, tls=False), "http://localhost:8765", "localhost"),
        (Site("review.example", 443, tls=True), "https://review.example", "review.example"),
        (Site("2001:db8::7", 8443, tls=True), "https://[2001:db8::7]:8443", ""),
        (Site("192.0.2.7", 80, tls=False), "http://192.0.2.7", ""),
    ],
)
def test_what_browsers_call_a_room(site: Site, origin: str, relying_party: str) -> None:
    assert (site.origin, site.relying_party) == (origin, relying_party)


def test_raw_requests_that_would_split_or_smuggle_are_refused(open_room: OpenRoom) -> None:
    with at_work(open_room) as room:
        host = f"Host: {room.site.netloc}\r\n".encode()
        requests = (
            b"GET /api/me HTTP/1.1\r\n" + host + b"X: a\rSet-Cookie: x=y\r\nConnection: close\r\n\r\n",
            b"GET /api/me\r\nX-Injected: yes HTTP/1.1\r\n" + host + b"\r\n",
            b"POST /api/sign-in HTTP/1.1\r\n" + host + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n12345",
            b"POST /api/sign-in HTTP/1.1\r\n" + host + b"Content-Length: 5\r\nTransfer-Encoding: nothing\r\n\r\n12345",
            b"GET /api/me HTTP/1.1\r\n" + host + host + b"Connection: close\r\n\r\n",
            b"GET /api/me HTTP/1.1\r\nConnection: close\r\n\r\n",
            b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n" + host + b"Connection: close\r\n\r\n",
            b"GET /api/me HTTP/1.1\r\n" + host + b"X: " + b"x" * 100_000 + b"\r\nConnection: close\r\n\r\n",
        )
        for request in requests:
            answer = exchange(room.site, request)
            assert answer.startswith(b"HTTP/1.1 4"), (request[:80], answer[:200])
            assert answer.count(b"HTTP/1.1 ") == 1
            assert b"x=y" not in answer


def test_what_an_address_says_never_becomes_a_header(open_room: OpenRoom) -> None:
    with at_work(open_room) as room:
        request = (
            f"GET /set-up/a%0d%0aSet-Cookie:%20x=y HTTP/1.1\r\nHost: {room.site.netloc}\r\nConnection: close\r\n\r\n"
        )
        head, _, _ = exchange(room.site, request.encode()).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 200")
    assert b"set-cookie" not in head.lower()


def test_what_never_comes_is_given_up_and_idle_connections_keep_nobody_out(
    open_room: OpenRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "_BODY_WITHIN", 0.1)
    monkeypatch.setattr(connections, "CONNECTIONS", 3)
    with at_work(open_room) as room, ExitStack() as opened:
        idle = [opened.enter_context(socket.create_connection(("127.0.0.1", room.site.port), 60)) for _ in range(8)]
        for each in idle[:4]:
            each.sendall(b"GET /api/me HTTP/1.1\r\nX: ")
        asked = f"GET /api/me HTTP/1.1\r\nHost: {room.site.netloc}\r\nConnection: close\r\n\r\n"
        assert exchange(room.site, asked.encode()).startswith(b"HTTP/1.1 401")
        monkeypatch.setattr(connections, "_HEAD_WITHIN", 0.1)
        assert exchange(room.site, b"GET /api/me HTTP/1.1\r\n") == b""
        head = (
            f"POST /api/sign-in HTTP/1.1\r\nHost: {room.site.netloc}\r\nContent-Length: 9\r\nConnection: close\r\n\r\n"
        )
        answer = exchange(room.site, head.encode() + b"{")

    assert answer.startswith(b"HTTP/1.1 408")


def test_a_room_over_tls_shows_its_own_certificate(open_room: OpenRoom, tmp_path: Path) -> None:
    certificate = own_certificate(tmp_path, "localhost")
    with at_work(open_room, certificate) as room:
        trusted = ssl.create_default_context(cafile=str(certificate.certificate))
        with httpx.Client(verify=trusted) as client:
            answer = client.get(f"{room.site.origin}/api/me")
        with socket.create_connection(("127.0.0.1", room.site.port)) as plain:
            unchecked = ssl.create_default_context()
            unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
            with unchecked.wrap_socket(plain) as connection:
                shown = connection.getpeercert(binary_form=True)
                version = connection.version()
        with pytest.raises(httpx.TransportError), httpx.Client() as client:
            client.get(f"http://localhost:{room.site.port}/")

    assert answer.status_code == 401
    assert room.site.origin.startswith("https://")
    assert version in ("TLSv1.2", "TLSv1.3")
    assert hashlib.sha256(shown or b"").hexdigest().upper() == certificate.fingerprint.replace(":", "")


#: Run in a page: calls the API as the room's own pages do.
_CALL = """async ([method, path, body, csrf]) => {
  const headers = {"content-type": "application/json", ...(csrf ? {"x-csrf": csrf} : {})};
  const answer = await fetch(path, {method, headers, ...(body ? {body: JSON.stringify(body)} : {})});
  return [answer.status, await answer.json()];
}"""
_MAKE = """async (options) => {
  const found = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  return (await navigator.credentials.create({publicKey: found})).toJSON();
}"""
_USE = """async (options) => {
  const found = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return (await navigator.credentials.get({publicKey: found})).toJSON();
}"""
_VIRTUAL = {"protocol": "ctap2", "transport": "usb", "hasUserVerification": False, "automaticPresenceSimulation": True}


def test_chromium_keeps_secure_cookies_of_localhost_and_signs_in_with_a_security_key(
    open_room: OpenRoom, browser_driver: Any
) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed")
    with at_work(open_room) as room, ExitStack() as opened:
        launched = browser_driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        opened.callback(launched.close)
        context = launched.new_context()
        page = context.new_page()
        devices = context.new_cdp_session(page)
        devices.send("WebAuthn.enable")
        devices.send("WebAuthn.addVirtualAuthenticator", {"options": _VIRTUAL})
        page.goto(f"{room.site.origin}/sign-in")

        def call(method: str, path: str, body: object = None, csrf: str = "") -> Any:
            status, answer = page.evaluate(_CALL, [method, path, body, csrf])
            assert status == 200, answer
            return answer

        path = f"/api/set-up/{room.accounts.first_link()}"
        made = page.evaluate(_MAKE, call("GET", path)["webauthn"])
        call("POST", path, {"password": "correct horse battery", "credential": made})
        call("POST", "/api/sign-in", {"name": "supervisor", "password": "correct horse battery"})
        used = page.evaluate(_USE, call("POST", "/api/sign-in/webauthn/options"))
        call("POST", "/api/sign-in/webauthn", {"credential": used})

        me = call("GET", "/api/me")
        call("POST", "/api/people", {"name": "rita", "display": "Rita", "role": "reader"}, me["csrf"])
        cookies = {each["name"]: each for each in context.cookies()}
        held = page.evaluate("document.cookie")

    assert set(cookies) == {f"__Host-ef-{room.site.port}", f"__Host-ef-browser-{room.site.port}"}
    for cookie in cookies.values():
        assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Strict")
    assert held == ""
