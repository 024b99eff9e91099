"""The text of a release's tag, from its section of CHANGELOG.md: ``python .ci/release/tag_text.py 1.0.0``."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Write the text of the version that is named."""
    if len(sys.argv) != 2:
        sys.exit("name the version")
    version = sys.argv[1]
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    found = re.search(rf"^## \[{re.escape(version)}\][^\n]*\n(.*?)(?=^## \[|\Z)", text, re.DOTALL | re.MULTILINE)
    if found is None:
        sys.exit(f"CHANGELOG.md has no section [{version}]")
    # In a message of git a line that begins with a hash is a comment.
    section = re.sub(r"^#+ (.+)$", r"\1:", found[1].strip(), flags=re.MULTILINE)
    sys.stdout.write(f"echoforensics {version}\n\n{section}\n")


if __name__ == "__main__":
    main()
