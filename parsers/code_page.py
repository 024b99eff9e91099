"""Tell in which code page a text is that is not UTF-8: what older programs, and exports of Windows programs, write.

References:
    The tables of the WHATWG's Encoding Standard, and Python's codecs of the same code pages. How often a letter occurs
    in Russian is in any table of letter frequencies.
"""

from __future__ import annotations

import re

#: Code pages by their names in locators, with Python's names.
CODE_PAGES = {"windows-1252": "cp1252", "windows-1251": "cp1251", "shift_jis": "cp932", "macintosh": "mac_roman"}
_UTF8 = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
    rb"|(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\Z"
)
_HIGH = bytes(range(0x80, 0x100))
#: Hiragana and katakana, whose first byte hardly any other text has.
_KANA = re.compile(rb"\x82[\x9f-\xf1]|\x83[\x40-\x96]")
_WORD = re.compile(rb"[\xc0-\xff\xa8\xb8]{3,}")
#: The commonest letters of Russian, and what share of letters they are at least.
_RUSSIAN, _SHARE = b"\xe0\xe5\xe8\xee", 6
#: Letters of Mac OS within a word, where Windows has signs; an apostrophe is one that words hold.
_MAC = re.compile(rb"(?<=[A-Za-z])[\x80-\x91\x93-\x9f](?=[a-z])")
_WESTERN = re.compile(rb"(?<=[A-Za-z])[\xc0-\xff](?=[a-z])")
#: Bytes without a character in Windows-1252, and one that is as a rule damage: no common language has its letter.
_UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d\xff]")


def code_page(content: bytes) -> str:
    """The name of a text's code page, one of :data:`CODE_PAGES`; empty for UTF-8, damaged UTF-8, and what is not known.

    Args:
        content: the text, or as much of it as is to be judged.
    """
    if content.isascii() or _decodes(content, "utf-8"):
        return ""
    high = len(content) - len(content.translate(None, _HIGH))
    valid = sum(len(found[0]) for found in _UTF8.finditer(content))
    if valid * 2 >= high:
        return ""
    if len(_KANA.findall(content)) > 1 and _decodes(content, CODE_PAGES["shift_jis"]):
        return "shift_jis"
    in_words = sum(len(found[0]) for found in _WORD.finditer(content))
    if in_words * 2 > high:
        russian = len(content) - len(content.translate(None, _RUSSIAN))
        return "windows-1251" if russian * _SHARE >= high and _decodes(content, CODE_PAGES["windows-1251"]) else ""
    if _MAC.search(content) and not _WESTERN.search(content):
        return "macintosh"
    return "" if _UNDEFINED.search(content) else "windows-1252"


def read_as(name: str) -> str:
    """A sentence for an issue: that a text was read in a code page that nothing in it states."""
    return f"The text is not UTF-8, and states no character set; it was read as {name}, which its letters suggest."


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
