"""Codes of an authenticator app: TOTP (RFC 6238), six digits, 30 seconds, SHA-1, as every app takes it."""

from __future__ import annotations

import hmac
import io
import re

import pyotp
import segno

#: Seconds that a code is of.
STEP = 30
#: So many steps a clock may be wrong, either way.
_DRIFT = 1
_CODE = re.compile(r"[0-9]{6}")
#: What an app shows the account under.
ISSUER = "Echo review room"


def new_secret() -> str:
    """A new secret, in base32."""
    return pyotp.random_base32()


def matching_step(secret: str, code: str, at: int) -> int | None:
    """The step of time whose code was given, one step more or less being allowed; None where none has it.

    Args:
        secret: of the account, in base32.
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
    """The code of a time in milliseconds since 1970, as an app shows it."""
    return pyotp.TOTP(secret).generate_otp(at // 1000 // STEP)


def address_of(secret: str, name: str) -> str:
    """The ``otpauth:`` address of a secret, which an app takes."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def qr_code(text: str) -> str:
    """A text as a QR code: an SVG image, black on white."""
    stream = io.BytesIO()
    segno.make(text, error="m").save(
        stream, kind="svg", scale=4, border=4, dark="#000", light="#fff", xmldecl=False, svgns=True, omitsize=False
    )
    return stream.getvalue().decode("utf-8")
