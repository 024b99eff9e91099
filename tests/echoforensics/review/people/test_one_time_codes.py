"""Codes of an authenticator app."""

from __future__ import annotations

import base64
import xml.etree.ElementTree as ET

import pytest

from echoforensics.review.people.one_time_codes import (
    STEP,
    address_of,
    code_at,
    matching_step,
    new_secret,
    qr_code,
)

#: Of RFC 6238, appendix B: the secret, and codes whose last six digits are of these seconds.
SECRET = base64.b32encode(b"12345678901234567890").decode()
RFC_6238 = {59: "287082", 1111111109: "081804", 1234567890: "005924", 2000000000: "279037"}


@pytest.mark.parametrize(("second", "code"), RFC_6238.items())
def test_codes_are_those_of_the_standard(second: int, code: str) -> None:
    assert code_at(SECRET, second * 1000) == code
    assert matching_step(SECRET, code, second * 1000) == second // STEP


@pytest.mark.parametrize(("steps", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_wrong(steps: int, good: bool) -> None:
    now = 1_782_950_400_000
    code = code_at(SECRET, now + steps * STEP * 1000)

    assert matching_step(SECRET, code, now) == (now // 1000 // STEP + steps if good else None)


@pytest.mark.parametrize("typed", ["28708", "2870822", "28708x", "", "２８７０８２", "287082\0"])
def test_what_is_no_code_matches_nothing(typed: str) -> None:
    assert matching_step(SECRET, typed, 59_000) is None


def test_spaces_within_a_code_do_not_matter() -> None:
    assert matching_step(SECRET, " 287 082", 59_000) == 1


def test_a_secret_has_the_bits_that_the_standard_asks_for() -> None:
    assert len(base64.b32decode(new_secret())) == 20
    assert new_secret() != new_secret()


def test_a_qr_code_is_an_image_without_script_or_link() -> None:
    address = address_of(SECRET, "rita")
    image = ET.fromstring(qr_code(address))

    assert address.startswith("otpauth://totp/Echo%20review%20room:rita?secret=")
    assert image.tag == "{http://www.w3.org/2000/svg}svg"
    assert {each.tag.rpartition("}")[2] for each in image.iter()} <= {"svg", "path", "g"}
