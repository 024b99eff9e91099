"""RELEASE.md: what the files of a release are, and how they are checked before anything of them is run."""

from __future__ import annotations

from pathlib import Path

_KINDS = (
    ("echoforensics-*.whl", "the library and the command, to be installed with pip"),
    ("echoforensics-*[0-9].tar.gz", "the source distribution; its tests run from the unpacked folder"),
    ("echoforensics_custody-*.whl", "what checks bundles, reports and ledgers where nothing else may be installed"),
    ("*.cdx.json", "every component that an installation brings, with versions, licences and hashes (CycloneDX)"),
    ("*-validation.tar.gz", "the validation pack: truth sets, expected results, error rates, known limits"),
)
_SIGNED = """
Compare the fingerprint of the key with the one that is published apart from these files, and check the signature:

    openssl pkey -pubin -in release-key.pem -outform DER | sha256sum
    openssl dgst -sha256 -verify release-key.pem -signature SHA256SUMS.sig SHA256SUMS
"""
_UNSIGNED = """
These files are NOT SIGNED: the checksums show that a copy is whole, and not who made it.
"""


def write_instructions(folder: Path, *, signed: bool) -> None:
    """Write RELEASE.md for the files that are in a folder."""
    rows = [f"| `{path.name}` | {words} |\n" for pattern, words in _KINDS for path in sorted(folder.glob(pattern))]
    text = (
        "# Files of this release\n\n| file | what it is |\n|---|---|\n" + "".join(rows) + "\n## Checking them\n"
        + (_SIGNED if signed else _UNSIGNED)
        + "\nThen check every file against the list:\n\n    sha256sum --check SHA256SUMS\n"
        + "\nAfter installing, `echoforensics selftest` compares the installation with known answers.\n"
    )  # fmt: skip
    (folder / "RELEASE.md").write_text(text, encoding="utf-8", newline="\n")
