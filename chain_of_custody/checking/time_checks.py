"""Checks the timestamps of a seal: third parties' statements of when it existed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from chain_of_custody.open_flags import open_regular
from chain_of_custody.verify import Problem, Verification

if TYPE_CHECKING:
    from chain_of_custody.timestamp import TrustedTimestamp

#: The suffix of a timestamp's file name; a second timestamp ends in ``.2.tsr``.
TOKEN_ENDING = ".tsr"  # noqa: S105 (the end of a file name)
_TOKEN_MAX = 1 << 20


def tokens_beside(path: Path) -> list[Path]:
    """Find the timestamps next to a sealed folder or zip: ``NAME.tsr``, ``NAME.2.tsr`` and so on.

    NAME is the name of the folder or zip. If there are none, timestamps of a zip that has since been unpacked or
    decrypted are found: for a folder FOLDER, ``FOLDER.zip.tsr``; for a zip, ``FILE.zip.age.tsr``.
    """
    place = path.absolute()
    if not place.parent.is_dir():
        return []
    names = [found.name for found in place.parent.iterdir() if found.name.endswith(TOKEN_ENDING)]
    for base in (place.name, f"{place.name}.zip", f"{place.name}.zip.age", f"{place.name}.age"):
        numbered = re.compile(re.escape(base) + r"(?:\.([2-9]|[1-9][0-9]{1,8}))?" + re.escape(TOKEN_ENDING))
        found = {int(match[1] or 1): name for name in names if (match := numbered.fullmatch(name))}
        if found:
            return [place.with_name(found[number]) for number in sorted(found)]
    return []


def check_timestamps(
    checks: Verification, seal: bytes, tokens: Sequence[Path], ca_files: Sequence[Path]
) -> list[dict[str, object]]:
    """Check timestamps over a seal.

    Args:
        checks: collects one check per timestamp.
        seal: the content of the signed list, which was stamped.
        tokens: timestamp files.
        ca_files: certificates that the reader trusts, in PEM, including the root.

    Returns:
        What each valid timestamp says.
    """
    stamped = hashlib.sha256(seal).digest()
    stated: list[dict[str, object]] = []
    for path in tokens:
        name = f"timestamp {path.name}"
        try:
            found = _read(path, stamped, ca_files)
        except ValueError as error:
            meaning = "It does not show when the seal was made."
            problem = Problem(path.name, f"a timestamp over the seal, {stamped.hex()}", str(error), meaning)
            checks.add(name, False, "it is not one over this seal that holds", [problem])
            continue
        except OSError as error:
            checks.skipped(name, f"{error.filename or path}: {error.strerror or error}")
            continue
        when = found.as_json()["time"]
        if ca_files:
            checks.add(name, True, f"the seal existed on {when}, by the clock of {found.authority}")
            stated.append({"file": path.name, **found.as_json()})
        else:
            checks.skipped(
                name,
                f"it is over this seal and states {when}, by {found.authority}; whether that authority can be believed"
                " needs its certificates: --ca-file FILE. With --no-timestamps, timestamps are left out",
            )
    return stated


def _read(path: Path, stamped: bytes, ca_files: Sequence[Path]) -> TrustedTimestamp:
    """Read a timestamp over a digest. It is verified only if trusted certificates are given.

    Raises:
        ValueError: it is not a timestamp over the digest, or verification fails.
        OSError: a file cannot be read.
    """
    # Imported only if there is a timestamp, because its reader is slow to load.
    timestamp = import_module("chain_of_custody.timestamp")
    with open_regular(path, follow=True) as stream:
        content = stream.read(_TOKEN_MAX + 1)
    found: TrustedTimestamp
    if ca_files:
        found = timestamp.verify(content, stamped, ca_files)
        return found
    found = timestamp.read_timestamp(content)
    if found.sha256 != stamped:
        raise ValueError(f"the timestamp is over {found.sha256.hex()}, not over {stamped.hex()}")
    return found
