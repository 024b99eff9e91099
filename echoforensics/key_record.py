"""What is kept beside an examiner's key: whether it is provisional, whose it is, and the agency's certificate of it.

None of it is secret, and none of it is needed to sign. Beside ``examiner.pem`` it is ``examiner.pem.json`` and
``examiner.pem.crt``. Of a key on a token it is in the user's own folder of settings, by the key's fingerprint.
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

#: Added to a key's file name: the file that says whose it is, and the one with its certificate.
RECORD_SUFFIX, CERTIFICATE_SUFFIX = ".json", ".crt"
_MAX_RECORD = 1 << 16
#: More of a file is not read than is refused as no certificate.
_MAX_CERTIFICATE = (1 << 18) + 1


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What is known of a key beside itself.

    Attributes:
        provisional: whether the program made the key on first use, and nobody has put a name to it since.
        name: whose key it is, as the examiner said with ``key name``; empty if nobody did.
        named: when that was, in UTC, ISO 8601; empty if nobody did.
        certificate: the agency's certificate of it; None if none was bound to it.
    """

    provisional: bool = False
    name: str = ""
    named: str = ""
    certificate: KeyCertificate | None = None

    def as_detail(self, public: PublicKey) -> dict[str, Any]:
        """What a line of the ledger says of the key."""
        found: dict[str, Any] = {"fingerprint": public.fingerprint}
        if self.provisional:
            found["provisional"] = True
        if self.name:
            found |= {"name": self.name, "named": self.named}
        if self.certificate:
            found["certificate"] = self.certificate.as_json()
        return found


def key_words(detail: Mapping[str, Any]) -> str:
    """What a line of the ledger says of its key, in one sentence; empty if it says nothing of whose it is."""
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
    """Where what is known of a key is kept.

    Args:
        place: the key's file, or its address on a token.
        public: the key.
    """
    return _beside(place, public, RECORD_SUFFIX)


def certificate_path(place: str, public: PublicKey) -> Path:
    """Where the certificate of a key is kept."""
    return _beside(place, public, CERTIFICATE_SUFFIX)


def read_record(place: str, public: PublicKey) -> KeyRecord:
    """What is known of a key.

    Raises:
        ExaminerKeyError: what is beside it belongs to another key, or cannot be read.
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
    """Keep what is known of a key; what was kept before is replaced.

    Args:
        place: the key's file, or its address on a token.
        public: the key.
        provisional: whether the program made it on first use.
        name: whose it is.

    Raises:
        ExaminerKeyError: it cannot be written.
    """
    named = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if name else ""
    content = {"fingerprint": public.fingerprint, "provisional": provisional, "name": name, "named": named}
    _write(record_path(place, public), json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    return replace(read_record(place, public), provisional=provisional, name=name, named=named)


def bind_certificate(place: str, public: PublicKey, content: bytes) -> KeyCertificate:
    """Keep a certificate beside a key. One that was there is replaced.

    Args:
        place: the key's file, or its address on a token.
        public: the key.
        content: the certificate, in PEM or DER, and those of its issuers.

    Raises:
        ExaminerKeyError: it is none, or is of another key; or it cannot be written.
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
    # Imported only where there is a certificate: what reads it is slow to load.
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
    """Where programs keep the settings of a user: ``$XDG_CONFIG_HOME``, else ``~/.config``."""
    if given := os.environ.get("XDG_CONFIG_HOME"):
        return Path(given) / "echoforensics"
    if sys.platform == "win32" and (roaming := os.environ.get("APPDATA")):
        return Path(roaming) / "echoforensics"
    return Path("~/.config/echoforensics").expanduser()
