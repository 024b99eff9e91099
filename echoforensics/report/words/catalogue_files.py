"""Catalogues of translations: ``.po`` files, which people edit, and the ``.mo`` files compiled from them.

References:
    GNU gettext manual, "The Format of PO Files" and "The Format of GNU MO Files"
"""

from __future__ import annotations

import ast
import re
import struct
from pathlib import Path

FOLDER = Path(__file__).with_name("data")
_MAGIC = 0x950412DE
_LINE = re.compile(r'(?:(msgid|msgid_plural|msgstr(?:\[\d+\])?)\s+)?(".*")')


def parse(text: str) -> dict[str, list[str]]:
    """Parse a ``.po`` file. Maps the English text (the singular, for a noun) to its translations.

    A noun with a plural has gettext's key: the singular, a NUL, and the plural.

    Raises:
        ValueError: a line is invalid, or an entry occurs twice.
    """
    found: dict[str, list[str]] = {}
    for block in re.split(r"\n\s*\n", text):
        parts: list[tuple[str, str]] = []
        for line in block.splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            match = _LINE.fullmatch(line.strip())
            if match is None or not (match[1] or parts):
                raise ValueError(f"not a line of a catalogue: {line!r}")
            written = str(ast.literal_eval(match[2]))
            if match[1]:
                parts.append((match[1], written))
            else:
                parts[-1] = parts[-1][0], parts[-1][1] + written
        if parts:
            key = "\0".join(written for name, written in parts if name.startswith("msgid"))
            if key in found:
                raise ValueError(f"translated twice: {key!r}")
            found[key] = [written for name, written in parts if name.startswith("msgstr")]
    return found


def compiled(entries: dict[str, list[str]]) -> bytes:
    """Compile a ``.mo`` file; equal entries give equal bytes. Untranslated entries are omitted."""
    pairs = sorted(
        (key.encode(), "\0".join(translations).encode())
        for key, translations in entries.items()
        if translations and all(translations)
    )
    keys, values = b"", b""
    key_table, value_table = [], []
    first = 7 * 4 + 16 * len(pairs)
    for key, _ in pairs:
        key_table += [len(key), first + len(keys)]
        keys += key + b"\0"
    for _, value in pairs:
        value_table += [len(value), first + len(keys) + len(values)]
        values += value + b"\0"
    count = len(pairs)
    head = struct.pack("<7I", _MAGIC, 0, count, 7 * 4, 7 * 4 + 8 * count, 0, 0)
    return head + struct.pack(f"<{4 * count}I", *key_table, *value_table) + keys + values


def main() -> None:
    """Compile each ``.po`` into its ``.mo``."""
    for path in sorted(FOLDER.glob("*.po")):
        path.with_suffix(".mo").write_bytes(compiled(parse(path.read_text(encoding="utf-8"))))


if __name__ == "__main__":
    main()
