"""Multipart bodies in files of their own: directives with the speech that belongs to them."""

from __future__ import annotations

import hashlib
import json

from hypothesis import given
from hypothesis import strategies as st

from parsers.captures.multipart_file import MultipartFile
from parsers.parser import Source
from parsers.record import Issue, Record

DIRECTIVE = {
    "directive": {
        "header": {"namespace": "SpeechSynthesizer", "name": "Speak", "messageId": "m-1", "dialogRequestId": "d-1"},
        "payload": {"url": "cid:1", "format": "AUDIO_MPEG"},
    }
}
#: Two frames of silence, MPEG-1 layer III.
SOUND = (b"\xff\xfb\x90\x64" + bytes(413)) * 2


def _body(first: object = DIRECTIVE, second: bytes = SOUND) -> bytes:
    return (
        b"--b\r\nContent-Type: application/json\r\n\r\n" + json.dumps(first).encode()
        + b"\r\n--b\r\nContent-Type: application/octet-stream\r\nContent-ID: <1>\r\n\r\n" + second + b"\r\n--b--\r\n"
    )  # fmt: skip


def test_a_directive_and_its_speech_are_read() -> None:
    content = _body()
    source = Source.of(content, "downchannel.bin")
    assert MultipartFile().claims(source)
    directive, speech = MultipartFile().parse(source)
    assert isinstance(directive, Record)
    assert isinstance(speech, Record)
    assert (directive.data_type, directive.keys, directive.fields["header"]) == (
        "alexa:cloud:directive", ("dialog:d-1",), DIRECTIVE["directive"]["header"],
    )  # fmt: skip
    assert speech.data_type == "alexa:web:recording"
    assert speech.message.startswith(f"A part of the answer holds a recording of {len(SOUND)} bytes. ")
    assert speech.locator == f"bytes:{content.index(SOUND)}+{len(SOUND)}"
    assert speech.fields["sha256"] == hashlib.sha256(SOUND).hexdigest()
    assert (speech.fields["codec"], speech.fields["rate_hz"]) == ("MPEG-1 Layer III", 44100)


def test_a_part_that_is_no_sound_is_an_issue() -> None:
    (_, issue) = MultipartFile().parse(Source.of(_body(second=b"\0\1\2 of no kind")))
    assert isinstance(issue, Issue)
    assert issue.what == "A part of the answer (application/octet-stream) is not read."


def test_other_bodies_are_not_claimed() -> None:
    for content in (_body({"a": 1}), b"--b\r\n\r\n", b"-- a comment\n{}", b"", json.dumps(DIRECTIVE).encode()):
        assert not MultipartFile().claims(Source.of(content))


@given(st.integers(0, 200), st.binary(max_size=30))
def test_damage_raises_nothing(at: int, put: bytes) -> None:
    content = _body()
    list(MultipartFile().parse(Source.of(content[:at] + put + content[at + len(put) :])))
