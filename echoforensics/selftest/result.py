"""The result of a selftest as a document for the quality file: a DSSE envelope, signed with the examiner's key.

References:
    DSSE envelope 1.0.0, https://github.com/secure-systems-lab/dsse/blob/master/envelope.md
"""

from __future__ import annotations

import base64
import binascii
import json
import platform
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chain_of_custody.envelope import canonical, sign, verify
from chain_of_custody.keys import PublicKey
from chain_of_custody.signer import Signer
from echoforensics.errors import UsageError
from echoforensics.examiner_key import key_detail
from echoforensics.selftest.installed_files import versions
from echoforensics.selftest.run import Selftest
from echoforensics.selftest.truth import truth_hashes
from echoforensics.version import __version__

#: The type that is signed together with the result.
PAYLOAD_TYPE = "application/vnd.echoforensics.selftest+json"
UNSIGNED = "This result is not signed: anybody could have written it."
_KEYS = {"payload", "payloadType", "signatures"}


def as_result(found: Selftest, when: datetime, key: Signer | None, agency: str = "") -> dict[str, Any]:
    """What a selftest came to, with all that says what was tested.

    Args:
        found: the answers.
        when: when they were given.
        key: the key that signs the result, or None.
        agency: the laboratory, where it is to be named.
    """
    return {
        "kind": "selftest",
        "made_at": when.astimezone(UTC).isoformat(timespec="seconds"),
        "agency": agency,
        "tool": {"name": "echoforensics", "version": __version__},
        "passed": found.passed,
        "areas": [{"area": area, "passed": passed, "asked": asked} for area, passed, asked in found.counts()],
        "answers": [answer.as_json() for answer in found.answers],
        "parsers_without_answer": list(found.without_answer),
        "truth_sets": truth_hashes(),
        "platform": {
            "python": platform.python_version(),
            "implementation": platform.python_implementation(),
            "system": platform.platform(),
            "machine": platform.machine(),
            "byte_order": sys.byteorder,
        },
        "dependencies": versions(),
        "package": {
            "folder": str(found.package.folder),
            "recorded_by_installer": bool(found.package.recorded),
            "sha256": found.package.sha256,
            "files": dict(found.package.hashes),
        },
        "key": key_detail(key),
        "public_key": key.public.pem if key else None,
        **({} if key else {"notice": UNSIGNED}),
    }


def envelope(result: dict[str, Any], key: Signer | None) -> bytes:
    """The result in its envelope, signed where there is a key; one line of JSON."""
    payload = canonical(result)
    signatures = []
    if key is not None:
        signature = base64.b64encode(sign(PAYLOAD_TYPE, payload, key)).decode("ascii")
        signatures.append({"keyid": key.public.fingerprint, "sig": signature})
    text = base64.b64encode(payload).decode("ascii")
    return canonical({"payload": text, "payloadType": PAYLOAD_TYPE, "signatures": signatures}) + b"\n"


@dataclass(frozen=True, slots=True)
class CheckedResult:
    """A result that was read back.

    Attributes:
        result: what it says.
        fingerprint: of the key that signed it; None if it is not signed.
        failure: why its signature does not hold; empty if it does, or where there is none.
    """

    result: dict[str, Any]
    fingerprint: str | None
    failure: str


def check_envelope(content: bytes, fingerprint: str | None = None) -> CheckedResult:
    """Read a result back and check its signature with the key that it names.

    Args:
        content: the envelope.
        fingerprint: of the key that must have signed it, in hexadecimal, where that is known.

    Raises:
        UsageError: it is not the result of a selftest.
    """
    try:
        outer = json.loads(content)
        if not isinstance(outer, dict) or set(outer) != _KEYS or outer["payloadType"] != PAYLOAD_TYPE:
            raise UsageError("this is not the result of a selftest")
        payload = base64.b64decode(outer["payload"], validate=True)
        result = json.loads(payload)
        signatures = [(each["keyid"], base64.b64decode(each["sig"], validate=True)) for each in outer["signatures"]]
        if not isinstance(result, dict) or result.get("kind") != "selftest":
            raise UsageError("this is not the result of a selftest")
        public = PublicKey.from_pem(result["public_key"]) if result["public_key"] else None
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise UsageError(f"this is not the result of a selftest: {error}") from error
    if public is None and not signatures:
        return CheckedResult(result, None, "it must be signed, and is not" if fingerprint is not None else "")
    if public is None or len(signatures) != 1:
        return CheckedResult(result, None, "the key that the result names, and the signature, are not one each")
    if not verify(PAYLOAD_TYPE, payload, signatures[0][1], public):
        failure = "the signature is not over these bytes by the key that the result names"
    elif fingerprint is not None and public.fingerprint != fingerprint:
        failure = f"it is signed with the key {public.fingerprint}, not {fingerprint}"
    else:
        failure = ""
    return CheckedResult(result, public.fingerprint, failure)
