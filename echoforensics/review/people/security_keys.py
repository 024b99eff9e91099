"""Security keys and passkeys: WebAuthn, as a second factor."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url, generate_challenge
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.options_to_json_dict import options_to_json_dict
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from echoforensics.review.room_errors import InvalidRequestError
from echoforensics.review.store.person_table import KeyRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from echoforensics.review.people.site import Site

#: The room's name in the browser's dialogs.
_NAME = "Echo review room"


def new_challenge() -> str:
    """A challenge for a key to sign, as base64url."""
    return bytes_to_base64url(generate_challenge())


def registration_options(
    site: Site, person: str, name: str, display: str, challenge: str, known: Sequence[KeyRow]
) -> dict[str, Any]:
    """Options for a browser to create a key, as JSON values."""
    return options_to_json_dict(
        generate_registration_options(
            rp_id=site.relying_party,
            rp_name=_NAME,
            user_id=hashlib.sha256(person.encode()).digest(),
            user_name=name,
            user_display_name=display,
            challenge=base64url_to_bytes(challenge),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=UserVerificationRequirement.PREFERRED
            ),
            exclude_credentials=_descriptors(known),
        )
    )


def registered_key(site: Site, challenge: str, credential: dict[str, Any]) -> KeyRow:
    """Return the key that a browser created.

    Raises:
        InvalidRequestError: it does not match this site and this challenge, or is malformed.
    """
    try:
        found = verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.relying_party,
            expected_origin=site.origin,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise InvalidRequestError(
            "The security key was not accepted. Try again. ({error})", {"error": error}
        ) from error
    return KeyRow(bytes_to_base64url(found.credential_id), found.credential_public_key, found.sign_count)


def sign_in_options(site: Site, challenge: str, known: Sequence[KeyRow]) -> dict[str, Any]:
    """Options for a browser to use a key, as JSON values."""
    return options_to_json_dict(
        generate_authentication_options(
            rp_id=site.relying_party,
            challenge=base64url_to_bytes(challenge),
            allow_credentials=_descriptors(known),
            user_verification=UserVerificationRequirement.PREFERRED,
        )
    )


def used_key(site: Site, challenge: str, credential: dict[str, Any], known: Sequence[KeyRow]) -> KeyRow | None:
    """Return the key that signed a challenge, with its new count; None if no known key did."""
    kept = {key.id: key for key in known}.get(str(credential.get("id")))
    if kept is None:
        return None
    try:
        found = verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.relying_party,
            expected_origin=site.origin,
            credential_public_key=kept.public_key,
            credential_current_sign_count=kept.sign_count,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError):
        return None
    return KeyRow(kept.id, kept.public_key, found.new_sign_count)


def _descriptors(known: Sequence[KeyRow]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.id)) for key in known]
