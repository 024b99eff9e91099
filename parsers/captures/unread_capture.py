"""Captures of network traffic in unsupported formats: what they are, and how to make them readable.

References:
    libpcap's manual (pcap-savefile); the PCAP Next Generation draft; Java's object serialisation stream protocol, in
    which Charles keeps its own sessions; Chromium's design document of its net log.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from parsers.alexa_api.named_file import names_in_words, names_of, place_of
from parsers.encoding import as_utf8
from parsers.formats.http.capture_forms import is_net_log
from parsers.formats.packets.capture_file import holds_tls_keys, is_packet_capture
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register

_CLEAR = re.compile(rb"HTTP/1\.[01] \d{3} ")
_PIECE, _LONGEST = 1024 * 1024, 16
_KEYS_HELD = " It holds the keys of TLS sessions (a Decryption Secrets Block): Wireshark decrypts them by itself."
_CLEAR_HELD = " Some of its HTTP is not encrypted: answers may stand in it."
_DLT = b"DLT\x01"
_JAVA, _CHARLES = b"\xac\xed\x00\x05", b"com.xk72.charles"


@dataclass(frozen=True, slots=True)
class _Form:
    """A capture format.

    Attributes:
        what: its name.
        fits: whether a file has this format.
        why: why it is not read.
        advice: how to make its content readable.
        always: whether to report it even if nothing in it names the service.
        seen: sentences on what in the file helps to read it.
    """

    what: str
    fits: Callable[[Source], bool]
    why: str
    advice: str
    always: bool
    seen: Callable[[Source], str] = lambda _: ""


def _is_pcap(source: Source) -> bool:
    return is_packet_capture(source.head)


def _seen_in_packets(source: Source) -> str:
    """Describe what helps to read a packet capture: session keys, unencrypted HTTP."""
    with source.open() as stream:
        seen = _KEYS_HELD if holds_tls_keys(stream) else ""
        stream.seek(0)
        held = b""
        while piece := stream.read(_PIECE):
            held += piece
            if _CLEAR.search(held):
                return seen + _CLEAR_HELD
            held = held[-_LONGEST:]
    return seen


def _is_charles(source: Source) -> bool:
    own = source.head.startswith(_JAVA) and _CHARLES in source.head
    return own or (source.name.lower().endswith(".chls") and not source.head.startswith((b"PK", b"{", b"[", b"<")))


def _is_proxyman(source: Source) -> bool:
    named = source.name.lower().endswith((".proxymanlog", ".proxymanlogv2"))
    return named and not source.head.startswith((b"PK", b"{", b"["))


def _is_trace(source: Source) -> bool:
    """Whether it is a trace in which a program speaks of Alexa: its messages are text among bytes."""
    return source.head.startswith(_DLT) and (bool(source.names) or b"alexa" in source.head.lower())


_FORMS = (
    _Form(
        "a capture of packets (pcap)",
        _is_pcap,
        "its packets are not put together, and traffic with the service is as a rule encrypted (TLS)",
        "Where it is not encrypted, or the keys of its sessions were kept (SSLKEYLOGFILE), export the answers with"
        " Wireshark (File, Export Objects, HTTP) and bring in those files; or make a capture with a proxy that decrypts"
        " (HAR, mitmproxy, Burp, Charles, Fiddler).",
        always=False,
        seen=_seen_in_packets,
    ),
    _Form(
        "a session of Charles in its own form (.chls)",
        _is_charles,
        "it is a stream of Charles' own objects",
        "Open it with Charles and export it as JSON, XML or HAR (File, Export Session), then bring in that file.",
        always=True,
    ),
    _Form(
        "an archive of Proxyman in its old form (.proxymanlog)",
        _is_proxyman,
        "only the newer form, a zip, is read",
        "Open it with Proxyman and export it as HAR (File, Export), then bring in that file.",
        always=True,
    ),
    _Form(
        "a trace of the control units of a car (AUTOSAR Diagnostic Log and Trace, .dlt)",
        _is_trace,
        "its messages are not taken apart",
        "Open it with DLT Viewer and export it as text (File, Export), then bring in that file: lines of the AVS Device"
        " SDK and the Auto SDK in it are read.",
        always=True,
    ),
    _Form(
        "a net log of a browser (chrome://net-export)",
        lambda source: is_net_log(as_utf8(source.head)),
        "it lists events of the network, and as a rule no contents",
        "Its addresses and times can be seen with netlog-viewer; contents are in a HAR.",
        always=False,
    ),
)


@register
class UnreadCapture(Parser):
    """Reports captures that are not read."""

    name: ClassVar[str] = "unread_capture"
    version: ClassVar[str] = "2"
    needs_beginning: ClassVar[tuple[bytes, ...]] = (_JAVA, _DLT)
    needs_path: ClassVar[tuple[str, ...]] = (".chls", ".proxymanlog")
    needs_names: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Captures of network traffic in forms that are not read",
        data_types=(),
        known_by=(
            "pcap and pcapng by their first bytes, if they name the Alexa service anywhere",
            "sessions of Charles (.chls) and old archives of Proxyman (.proxymanlog), by their first bytes or names",
            "traces of AUTOSAR (.dlt) by their first bytes, if Alexa is named in the first of them",
            'JSON that begins {"constants": {, a net log, if it names the Alexa service anywhere',
        ),
        shows="Nothing by itself: each is an issue that says what the file is and how it becomes readable.",
        does_not_show="What is in the file.",
        validated_on=("Made files only.",),
        limits=("Their contents are not read.",),
        references=(
            "https://www.tcpdump.org/manpages/pcap-savefile.5.txt",
            "https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng/",
        ),
    )

    def claims(self, source: Source) -> bool:
        """Whether the first bytes or the name match; some formats only count if the file names the service."""
        return any(form.fits(source) and (form.always or bool(source.names)) for form in _FORMS)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a single issue."""
        names = names_of(source)
        described = f" It names the Alexa service ({names_in_words(names)})." if names else ""
        locator = place_of(names[0]) if names else ""
        for form in _FORMS:
            if form.fits(source):
                what = f"The file is {form.what}; it was not read: {form.why}.{described}{form.seen(source)}"
                yield Issue(f"{what} {form.advice}", locator)
                return
