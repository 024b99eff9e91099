"""Passwords: kept as argon2id, compared however they are composed, and not too easy."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from echoforensics.review.people.passwords import Passwords
from echoforensics.review.room_errors import InvalidRequestError
from tests.echoforensics.review.room_client import PASSWORD, quick_passwords


def test_a_hash_is_argon2id_with_the_parameters_of_rfc_9106() -> None:
    kept = Passwords().hash(PASSWORD, "rita")

    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert PASSWORD not in kept


def test_only_the_same_password_matches() -> None:
    passwords = quick_passwords()
    kept = passwords.hash(PASSWORD, "rita")

    assert passwords.match(kept, PASSWORD)
    assert not passwords.match(kept, PASSWORD.upper())
    assert not passwords.match(kept, "")
    assert not passwords.match("not a hash", PASSWORD)


def test_the_password_of_nobody_matches_nothing() -> None:
    assert not quick_passwords().match(None, "nobody has this password")


def test_composed_and_decomposed_characters_are_one_password() -> None:
    passwords = quick_passwords()
    composed, decomposed = "überraschend lang", "u\u0308berraschend lang"

    assert composed != decomposed
    assert passwords.match(passwords.hash(composed, "rita"), decomposed)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "12 to 512"),
        ("x" * 600, "12 to 512"),
        ("abababababababab", "different characters"),
        ("RitaMeier12", "12 to 512"),
        ("rita.meier.2026", "more than your name"),
    ],
)
def test_easy_passwords_are_refused(password: str, why: str) -> None:
    with pytest.raises(InvalidRequestError, match=why):
        quick_passwords().hash(password, "rita.meier")


def test_a_hash_with_other_parameters_is_old() -> None:
    old = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash(PASSWORD)

    assert quick_passwords().is_old(old)
    assert not quick_passwords().is_old(quick_passwords().hash(PASSWORD, "rita"))
