"""SHA256SUMS, and its signature by openssl."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

SUMS, SIGNATURE, PUBLIC_KEY = "SHA256SUMS", "SHA256SUMS.sig", "release-key.pem"


def write_checksums(folder: Path) -> None:
    """Write the SHA-256 of every file of a folder as ``sha256sum`` does."""
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(folder.iterdir())]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8", newline="\n")


def sign(folder: Path, key: Path) -> None:
    """Sign SHA256SUMS, and lay the public half of the key beside it."""
    openssl = ["openssl", "dgst", "-sha256", "-sign", str(key), "-out", SIGNATURE, SUMS]
    subprocess.run(openssl, cwd=folder, check=True)
    subprocess.run(["openssl", "pkey", "-in", str(key), "-pubout", "-out", PUBLIC_KEY], cwd=folder, check=True)
