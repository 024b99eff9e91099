from __future__ import annotations

import base64
import json

import pytest
from Crypto.Util.asn1 import DerSequence
from hypothesis import given, settings
from hypothesis import strategies as st

from chain_of_custody import SigningKey, canonical, pae
from chain_of_custody.envelope import sign, verify

TYPE = "http://example.com/HelloWorld"
#: r and s of the DSSE protocol's test vector.
DSSE_SIGNATURE = "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="

TEXT = st.text(st.characters(codec="utf-8"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
)


def test_pae_of_the_protocol() -> None:
    assert pae(TYPE, b"hello world") == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


def test_pae_counts_bytes_not_characters() -> None:
    assert pae("tÿpe", "é\n".encode()) == b"DSSEv1 5 t\xc3\xbfpe 3 \xc3\xa9\n"
    assert pae("", b"") == b"DSSEv1 0  0 "


@given(st.tuples(st.text("a 1"), st.binary()), st.tuples(st.text("a 1"), st.binary()))
def test_pae_of_two_payloads_differs(one: tuple[str, bytes], two: tuple[str, bytes]) -> None:
    assert (pae(*one) == pae(*two)) == (one == two)


def test_signature_of_the_protocol(key: SigningKey) -> None:
    signature = sign(TYPE, b"hello world", key)
    parts = DerSequence().decode(signature)
    raw = b"".join(int(parts[at]).to_bytes(32, "big") for at in (0, 1))
    assert base64.b64encode(raw).decode() == DSSE_SIGNATURE


def test_a_signature_holds_for_its_type_payload_and_key_alone(key: SigningKey, other_key: SigningKey) -> None:
    signature = sign(TYPE, b"hello world", key)
    assert verify(TYPE, b"hello world", signature, key.public)
    assert not verify(TYPE + "s", b"hello world", signature, key.public)
    assert not verify(TYPE, b"hello worlds", signature, key.public)
    assert not verify(TYPE, b"hello world", signature, other_key.public)
    # The boundary between type and payload cannot be moved.
    assert not verify("http://example.com/HelloWorld 1", b"hello world"[2:], signature, key.public)


def test_canonical_text() -> None:
    value = {"b": [1, -2, True, None, ("x",)], "a": {"é": '"\\/\b\f\n\r\t\x01\x7f\u2028😀'}, "": 2**70}
    wanted = '{"":1180591620717411303424,'
    wanted += '"a":{"é":"\\"\\\\/\\b\\f\\n\\r\\t\\u0001\x7f\u2028😀"},"b":[1,-2,true,null,["x"]]}'
    assert canonical(value) == wanted.encode()


@given(VALUES)
@settings(max_examples=60, deadline=None)
def test_canonical_reads_back_and_is_the_same_again(value: object) -> None:
    text = canonical(value)
    assert json.loads(text) == value
    assert canonical(json.loads(text)) == text


@pytest.mark.parametrize("value", [1.0, float("nan"), {"a": [0.5]}, ({"a": {"b": -0.0}},)])
def test_a_float_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="a float has no canonical text"):
        canonical(value)


@pytest.mark.parametrize("value", [{1: "a", "1": "b"}, [{True: 1}], {"a": {None: 1}}, {2.5: 1}])
def test_a_key_that_is_not_text_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical(value)


@pytest.mark.parametrize("value", [b"bytes", {1, 2}, object(), {"a": b""}])
def test_what_json_does_not_know_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical(value)


@pytest.mark.parametrize("value", ["\ud800", {"\udfff": 1}, ["ok", "a\udc80b"]])
def test_half_a_surrogate_pair_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="half a surrogate pair"):
        canonical(value)


def test_cycles_depth_and_endless_numbers_are_refused() -> None:
    cycle: list[object] = []
    cycle += [cycle, cycle]
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    for value in (cycle, deep, 10**5000):
        with pytest.raises(ValueError, match=r"Circular|too deeply|Exceeds the limit"):
            canonical(value)
