"""The server: its sockets, its protocol, and its shutdown."""

from __future__ import annotations

import ipaddress
import signal
import socket
import threading
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

import uvicorn

from echoforensics.errors import UsageError
from echoforensics.review.people.site import LOCALHOST, Site
from echoforensics.review.web.app import make_app
from echoforensics.review.web.connections import RoomConnection

try:
    import resource
except ImportError:  # Windows has no such limits.
    resource = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.review.room import ReviewRoom
    from echoforensics.review.web.certificate import ServerCertificate

_BACKLOG = 128
#: Number of files that the server may have open, where the system allows it.
_FILES = 16_384


def is_loopback(host: str) -> bool:
    """Whether a host, given by name or address, is loopback."""
    if host.lower() == LOCALHOST:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listen(host: str, port: int) -> list[socket.socket]:
    """Open the listening sockets of a host, all on one port.

    Args:
        host: a name or address of this machine. Loopback addresses are treated as ``localhost``, the name needed for
            security keys: these refuse an address.
        port: the port; 0 for any free one.

    Raises:
        UsageError: the port is in use, or the host is not this machine.
    """
    name = LOCALHOST if is_loopback(host) else host
    with suppress(ValueError):
        if ipaddress.ip_address(name).is_unspecified:
            raise UsageError(
                f"--host {host} is not an address that a browser can open; give this machine's name or address"
            )
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise UsageError(f"--host {host}: is not known: {error}") from error
    with ExitStack() as opened:
        sockets: list[socket.socket] = []
        refused: OSError | None = None
        for family, _, _, _, address in found:
            try:
                sockets.append(_listening(family, (str(address[0]), port)))
            except OSError as error:
                refused = error
                continue
            opened.callback(sockets[-1].close)
            port = sockets[-1].getsockname()[1]
        if not sockets:
            raise UsageError(
                f"cannot listen on {host}, port {port}: {refused and refused.strerror}. Give another --port, or a name"
                " or address of this machine as --host"
            )
        opened.pop_all()
    return sockets


def _listening(family: int, address: tuple[str, int]) -> socket.socket:
    with ExitStack() as opened:
        # By its protocol asyncio knows that it may send at once: else each answer waits 40 ms for an acknowledgement.
        made = opened.enter_context(socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP))
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind(address)
        made.listen(_BACKLOG)
        opened.pop_all()
    return made


def site_of(host: str, sockets: list[socket.socket], *, tls: bool) -> Site:
    """The address of a room that listens on these sockets."""
    return Site(LOCALHOST if is_loopback(host) else host.lower(), sockets[0].getsockname()[1], tls)


def server_of(room: ReviewRoom, certificate: ServerCertificate | None) -> uvicorn.Server:
    """The server of a room, which runs with :func:`listen`'s sockets."""
    context = certificate.context() if certificate is not None else None
    config = uvicorn.Config(
        make_app(room),
        http=RoomConnection,
        ws="none",
        lifespan="off",
        # Addresses hold one-time links: the audit is the record of who asked for what.
        access_log=False,
        log_config=None,
        # Anybody can send what is no request: that does not fill the log.
        log_level="error",
        server_header=False,
        proxy_headers=False,
        h11_max_incomplete_event_size=16 * 1024,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=5,
        ssl_context_factory=None if context is None else lambda _config, _usual: context,
    )
    return uvicorn.Server(config)


@contextmanager
def until_stopped() -> Iterator[None]:
    """Run the block until this process is stopped by Ctrl-C or SIGTERM; the code after it still runs."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)


def serve(room: ReviewRoom, sockets: list[socket.socket], certificate: ServerCertificate | None) -> None:
    """Serve a room. When a signal stops it, pending requests are answered first, and KeyboardInterrupt is raised."""
    _allow_many_files()
    server_of(room, certificate).run(sockets=sockets)


def _allow_many_files() -> None:
    """Raise the limit of open files, of which each connection is one, also before its TLS handshake is finished."""
    if resource is not None:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = _FILES if hard == resource.RLIM_INFINITY else min(hard, _FILES)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            # A system may allow fewer than its hard limit says: the server then has the usual number.
            with suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@contextmanager
def served(room: ReviewRoom, sockets: list[socket.socket], certificate: ServerCertificate | None) -> Iterator[None]:
    """Serve a room in a thread during a ``with`` statement."""
    server = server_of(room, certificate)
    thread = threading.Thread(target=server.run, kwargs={"sockets": sockets}, name="review room")
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
