"""Timestamps of a bundle: a request and the authorities' responses, next to it and outside the signed part."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from chain_of_custody.sealed_list import SEAL_NAME
from chain_of_custody.stored_zip import StoredZip, ZipRefusedError
from chain_of_custody.timestamp import (
    MAX_RESPONSE,
    TimestampError,
    TimestampRequest,
    TrustedTimestamp,
    read_timestamp,
)
from chain_of_custody.timestamp_fetch import fetch
from echoforensics.errors import UsageError
from echoforensics.export.files import whole_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

REQUEST, TOKEN = ".tsq", ".tsr"
_ENCRYPTED = ".age"


def refuse_beside(bundle: Path) -> None:
    """Refuse an output next to which another bundle's request or response lies.

    Raises:
        UsageError: there is one.
    """
    there = [path for path in (request_path(bundle), *tokens_of(bundle)) if path.exists() or path.is_symlink()]
    if there:
        raise UsageError(
            f"{there[0]}: already exists, and belongs to another bundle; name another output, or move it away"
        )


def tokens_of(bundle: Path) -> list[Path]:
    """Return the responses next to a bundle, in order of arrival."""
    name = _name(bundle)
    named = re.compile(re.escape(name) + r"(?:\.([2-9]|[1-9][0-9]+))?" + re.escape(TOKEN))
    if not bundle.absolute().parent.is_dir():
        return []
    found = [(int(match[1] or 1), path) for path in bundle.absolute().parent.iterdir()
             if (match := named.fullmatch(path.name))]  # fmt: skip
    return [bundle.with_name(path.name) for _, path in sorted(found)]


def write_request(bundle: Path, sha256: bytes) -> TimestampRequest:
    """Write a timestamp request next to a bundle.

    Args:
        bundle: the folder or file.
        sha256: the SHA-256 of its signed list, 32 bytes.

    Raises:
        OSError: it cannot be written.
    """
    request = TimestampRequest(sha256)
    with whole_file(request_path(bundle)) as partial:
        partial.write_bytes(request.der)
    return request


def fetch_tokens(
    bundle: Path, request: TimestampRequest, urls: Iterable[str]
) -> tuple[list[TrustedTimestamp], list[str]]:
    """Request timestamps from authorities, and keep the responses next to a bundle.

    Returns:
        The timestamps, and a sentence for each authority that gave none, saying why.

    Raises:
        OSError: an answer cannot be written.
    """
    found, failures = [], []
    for url in urls:
        try:
            stamp = fetch(url, request)
        except TimestampError as error:
            failures.append(f"{url}: {error}")
            continue
        _keep(bundle, stamp)
        found.append(stamp)
    return found, failures


def attach_token(bundle: Path, token: Path) -> tuple[TrustedTimestamp, Path]:
    """Move an authority's response next to the bundle that it belongs to.

    Args:
        bundle: a folder, a zip, or an encrypted zip with its request next to it.
        token: the response (``.tsr``), or the bare token.

    Returns:
        What it says, and its new path.

    Raises:
        UsageError: it is not a timestamp, covers something else, or already exists; or there is no such bundle.
    """
    digest = _stamped_digest(bundle)
    try:
        with token.open("rb") as stream:
            stamp = read_timestamp(stream.read(MAX_RESPONSE + 1))
        if stamp.sha256 != digest:
            raise UsageError(
                f"{token}: is a timestamp over {stamp.sha256.hex()}; the signed list of {bundle} has {digest.hex()}"
            )
        for path in tokens_of(bundle):
            if path.read_bytes() == stamp.response:
                raise UsageError(f"{token}: lies beside {bundle} already, as {path.name}")
        return stamp, _keep(bundle, stamp)
    except TimestampError as error:
        raise UsageError(f"{token}: {error}") from error
    except OSError as error:
        raise UsageError(f"{token}: cannot be attached: {error.strerror or error}") from error


def _keep(bundle: Path, stamp: TrustedTimestamp) -> Path:
    last = tokens_of(bundle)
    name = _name(bundle)
    number = 1 + max((int(path.name[len(name) + 1 : -len(TOKEN)] or 1) for path in last), default=0)
    path = bundle.with_name(f"{name}{'' if number == 1 else f'.{number}'}{TOKEN}")
    with whole_file(path) as partial:
        partial.write_bytes(stamp.response)
    return path


def _stamped_digest(bundle: Path) -> bytes:
    """Return the SHA-256 of a bundle's signed list; for an encrypted bundle, from its request."""
    try:
        if bundle.is_dir():
            return hashlib.sha256((bundle / SEAL_NAME).read_bytes()).digest()
        if bundle.suffix == _ENCRYPTED:
            return TimestampRequest.from_der(request_path(bundle).read_bytes()).sha256
        with StoredZip(bundle) as opened:
            return hashlib.sha256(b"".join(opened.blocks(SEAL_NAME))).digest()
    except (KeyError, ZipRefusedError, TimestampError) as error:
        raise UsageError(f"{bundle}: not a bundle: {error}") from error
    except OSError as error:
        path = error.filename or bundle
        raise UsageError(
            f"{bundle}: not a bundle; give the bundle that the answer is for: {path} cannot be read:"
            f" {error.strerror or error}"
        ) from error


def request_path(bundle: Path) -> Path:
    """Return the path of a bundle's timestamp request: ``NAME.tsq``; for ``NAME.zip.age``, ``NAME.zip.tsq``."""
    return bundle.with_name(_name(bundle) + REQUEST)


def _name(bundle: Path) -> str:
    """Return the prefix of names next to a bundle: its own name, or that of the zip in an encrypted file."""
    return bundle.name.removesuffix(_ENCRYPTED)
