"""Creates a self-signed certificate for a signer who has no other.

It certifies nothing about the key's owner, and its subject says so. PAdES signatures require a certificate.

References:
    RFC 5280 (certificates), RFC 5758 (ECDSA with SHA-256)
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from asn1crypto import keys, x509

if TYPE_CHECKING:
    from chain_of_custody.signer import Signer

#: The organisational unit in the subject.
SELF_SIGNED = "self-signed with the examiner's key; nobody vouches for the name"
_YEARS = timedelta(days=3653)
#: How many characters of a name fit into a certificate.
_LONGEST_NAME = 60


def own_certificate(key: Signer, name: str, since: datetime) -> bytes:
    """Return a self-signed certificate for a key in DER; equal key, name and time give equal bytes.

    Args:
        key: the signing key.
        name: its owner according to the case; if empty, the key's fingerprint is used.
        since: the start of its ten-year validity, in UTC.
    """
    public = keys.PublicKeyInfo.load(key.public.der)
    subject = x509.Name.build(
        {
            "common_name": name.strip()[:_LONGEST_NAME] or f"Key {key.public.fingerprint[:16]}",
            "organizational_unit_name": SELF_SIGNED,
        }
    )
    start = since.astimezone(UTC).replace(microsecond=0)
    identifier = hashlib.sha1(bytes(public["public_key"].contents[1:]), usedforsecurity=False).digest()
    body = x509.TbsCertificate(
        {
            "version": "v3",
            # 19 bytes keep the number positive and within the limit of RFC 5280.
            "serial_number": int.from_bytes(hashlib.sha256(key.public.der + subject.dump()).digest()[:19]) >> 1 or 1,
            "signature": {"algorithm": "sha256_ecdsa"},
            "issuer": subject,
            "validity": {
                "not_before": _time(start),
                "not_after": _time(start + _YEARS),
            },
            "subject": subject,
            "subject_public_key_info": public,
            "extensions": [
                {"extn_id": "basic_constraints", "critical": True, "extn_value": {"ca": False}},
                {"extn_id": "key_usage", "critical": True, "extn_value": {"digital_signature", "non_repudiation"}},
                {"extn_id": "key_identifier", "extn_value": identifier},
            ],
        }
    )
    made = x509.Certificate(
        {
            "tbs_certificate": body,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature_value": key.sign(body.dump()),
        }
    )
    return bytes(made.dump())


def _time(when: datetime) -> x509.Time:
    """Return a time with a two-digit year until 2049, as RFC 5280 requires."""
    return x509.Time({"utc_time" if when.year < 2050 else "general_time": when})
