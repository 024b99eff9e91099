"""The certificate of a room."""

from __future__ import annotations

import datetime as dt
import stat
from pathlib import Path

import pytest
from cryptography import x509

from echoforensics.errors import UsageError
from echoforensics.review.web.certificate import given_certificate, own_certificate

NOW = dt.datetime(2026, 7, 2, tzinfo=dt.UTC)


def names(path: Path) -> list[str]:
    made = x509.load_pem_x509_certificate(path.read_bytes())
    found = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(each.value) for each in found]


@pytest.mark.parametrize("host", ["review.example", "192.0.2.7", "2001:db8::7"])
def test_a_room_makes_a_certificate_for_its_host(tmp_path: Path, host: str) -> None:
    made = own_certificate(tmp_path, host, NOW)

    assert names(made.certificate) == [host]
    assert made.is_own
    assert stat.S_IMODE(made.key.stat().st_mode) == 0o600
    assert len(made.fingerprint.split(":")) == 32


def test_it_stays_the_same_until_it_is_about_to_end(tmp_path: Path) -> None:
    first = own_certificate(tmp_path, "review.example", NOW).fingerprint

    assert own_certificate(tmp_path, "review.example", NOW + dt.timedelta(days=300)).fingerprint == first
    assert own_certificate(tmp_path, "review.example", NOW + dt.timedelta(days=340)).fingerprint != first


def test_another_host_gets_another(tmp_path: Path) -> None:
    own_certificate(tmp_path, "review.example", NOW)

    assert names(own_certificate(tmp_path, "other.example", NOW).certificate) == ["other.example"]


def test_a_damaged_one_is_made_again(tmp_path: Path) -> None:
    made = own_certificate(tmp_path, "review.example", NOW)
    made.key.write_bytes(b"damaged")

    own_certificate(tmp_path, "review.example", NOW).context()


def test_a_given_one_is_used_with_its_own_key_only(tmp_path: Path) -> None:
    rooms = [tmp_path / "first", tmp_path / "second"]
    for each in rooms:
        each.mkdir()
    first, second = (own_certificate(each, "a.example") for each in rooms)

    assert not given_certificate(first.certificate, first.key).is_own
    with pytest.raises(UsageError, match="its own key"):
        given_certificate(first.certificate, second.key)
    with pytest.raises(UsageError, match="cannot be used"):
        given_certificate(tmp_path / "missing.pem", first.key)
