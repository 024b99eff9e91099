"""What a browser says it has from a security key is anything at all: it is refused in words, and never an accident."""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echoforensics.review.people.security_keys import new_challenge, registered_key, used_key
from echoforensics.review.people.site import Site
from echoforensics.review.room_errors import InvalidRequestError
from echoforensics.review.store.person_table import KeyRow
from tests.echoforensics.review.soft_authenticator import SoftAuthenticator

SITE = Site("localhost", 8765, tls=False)
KEY = SoftAuthenticator(SITE.origin)
CHALLENGE = new_challenge()
MADE, USED = KEY.make({"challenge": CHALLENGE}), KEY.use({"challenge": CHALLENGE})
KNOWN = registered_key(SITE, CHALLENGE, MADE)

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.binary(max_size=40).map(lambda content: base64.urlsafe_b64encode(content).decode().rstrip("=")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


def places(value: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for key, each in value.items():
        yield (key,)
        if isinstance(each, dict):
            yield from ((key, *rest) for rest in places(each))


def altered(credential: dict[str, Any], place: tuple[str, ...], value: object) -> dict[str, Any]:
    changed = copy.deepcopy(credential)
    part = changed
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value
    return changed


def bytes_of(credential: dict[str, Any], name: str) -> bytes:
    text = credential["response"][name]
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def is_refused(call: Callable[[], KeyRow | None]) -> bool:
    try:
        return call() is None
    except InvalidRequestError:
        return True


@settings(max_examples=400)
@given(st.data())
def test_a_part_that_is_something_else_is_refused(data: st.DataObject) -> None:
    """Of some parts another value does not matter; no value leads to another error than that of a refusal."""
    made = altered(MADE, data.draw(st.sampled_from(list(places(MADE)))), data.draw(ANYTHING))
    used = altered(USED, data.draw(st.sampled_from(list(places(USED)))), data.draw(ANYTHING))

    is_refused(lambda: registered_key(SITE, CHALLENGE, made))
    is_refused(lambda: used_key(SITE, CHALLENGE, used, [KNOWN]))


@settings(max_examples=400)
@given(st.sampled_from(["attestationObject", "clientDataJSON"]), st.integers(0), st.integers(0, 255))
def test_a_new_key_with_a_byte_altered_is_refused_or_the_same(name: str, at: int, value: int) -> None:
    content = bytearray(bytes_of(MADE, name))
    content[at % len(content)] = value
    changed = altered(MADE, ("response", name), encoded(bytes(content)))

    is_refused(lambda: registered_key(SITE, CHALLENGE, changed))


@settings(max_examples=400)
@given(st.sampled_from(["authenticatorData", "clientDataJSON", "signature"]), st.integers(0), st.integers(1, 255))
def test_a_signed_answer_with_a_byte_altered_is_refused(name: str, at: int, change: int) -> None:
    content = bytearray(bytes_of(USED, name))
    content[at % len(content)] ^= change
    changed = altered(USED, ("response", name), encoded(bytes(content)))

    assert is_refused(lambda: used_key(SITE, CHALLENGE, changed, [KNOWN]))


@pytest.mark.parametrize("credential", [{}, {"id": None}, {"id": KNOWN.id}, {"id": KNOWN.id, "rawId": KNOWN.id}])
def test_a_credential_that_lacks_parts_is_refused(credential: dict[str, Any]) -> None:
    assert is_refused(lambda: registered_key(SITE, CHALLENGE, credential))
    assert is_refused(lambda: used_key(SITE, CHALLENGE, credential, [KNOWN]))


def test_what_is_as_it_should_be_is_taken() -> None:
    found = used_key(SITE, CHALLENGE, USED, [KNOWN])
    assert found is not None
    assert found.id == KNOWN.id
