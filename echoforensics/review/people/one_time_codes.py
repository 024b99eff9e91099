"""Codes of an authenticator app: TOTP (RFC 6238), six digits, 30 seconds, SHA-1, which every app supports."""

from __future__ import annotations

import hmac
import io
import re

import pyotp
import segno

#: Lifetime of a code in seconds.
STEP = 30
#: Tolerated clock error in steps, either way.
_DRIFT = 1
_CODE = re.compile(r"[0-9]{6}")
#: The issuer that an app shows for the account.
ISSUER = "Echo review room"


def new_secret() -> str:
    """A new secret, in base32."""
    return pyotp.random_base32()


def matching_step(secret: str, code: str, at: int) -> int | None:
    """Return the time step of a code, allowing one step more or less; None if it matches none.

    Args:
        secret: secret of the account, in base32.
        code: as typed; spaces do not matter.
        at: milliseconds since 1970.
    """
    plain = "".join(code.split())
    if not _CODE.fullmatch(plain):
        return None
    made = pyotp.TOTP(secret)
    now = at // 1000 // STEP
    found = None
    for step in range(now - _DRIFT, now + _DRIFT + 1):
        if hmac.compare_digest(made.generate_otp(step), plain):
            found = step
    return found


def code_at(secret: str, at: int) -> str:
    """The code for a time in milliseconds since 1970, as an app shows it."""
    return pyotp.TOTP(secret).generate_otp(at // 1000 // STEP)


def address_of(secret: str, name: str) -> str:
    """The ``otpauth:`` URI of a secret, for an app."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def qr_code(text: str) -> str:
    """A text as a QR code: an SVG image, black on white."""
    stream = io.BytesIO()
    segno.make(text, error="m").save(
        stream, kind="svg", scale=4, border=4, dark="#000", light="#fff", xmldecl=False, svgns=True, omitsize=False
    )
    return stream.getvalue().decode("utf-8")
