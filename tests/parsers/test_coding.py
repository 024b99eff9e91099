from __future__ import annotations

import base64
import contextlib
import gzip
import io
import json
import zlib
from collections.abc import Callable
from xml.sax.saxutils import escape

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from parsers.coding import CodingError, decode
from parsers.locator import LocatorError, at_coding, join, resolve

LIMIT = 1_000_000


def _raw_deflate(content: bytes) -> bytes:
    return zlib.compress(content)[2:-4]


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
    "base64": base64.b64encode,
    "identity": bytes,
}
COMPRESSORS = ["gzip", "deflate", "br", "zstd"]


@given(st.binary(max_size=2000), st.sampled_from(sorted(ENCODERS)))
def test_what_was_coded_is_decoded(content: bytes, name: str) -> None:
    assert decode(ENCODERS[name](content), name, LIMIT) == content
    assert decode(ENCODERS[name](content), f" X-{name.upper()} ", LIMIT) == content


def test_raw_deflate_members_of_gzip_and_several_codings() -> None:
    assert decode(_raw_deflate(b"alexa" * 50), "deflate", LIMIT) == b"alexa" * 50
    assert decode(gzip.compress(b"one") + gzip.compress(b"two") + bytes(5), "gzip", LIMIT) == b"onetwo"
    assert decode(zstandard.compress(b"one") + zstandard.compress(b"two"), "zstd", LIMIT) == b"onetwo"
    assert decode(brotli.compress(gzip.compress(b"x")), "gzip, br", LIMIT) == b"x"


@pytest.mark.parametrize("name", COMPRESSORS)
def test_a_bomb_is_stopped_at_the_limit(name: str) -> None:
    with pytest.raises(CodingError, match="more than 100000 bytes") as raised:
        decode(ENCODERS[name](bytes(50_000_000)), name, 100_000)
    assert len(raised.value.partial) == 100_000


@pytest.mark.parametrize("name", COMPRESSORS)
def test_what_is_cut_off_is_reported_and_given_as_far_as_it_goes(name: str) -> None:
    content = bytes(range(256)) * 40
    coded = ENCODERS[name](content)
    with pytest.raises(CodingError) as raised:
        decode(coded[: len(coded) - 1], name, LIMIT)
    assert content.startswith(raised.value.partial)


@given(st.binary(max_size=300), st.sampled_from([*sorted(ENCODERS), "snappy", "gzip,br"]))
def test_any_bytes(content: bytes, name: str) -> None:
    found = b""
    with contextlib.suppress(CodingError):
        found = decode(content, name, 5000)
    assert len(found) <= 5000


def test_a_locator_leads_through_a_coding() -> None:
    body = gzip.compress(json.dumps({"cards": [{"id": "c1"}]}).encode())
    found = resolve(io.BytesIO(b"head" + body), join(f"bytes:4+{len(body)}", at_coding("gzip"), "json:/cards/0"))
    assert (found.content, found.offset) == (b'{"id": "c1"}', None)
    text = json.dumps({"content": {"text": base64.b64encode(b"RIFF").decode()}}).encode()
    assert resolve(io.BytesIO(text), join("json:/content/text", at_coding("base64"))).content == b"RIFF"
    with pytest.raises(LocatorError, match="cannot be decoded as gzip"):
        resolve(io.BytesIO(b"plain"), at_coding("gzip"))
    with pytest.raises(LocatorError, match="is not known"):
        resolve(io.BytesIO(b"plain"), at_coding("lzw"))


@given(st.text(max_size=200))
def test_the_text_of_an_element_is_what_was_escaped(text: str) -> None:
    content = text.encode("utf-8", "replace")
    plain = content.decode("utf-8")
    assert decode(escape(plain, {'"': "&quot;", "'": "&#39;"}).encode(), "xml", LIMIT) == content
    assert decode("".join(f"&#x{ord(sign):X};" for sign in plain).encode(), "xml", LIMIT) == content
    assert decode(b"<![CDATA[" + content.replace(b"]]>", b"") + b"]]>", "xml", LIMIT) == content.replace(b"]]>", b"")


@given(st.binary(max_size=200))
def test_what_python_and_json_escape_is_undone(content: bytes) -> None:
    assert decode(repr(content)[2:-1].encode(), "backslash", LIMIT) == content
    text = content.decode("latin-1").replace("/", "")
    assert decode(json.dumps(text)[1:-1].encode(), "backslash", LIMIT) == text.encode()


@given(st.binary(max_size=300), st.sampled_from(["xml", "backslash"]))
def test_any_bytes_can_be_given_to_the_codings_of_texts(content: bytes, name: str) -> None:
    with contextlib.suppress(CodingError):
        decode(content, name, LIMIT)
