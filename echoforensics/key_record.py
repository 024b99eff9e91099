"""Stores facts about an examiner's key: whether it is provisional, its owner, and the agency's certificate.

None of this is secret or needed to sign. For ``examiner.pem``, the files are ``examiner.pem.json`` and
``examiner.pem.crt``. For a key on a token, they lie in the user's settings folder, named by the key's fingerprint.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chain_of_custody.keys import KeyFileError, PublicKey
from chain_of_custody.tokens.pkcs11_uri import SCHEME
from echoforensics.errors import ExaminerKeyError

if TYPE_CHECKING:
    from chain_of_custody.statements.certificate import KeyCertificate

#: Suffixes of the key's file name: for the record, and for the certificate.
RECORD_SUFFIX, CERTIFICATE_SUFFIX = ".json", ".crt"
_MAX_RECORD = 1 << 16
#: Read at most this much of a file: anything longer is rejected as a certificate.
_MAX_CERTIFICATE = (1 << 18) + 1


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """The recorded facts about a key.

    Attributes:
        provisional: whether the program created the key on first use and nobody has claimed it by name since.
        name: the owner, as the examiner stated with ``key name``; empty if not stated.
        named: when that was stated, in UTC, ISO 8601; empty if not stated.
        certificate: the agency's certificate for it; None if none is attached.
    """

    provisional: bool = False
    name: str = ""
    named: str = ""
    certificate: KeyCertificate | None = None

    def as_detail(self, public: PublicKey) -> dict[str, Any]:
        """Return the ledger's details on the key."""
        found: dict[str, Any] = {"fingerprint": public.fingerprint}
        if self.provisional:
            found["provisional"] = True
        if self.name:
            found |= {"name": self.name, "named": self.named}
        if self.certificate:
            found["certificate"] = self.certificate.as_json()
        return found


def key_words(detail: Mapping[str, Any]) -> str:
    """Describe a ledger entry's key in one sentence; empty if it says nothing about the owner."""
    certificate = detail.get("certificate")
    certified = f"; certified for {certificate.get('subject')}" if isinstance(certificate, dict) else ""
    if detail.get("provisional") is True:
        return (
            "PROVISIONAL: this program made the key on first use, and no examiner has put a name to it"
            f" (`echoforensics key name`){certified}"
        )
    if isinstance(name := detail.get("name"), str) and name:
        return f"the key is named as that of {name}{certified}"
    return certified.removeprefix("; ").replace("certified", "the key is certified", 1)


def record_path(place: str, public: PublicKey) -> Path:
    """Return the path of a key's record.

    Args:
        place: the key's file, or its address on a token.
        public: the key.
    """
    return _beside(place, public, RECORD_SUFFIX)


def certificate_path(place: str, public: PublicKey) -> Path:
    """Return the path of a key's certificate."""
    return _beside(place, public, CERTIFICATE_SUFFIX)


def read_record(place: str, public: PublicKey) -> KeyRecord:
    """Read a key's record.

    Raises:
        ExaminerKeyError: the record belongs to another key, or cannot be read.
    """
    found = KeyRecord(certificate=_read_certificate(certificate_path(place, public), public))
    path = record_path(place, public)
    try:
        with path.open("rb") as stream:
            content = json.loads(stream.read(_MAX_RECORD))
    except FileNotFoundError:
        return found
    except (OSError, ValueError) as error:
        raise ExaminerKeyError(f"{path}: cannot be read: {error}") from error
    if not isinstance(content, dict) or content.get("fingerprint") != public.fingerprint:
        raise ExaminerKeyError(
            f"{path}: is not of this key, {public.fingerprint}; move it away, and name the key again"
        )
    name, named = content.get("name"), content.get("named")
    return replace(
        found,
        provisional=content.get("provisional") is True,
        name=name if isinstance(name, str) else "",
        named=named if isinstance(named, str) else "",
    )


def write_record(place: str, public: PublicKey, *, provisional: bool = False, name: str = "") -> KeyRecord:
    """Write a key's record, replacing an earlier one.

    Args:
        place: the key's file, or its address on a token.
        public: the key.
        provisional: whether the program created the key on first use.
        name: the owner.

    Raises:
        ExaminerKeyError: it cannot be written.
    """
    named = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if name else ""
    content = {"fingerprint": public.fingerprint, "provisional": provisional, "name": name, "named": named}
    _write(record_path(place, public), json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    return replace(read_record(place, public), provisional=provisional, name=name, named=named)


def bind_certificate(place: str, public: PublicKey, content: bytes) -> KeyCertificate:
    """Store a certificate next to a key, replacing an earlier one.

    Args:
        place: the key's file, or its address on a token.
        public: the key.
        content: the certificate and its issuers', in PEM or DER.

    Raises:
        ExaminerKeyError: it is not a certificate, belongs to another key, or cannot be written.
    """
    try:
        found = _of_key(content, public)
    except KeyFileError as error:
        raise ExaminerKeyError(str(error)) from error
    _write(certificate_path(place, public), found.pem)
    return found


def _read_certificate(path: Path, public: PublicKey) -> KeyCertificate | None:
    try:
        with path.open("rb") as stream:
            return _of_key(stream.read(_MAX_CERTIFICATE), public)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ExaminerKeyError(f"{path}: cannot be read: {error.strerror or error}") from error
    except KeyFileError as error:
        raise ExaminerKeyError(f"{path}: {error}; move it away, or bind another: echoforensics key bind") from error


def _of_key(content: bytes, public: PublicKey) -> KeyCertificate:
    # Imported only if there is a certificate, because its reader is slow to load.
    found: KeyCertificate = import_module("chain_of_custody.statements.certificate").KeyCertificate.of_key(
        content, public
    )
    return found


def _write(path: Path, text: str) -> None:
    partial = path.with_name(f"{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise ExaminerKeyError(f"{path}: cannot be written: {error.strerror or error}") from error


def _beside(place: str, public: PublicKey, suffix: str) -> Path:
    if place.startswith(SCHEME):
        return settings_folder() / "keys" / f"{public.fingerprint}{suffix}"
    path = Path(place)
    return path.with_name(path.name + suffix)


def settings_folder() -> Path:
    """Return the user's settings folder: ``$XDG_CONFIG_HOME``, or else ``~/.config``."""
    if given := os.environ.get("XDG_CONFIG_HOME"):
        return Path(given) / "echoforensics"
    if sys.platform == "win32" and (roaming := os.environ.get("APPDATA")):
        return Path(roaming) / "echoforensics"
    return Path("~/.config/echoforensics").expanduser()
