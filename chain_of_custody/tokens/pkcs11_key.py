"""Signs with a key on a smart card or hardware module. The key never leaves it.

Needs python-pkcs11, the extra ``pkcs11``. Signatures have the same form as those of a key in a file: ECDSA P-256 over
SHA-256, in DER, with the lower value of s. They differ each time, because the token draws its own random number.

References:
    PKCS #11 Cryptographic Token Interface 2.40 (OASIS), RFC 7512
"""

from __future__ import annotations

import hashlib
import importlib
import os
import secrets
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chain_of_custody import der
from chain_of_custody.keys import KeyFileError, PublicKey, normal_signature
from chain_of_custody.tokens.pkcs11_uri import Pkcs11Uri

#: The environment variable for a token's library, which other programs use too.
MODULE_VARIABLE = "PKCS11_MODULE"
_INSTALL = "keys on cards need python-pkcs11; install it with: pip install 'echoforensics[pkcs11]'"
#: Explains a token's errors and what to do. Keys are class names in ``pkcs11.exceptions``.
_WORDS = {
    "PinIncorrect": "the PIN is wrong",
    "PinLenRange": "the PIN is too short or too long",
    "PinInvalid": "the PIN holds characters that the token does not take",
    "PinLocked": "the PIN is locked after wrong attempts; unlock the token with its own program",
    "PinExpired": "the PIN has expired; set a new one with the token's own program",
    "UserPinNotInitialized": "the token has no PIN yet; set one with its own program",
    "TokenNotPresent": "the token was taken out",
    "DeviceRemoved": "the token was taken out",
    "MechanismInvalid": "the token does not sign with ECDSA",
    "KeyFunctionNotPermitted": "the token does not allow this key to sign",
}


class Pkcs11Key:
    """A key on a token, in a session that stays open while it is in use. Created by :meth:`open`.

    Attributes:
        uri: the key's URI.
        public: its public key.
    """

    def __init__(self, library: Any, session: Any, private: Any, uri: Pkcs11Uri, pin: str) -> None:
        self._library = library
        self._session = session
        self._private = private
        # Some cards require the PIN again for every signature.
        self._pin = {"pin": pin} if _attribute(library, private, "ALWAYS_AUTHENTICATE") else {}
        self.uri = uri
        self.public = _public_key(library, session, private)

    @classmethod
    def open(cls, uri: Pkcs11Uri, pin: str) -> Pkcs11Key:
        """Open a session with the token and find the key. Makes and checks one signature as a test.

        The token's library is the URI's ``module-path``, or else ``$PKCS11_MODULE``.

        Raises:
            KeyFileError: python-pkcs11 or the library is missing, no token or key matches or more than one does, the
                PIN is wrong, or the key is not ECDSA P-256.
        """
        library = _library()
        try:
            token = _token(library, _module(library, uri), uri)
            key = _open_on(library, token, uri, pin)
            probe = secrets.token_bytes(32)
            if not key.public.verify(probe, key.sign(probe)):
                raise KeyFileError(f"{uri}: the public key on the token is not that of the private key")
        except library.PKCS11Error as error:
            raise _failure(uri, error) from None
        return key

    def sign(self, message: bytes) -> bytes:
        """Sign ``message`` on the token.

        Raises:
            KeyFileError: the token does not sign, because it was removed or its PIN is locked.
        """
        digest = hashlib.sha256(message).digest()
        try:
            made = self._private.sign(digest, mechanism=self._library.Mechanism.ECDSA, **self._pin)
        except self._library.PKCS11Error as error:
            raise _failure(self.uri, error) from None
        half = len(made) // 2
        return normal_signature(int.from_bytes(made[:half], "big"), int.from_bytes(made[half:], "big"))


def _library() -> Any:
    try:
        return importlib.import_module("pkcs11")
    except ImportError:
        raise KeyFileError(_INSTALL) from None


