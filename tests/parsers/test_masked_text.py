from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.secret import hidden, masked, masked_values

TOKEN = "Atza|IwEBIHcabcdefghijklmnopqrstuvwxyz0123456789"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"Authorization: Bearer {TOKEN}", TOKEN),
        (f"refresh_token\\={TOKEN},next=1", TOKEN),
        (f'{{"access_token":"{TOKEN}","expires_in":3600}}', TOKEN),
        ('psk="a secret word"', "a"),
        ("password = hunter22;", "hunter22"),
        ("x eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc y", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc"),
        (f"cookie: at-main={TOKEN}; x-main=abc", f"at-main={TOKEN}; x-main=abc"),
    ],
)
def test_secrets_within_text_are_replaced(text: str, secret: str) -> None:
    shown = masked(text)
    assert secret not in shown or len(secret) < 4
    assert TOKEN not in shown
    if len(secret) >= 4:
        assert f"<{hidden(secret)}>" in shown


@pytest.mark.parametrize(
    "text", ["AudioPlayer token tok-1", "token=amzn1.alert.1", "the token expired", "key=value", "at home"]
)
def test_other_text_is_kept(text: str) -> None:
    assert masked(text) == text


def test_values_are_masked_by_their_names_and_their_look() -> None:
    value = {
        "token": "tok-1",
        "refreshToken": TOKEN,
        "list": [{"password": "hunter22"}, TOKEN],
        "number": 3,
        "none": None,
    }
    assert masked_values(value) == {
        "token": "tok-1",
        "refreshToken": f"<{hidden(TOKEN)}>",
        "list": [{"password": "<present, 8 characters>"}, f"<{hidden(TOKEN)}>"],
        "number": 3,
        "none": None,
    }
    nested: object = "x"
    for _ in range(20):
        nested = [nested]
    assert "nested too deeply" in str(masked_values(nested))


def test_hostile_text_takes_little_time() -> None:
    for part in ("Bearer ", "At", "eyJ", "eyJaaaaaaaa.", "authorization=", "cookie:", "token=", "\\", "a"):
        before = time.process_time()
        masked(part * (65536 // len(part)))
        assert time.process_time() - before < 1, part


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    masked(text)
    masked_values({text: [text]})
