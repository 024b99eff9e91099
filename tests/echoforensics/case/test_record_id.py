from __future__ import annotations

import hashlib

import pytest

from echoforensics.case.record_id import RecordNumbers, record_id

SHA256 = "ab" * 32


def test_an_id_is_of_content_parser_place_and_number() -> None:
    made = hashlib.sha256(f"{SHA256}\0alexa_cards\0json:/1\x000".encode()).hexdigest()

    assert record_id(SHA256, "alexa_cards", "json:/1", 0) == f"REC-{made[:20]}"
    assert record_id(SHA256, "alexa_cards", "json:/1", 0, "") == f"REC-{made[:20]}"


@pytest.mark.parametrize(
    "other",
    [
        ("cd" * 32, "alexa_cards", "json:/1", 0), (SHA256, "alexa_lists", "json:/1", 0),
        (SHA256, "alexa_cards", "json:/2", 0), (SHA256, "alexa_cards", "json:/1", 1),
        (SHA256, "alexa_cards", "json:/1", 0, "said"), (SHA256, "alexa_cards", "json:/", 10),
    ],
)  # fmt: skip
def test_another_of_these_is_another_id(other: tuple[str, str, str, int]) -> None:
    assert record_id(*other) != record_id(SHA256, "alexa_cards", "json:/1", 0)


def test_texts_that_are_not_unicode_have_an_id() -> None:
    assert record_id(SHA256, "x", "json:/\ud800", 0, "\udcff").startswith("REC-")


def test_records_of_one_place_are_numbered_while_they_follow_each_other() -> None:
    numbers = RecordNumbers()
    places = [("a", "p", "1"), ("a", "p", "1"), ("a", "p", "1"), ("a", "p", "2"), ("a", "p", "1"), ("b", "p", "1"),
              ("b", "q", "1"), ("b", "q", "1")]  # fmt: skip

    assert [numbers.number(*place) for place in places] == [0, 1, 2, 0, 0, 0, 0, 1]