def _module(library: Any, uri: Pkcs11Uri) -> Any:
    path = uri.module_path or os.environ.get(MODULE_VARIABLE, "")
    if not path:
        raise KeyFileError(
            f"{uri}: name the library of the token: set {MODULE_VARIABLE}, or add ?module-path=FILE to"
            " the address (for OpenSC's: opensc-pkcs11.so)"
        )
    try:
        return library.lib(path)
    except (library.PKCS11Error, RuntimeError, OSError) as error:
        raise KeyFileError(f"{path}: cannot be loaded as a PKCS#11 library: {error or type(error).__name__}") from None


def _token(library: Any, module: Any, uri: Pkcs11Uri) -> Any:
    there = [token for token in module.get_tokens() if library.TokenFlag.TOKEN_INITIALIZED in token.flags]
    found = [token for token in there if _is_meant(token, uri)]
    if len(found) == 1:
        return found[0]
    which = f"{len(found)} tokens are meant; add serial=" if found else "there is no such token"
    named = ", ".join(f"{token.label!r}" for token in there) or "none"
    raise KeyFileError(f"{uri}: {which}. Tokens there: {named}")


def _is_meant(token: Any, uri: Pkcs11Uri) -> bool:
    serial = token.serial.decode(errors="replace") if isinstance(token.serial, bytes) else str(token.serial)
    asked = (
        (uri.token, token.label), (uri.manufacturer, token.manufacturer_id), (uri.model, token.model),
        (uri.serial, serial),
    )  # fmt: skip
    return all(not wanted or wanted == has.rstrip(" \0") for wanted, has in asked)


def _open_on(library: Any, token: Any, uri: Pkcs11Uri, pin: str) -> Pkcs11Key:
    try:
        session = token.open(user_pin=pin)
    except library.UserAlreadyLoggedIn:
        session = token.open()
    wanted = {"object_class": library.ObjectClass.PRIVATE_KEY}
    if uri.label:
        wanted["label"] = uri.label
    if uri.id is not None:
        wanted["id"] = uri.id
    try:
        private = session.get_key(**wanted)
    except library.NoSuchKey:
        raise KeyFileError(f"{uri}: no such private key on the token") from None
    except library.MultipleObjectsReturned:
        raise KeyFileError(f"{uri}: more than one private key matches; add id=") from None
    if private.key_type != library.KeyType.EC:
        raise KeyFileError(f"{uri}: is not an ECDSA P-256 key")
    try:
        return Pkcs11Key(library, session, private, uri, pin)
    except KeyFileError as error:
        raise KeyFileError(f"{uri}: {error}") from None


def _public_key(library: Any, session: Any, private: Any) -> PublicKey:
    """Return the public key, from the token's own public key or certificate."""
    attribute, classes = library.Attribute, library.ObjectClass
    same = {attribute.ID: _attribute(library, private, "ID") or b""}
    for found in session.get_objects({attribute.CLASS: classes.PUBLIC_KEY, **same}):
        if point := _attribute(library, found, "EC_POINT"):
            return PublicKey.from_point(_coordinates(bytes(point)))
    for found in session.get_objects({attribute.CLASS: classes.CERTIFICATE, **same}):
        if content := _attribute(library, found, "VALUE"):
            try:
                key = x509.load_der_x509_certificate(bytes(content)).public_key()
            except ValueError:
                continue
            return PublicKey(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    raise KeyFileError("the token has neither a public key nor a certificate with the id of the private key")


def _coordinates(point: bytes) -> bytes:
    """Return the coordinates of an uncompressed point, with or without its OCTET STRING, which some tokens omit."""
    try:
        wrapped = der.read_one(point)
    except der.DerError:
        wrapped = None
    content = wrapped.content if wrapped and wrapped.tag == der.OCTET_STRING else point
    if len(content) != 65 or content[0] != 4:
        raise KeyFileError("not an ECDSA P-256 key")
    return content[1:]


def _attribute(library: Any, item: Any, name: str) -> Any:
    """Return an attribute of an object on the token. None if it is missing."""
    try:
        return item[getattr(library.Attribute, name)]
    except (library.AttributeTypeInvalid, library.AttributeSensitive, library.FunctionFailed, KeyError):
        return None


def _failure(uri: Pkcs11Uri, error: Exception) -> KeyFileError:
    kind = type(error).__name__
    return KeyFileError(f"{uri}: {_WORDS.get(kind) or f'the token answers {kind} {error}'.strip()}")
