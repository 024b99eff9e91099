"""Writes the table of our parsers: ``python -m parsers.registration.write``."""

from __future__ import annotations

from pathlib import Path

from parsers.registration.table import FILE, table
from parsers.registry import our_kinds


def main() -> None:
    """Write the table anew."""
    Path(__file__).parent.joinpath(FILE).write_text(table(our_kinds()), encoding="utf-8")


if __name__ == "__main__":
    main()
