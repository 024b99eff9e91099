"""Make the files of a release: ``make release KEY=release-key.pem``. What each is, RELEASE.md among them says.

Everything is made from the commit, and not from what lies in the folder: the commit is written out into a temporary
folder, with the same permissions on every machine, and its own time is that of every file. The same commit gives the
same bytes.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bill_of_materials import write_bill
from checksums import sign, write_checksums
from distribution_files import build, commit_time, write_commit
from instructions import write_instructions
from validation_pack import write_pack

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Make the files, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path, help="the folder; it must be new or empty")
    key = parser.add_mutually_exclusive_group(required=True)
    key.add_argument("--key", type=Path, help="the release key: a private key on P-256 in PEM, as openssl makes it")
    key.add_argument("--unsigned", action="store_true", help="make no signature; the instructions then say so")
    parser.add_argument("--only", choices=("validation-pack",), help="make no other file than this")
    parser.add_argument("--commit", default="HEAD", help="what is released (default: HEAD)")
    asked = parser.parse_args()
    changed = subprocess.run(
        ["git", "status", "--porcelain"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    if changed and asked.commit == "HEAD":
        sys.exit(f"not everything is committed, and a release is made of a commit:\n{changed}")
    output = asked.output.resolve()
    if output.exists() and any(output.iterdir()):
        sys.exit(f"{output} is not empty; a release is made in a new folder")
    output.mkdir(parents=True, exist_ok=True)
    os.environ["SOURCE_DATE_EPOCH"] = str(commit_time(ROOT, asked.commit))
    with tempfile.TemporaryDirectory(prefix="echoforensics-release-") as name:
        source = write_commit(ROOT, asked.commit, Path(name) / "source")
        write_pack(source, output)
        if asked.only is None:
            wheel = build(source, output)
            write_bill(source, wheel, output)
    write_instructions(output, signed=asked.key is not None)
    write_checksums(output)
    if asked.key is not None:
        sign(output, asked.key)
    for path in sorted(output.iterdir()):
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
