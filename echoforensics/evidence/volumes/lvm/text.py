"""The text in which LVM2 keeps its metadata.

References:
    lvm2, libdm/libdm-config.c (the grammar); libyal, "Logical Volume Manager (LVM) format specification", chapter 5.
"""

from __future__ import annotations

import re

MAX_NESTING = 16
MAX_TOKENS = 200_000

# What is skipped is matched possessively: no text makes the search go back.
_TOKEN = re.compile(
    r'(?:\s|#[^\n]*+)*+(?:"(?P<text>(?:[^"\\]|\\.)*+)"|(?P<number>-?\d{1,20})(?![\w.+-])'
    r"|(?P<word>[\w.+/-]++)|(?P<sign>[={}\[\],]))"
)


class MetadataError(ValueError):
    """The text does not follow the grammar."""


def parse(text: str) -> dict[str, object]:
    """Read a metadata text: sections are dicts, lists are lists.

    Raises:
        MetadataError: the text does not follow the grammar, or is too long or nested too deep.
    """
    root: dict[str, object] = {}
    sections = [root]
    tokens = _tokens(text)
    at = 0
    while at < len(tokens):
        kind, value = tokens[at]
        if (kind, value) == ("sign", "}"):
            sections.pop()
            if not sections:
                raise MetadataError("a section is closed that was not opened")
            at += 1
            continue
        if kind not in ("word", "number"):
            raise MetadataError(f"{value!r} is found where a name is expected")
        sign = tokens[at + 1][1] if at + 1 < len(tokens) and tokens[at + 1][0] == "sign" else ""
        if sign == "{":
            if len(sections) >= MAX_NESTING:
                raise MetadataError(f"sections are nested more than {MAX_NESTING} deep")
            section: dict[str, object] = {}
            sections[-1][str(value)] = section
            sections.append(section)
            at += 2
        elif sign == "=":
            sections[-1][str(value)], at = _value(tokens, at + 2)
        else:
            raise MetadataError(f"{value!r} is followed by neither a value nor a section")
    if len(sections) != 1:
        raise MetadataError("the text breaks off inside a section")
    return root


def _tokens(text: str) -> list[tuple[str, str | int]]:
    found: list[tuple[str, str | int]] = []
    end = 0
    while match := _TOKEN.match(text, end):
        end = match.end()
        kind = str(match.lastgroup)
        value = match[kind]
        found.append((kind, int(value) if kind == "number" else value))
        if len(found) > MAX_TOKENS:
            raise MetadataError(f"the text has more than {MAX_TOKENS} words")
    rest = re.sub(r"#[^\n]*", "", text[end:]).strip("\0 \t\r\n")
    if rest:
        raise MetadataError(f"{rest[:20]!r} cannot be read")
    return found


def _value(tokens: list[tuple[str, str | int]], at: int) -> tuple[object, int]:
    if at >= len(tokens):
        raise MetadataError("the text breaks off where a value belongs")
    kind, value = tokens[at]
    if kind != "sign":
        return value, at + 1
    if value != "[":
        raise MetadataError(f"{value!r} is found where a value is expected")
    items: list[object] = []
    at += 1
    while at < len(tokens):
        kind, value = tokens[at]
        at += 1
        if (kind, value) == ("sign", "]"):
            return items, at
        if (kind, value) != ("sign", ","):
            if kind == "sign":
                raise MetadataError(f"{value!r} is found in a list")
            items.append(value)
    raise MetadataError("the text breaks off inside a list")
