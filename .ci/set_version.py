"""Write a version into the three packages: ``python .ci/set_version.py 1.0.0``.

``echoforensics/version.py`` is its source: setup.cfg and the release read it there. ``parsers`` and
``chain_of_custody`` import nothing of it, so that each declares the same one, which ``echoforensics`` compares at its
start.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_FILES = ("echoforensics/version.py", "parsers/__init__.py", "chain_of_custody/__init__.py")


def main() -> None:
    """Write the version that is named."""
    if len(sys.argv) != 2 or not re.fullmatch(r"\d+\.\d+\.\d+((a|b|rc|\.dev)\d+)?", sys.argv[1]):
        sys.exit("name a version, such as 1.0.0 or 1.1.0rc1")
    for name in _FILES:
        path = ROOT / name
        text, count = re.subn(
            r'^__version__ = ".+"$', f'__version__ = "{sys.argv[1]}"', path.read_text("utf-8"), flags=re.MULTILINE
        )
        if count != 1:
            sys.exit(f"{name} declares no version")
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
