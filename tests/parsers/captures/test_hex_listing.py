"""Hexadecimal listings of a page of history give the records of the bare page, or are named."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from parsers.captures.hex_listing_file import HexListingFile
from parsers.formats.hex_listing import listed_bytes
from parsers.parser import Source

Page = dict[str, Any]


def _listing(page: Page, form: str) -> bytes:
    """The page as a listing: 16 bytes a line, their offset before and their characters behind them."""
    content, lines = json.dumps(page, ensure_ascii=False).encode(), []
    for at in range(0, len(content), 16):
        row = content[at : at + 16]
        shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        halves = f"{row[:8].hex(' '):23}  {row[8:].hex(' '):23}"
        pairs = f"{row.hex(' ', -2):39}"
        lines.append({
            "xxd": f"{at:08x}: {pairs}  {shown}", "hexdump": f"{at:08x}  {halves}  |{shown}|",
            "od": f"{at:06x} {row.hex(' '):47}  >{shown}<", "tcpdump": f"\t0x{at:04x}:  {pairs}  {shown}",
            "Wireshark": f"{at:08X}  {halves}   {shown}",
        }[form])  # fmt: skip
    return ("\n".join(lines) + "\n").encode()


@pytest.mark.parametrize("form", ["xxd", "hexdump", "od", "tcpdump", "Wireshark"])
def test_a_hexadecimal_listing_is_read_as_what_it_holds(
    form: str, page: Page, bare: list[Any], read_files: Any
) -> None:
    found = read_files({"kept.txt": _listing(page, form)})
    assert found.described == bare
    assert found.parsers == {"hex_listing_file"}
    assert [issue.what for issue in found.issues] == []


@pytest.mark.parametrize("base", "xod")
def test_repeated_rows_of_a_listing_are_put_in_again(base: str, page: Page, bare: list[Any], read_files: Any) -> None:
    content = json.dumps(page, ensure_ascii=False, separators=(",", ":" + 100 * " ")).encode()
    listed = subprocess.run(["od", "-A", base, "-t", "x1z"], input=content, stdout=subprocess.PIPE, check=True).stdout
    assert b"\n*\n" in listed
    assert listed_bytes(listed) == content
    found = read_files({"kept.txt": listed})
    assert (found.described, found.issues) == (bare, [])


def test_more_repeated_rows_than_are_put_in_again_are_an_issue(page: Page, read_files: Any) -> None:
    listed = _listing(page, "hexdump") + b"*\nffffffffffff0  7b 7d                  |{}|\n"
    found = read_files({"kept.txt": listed})
    assert any("leaves out 4503599627" in issue.what for issue in found.issues)


def test_other_lines_that_begin_with_numbers_are_no_listing() -> None:
    for text in (b"0001 ab\n" * 9, b"1f00: cafe beef\n0e00: cafe beef\n0d00: aa\n", b"2024 10 11 12\n2025 10 11 13\n"):
        assert not HexListingFile().claims(Source.of(text))
