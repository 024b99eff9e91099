"""Locators: the place of a record in a file, as text that can be followed back to the bytes.

A locator is one or more steps joined by ``;``, each applied to the result of the previous step:

* ``bytes:OFFSET+LENGTH``: that range of bytes;
* ``line:N``: the Nth line (from 1), ended by LF, without its line end (LF or CR LF);
* ``json:POINTER``: the text of the value at an RFC 6901 pointer. If the previous value is a JSON string
  that itself contains JSON, the string is decoded first, so ``json:/description;json:/summary`` works;
* ``coding:NAME``: the bytes so far with a coding undone (``gzip``, ``deflate``, ``br``, ``zstd``, ``snappy``,
  ``base64``, ``chunked``, ``quoted-printable``; ``backslash``: the escapes of a program's text; ``xml``: the text of an
  element; ``doubled-quotes``: a field of CSV; ``single-quoted``: a text of SQL or YAML; ``percent``, ``form``: a part
  of an address or of a form; ``terminal``: without colours), or text as UTF-8 (``utf-16le`` and its like,
  ``windows-1252`` and others). A JSON
  string is decoded first, so ``json:/content/text;coding:base64`` works.

``%`` and ``;`` inside a step are written ``%25`` and ``%3B``. The empty locator is the whole file.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import BinaryIO, NamedTuple

from parsers.code_page import CODE_PAGES
from parsers.coding import WIDE, CodingError, decode
from parsers.formats.json.large_list import StoredText
from parsers.formats.json.large_value import span_of
from parsers.formats.json.text import JsonError
from parsers.formats.wide_text import WideText

#: The result of a step is cut at this many bytes; the result says so.
MAX_STEP_BYTES = 64 * 1024 * 1024

_WHITESPACE = " \t\r\n"
_decoder = json.JSONDecoder(strict=False)


class LocatorError(ValueError):
    """A locator is malformed or does not match the bytes."""


@dataclass(frozen=True, slots=True)
class LocatedBytes:
    """The bytes that a locator points to.

    Attributes:
        content: the bytes (of the text, as UTF-8, after a ``json`` step).
        offset: the byte offset of ``content`` in the file, or None after a decoded string.
        cut: whether ``content`` was cut at :data:`MAX_STEP_BYTES`.
    """

    content: bytes
    offset: int | None
    cut: bool = False


def at_bytes(offset: int, length: int) -> str:
    """The locator of a byte range."""
    return f"bytes:{offset}+{length}"


def at_line(number: int) -> str:
    """The locator of a line, counted from 1."""
    return f"line:{number}"


def at_json(*tokens: str | int) -> str:
    """The locator of a JSON value, by its keys and indexes from the root."""
    return "json:" + _quote(pointer(tokens))


def at_coding(name: str) -> str:
    """The locator of the result of undoing a coding, by its name in HTTP."""
    return "coding:" + _quote(name.strip().lower())


def pointer(tokens: Iterable[str | int]) -> str:
    """Build an RFC 6901 pointer from keys and indexes."""
    return "".join([f"/{token}" if type(token) is int else f"/{_escaped(str(token))}" for token in tokens])


def _escaped(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1") if "~" in token or "/" in token else token


def join(*locators: str) -> str:
    """Join locators; empty ones are dropped."""
    return ";".join(locator for locator in locators if locator)


def inside(outer: str, inner: str) -> str:
    """Join a locator to an outer one: a JSON string is decoded before its bytes or lines are counted."""
    if inner.startswith(("bytes:", "line:")) and outer.rpartition(";")[2].startswith("json:"):
        return join(outer, at_coding("identity"), inner)
    return join(outer, inner)


def resolve(stream: BinaryIO, locator: str) -> LocatedBytes:
    """Follow a locator into a seekable stream.

    Raises:
        LocatorError: the locator is malformed, or the file has no such place.
        OSError: the stream cannot be read.
    """
    steps = [step for step in locator.split(";") if step]
    if not steps:
        return _cut(stream.read(MAX_STEP_BYTES + 1), 0)
    view, steps = _narrowed(stream, steps)
    if view is not None:
        found = _cut(view.content.read(0, MAX_STEP_BYTES + 1), view.content.start if view.is_file else None)
        for step in steps:
            found = _step(found, *_split(step))
        return found
    kind, argument = _split(steps[0])
    if kind == "bytes":
        found = _bytes_in_stream(stream, argument)
    elif kind == "line":
        found = _line_in_stream(stream, argument)
    else:
        whole = _cut(stream.read(MAX_STEP_BYTES + 1), 0)
        found = _step(whole, kind, argument)
    for step in steps[1:]:
        found = _step(found, *_split(step))
    return found


class _View(NamedTuple):
    """A part of a long stream, and whether its offsets are those of the file."""

    content: StoredText
    is_file: bool = True


def _narrowed(stream: BinaryIO, steps: list[str]) -> tuple[_View | None, list[str]]:
    """Follow the first steps in a stream longer than the limit of a step; returns the view and the remaining steps.

    Returns None and all steps if the first step is not a JSON or encoding step, or the stream is short.
    """
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    view, left = _View(StoredText(lambda: nullcontext(stream), 0, size)), list(steps)
    while len(left) > 0 and view.content.size > MAX_STEP_BYTES:
        kind, argument = _split(left[0])
        text = view.content
        if kind == "bytes" and len(left) > 1:
            offset, length = _range(argument)
            if offset + length > text.size:
                raise LocatorError(f"there are fewer than {offset + length} bytes")
            view = _View(StoredText(text.opener, text.start + offset, length), view.is_file)
        elif kind == "coding" and argument in WIDE and text.start == 0 and view.is_file:
            wide = WideText(text.opener, argument)
            view = _View(StoredText(wide.open, 0, wide.size), is_file=False)
        elif kind == "json":
            try:
                start, end = span_of(text, _tokens(argument))
            except JsonError as error:
                raise LocatorError(f"no JSON value at {argument!r}: {error}") from error
            view = _View(StoredText(text.opener, text.start + start, end - start), view.is_file)
        else:
            break
        del left[0]
    return (view, left) if len(left) < len(steps) else (None, steps)


def _tokens(pointer_text: str) -> tuple[str, ...]:
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer_text.split("/")[1:])


def _split(step: str) -> tuple[str, str]:
    kind, colon, argument = step.partition(":")
    if not colon or kind not in ("bytes", "line", "json", "coding"):
        raise LocatorError(f"not a locator step: {step!r}")
    return kind, argument.replace("%3B", ";").replace("%25", "%")


def _quote(text: str) -> str:
    return text.replace("%", "%25").replace(";", "%3B")


def _cut(content: bytes, offset: int | None) -> LocatedBytes:
    if len(content) > MAX_STEP_BYTES:
        return LocatedBytes(content[:MAX_STEP_BYTES], offset, cut=True)
    return LocatedBytes(content, offset)


def _range(argument: str) -> tuple[int, int]:
    offset, plus, length = argument.partition("+")
    if not (plus and offset.isdecimal() and length.isdecimal()):
        raise LocatorError(f"not a byte range: {argument!r}")
    return int(offset), int(length)


def _number(argument: str) -> int:
    if not argument.isdecimal() or int(argument) < 1:
        raise LocatorError(f"not a line number: {argument!r}")
    return int(argument)


def _bytes_in_stream(stream: BinaryIO, argument: str) -> LocatedBytes:
    offset, length = _range(argument)
    stream.seek(offset)
    content = stream.read(min(length, MAX_STEP_BYTES))
    if len(content) < min(length, MAX_STEP_BYTES):
        raise LocatorError(f"the file ends before byte {offset + length}")
    return LocatedBytes(content, offset, cut=length > MAX_STEP_BYTES)


def _line_in_stream(stream: BinaryIO, argument: str) -> LocatedBytes:
    number, offset = _number(argument), 0
    for _ in range(number - 1):
        offset += _skip_line(stream)
    line = stream.readline(MAX_STEP_BYTES + 1)
    if not line:
        raise LocatorError(f"the file has fewer than {number} lines")
    return _cut(_chomp(line), offset)


def _skip_line(stream: BinaryIO) -> int:
    skipped = 0
    while piece := stream.readline(1 << 20):
        skipped += len(piece)
        if piece.endswith(b"\n"):
            break
    return skipped


def _chomp(line: bytes) -> bytes:
    return line.removesuffix(b"\n").removesuffix(b"\r")


def _step(found: LocatedBytes, kind: str, argument: str) -> LocatedBytes:
    if kind == "bytes":
        offset, length = _range(argument)
        if offset + length > len(found.content):
            raise LocatorError(f"there are fewer than {offset + length} bytes")
        return LocatedBytes(found.content[offset : offset + length], _plus(found.offset, offset))
    if kind == "line":
        lines, number = found.content.split(b"\n"), _number(argument)
        if number > len(lines):
            raise LocatorError(f"there are fewer than {number} lines")
        return LocatedBytes(
            _chomp(lines[number - 1]), _plus(found.offset, sum(len(x) + 1 for x in lines[: number - 1]))
        )
    if kind == "coding":
        return _decoded(found, argument)
    return _json_value(found, argument)


def _decoded(found: LocatedBytes, coding: str) -> LocatedBytes:
    content = found.content
    try:
        if content.startswith(b'"') and coding not in WIDE and coding not in CODE_PAGES:
            content = scanstring(content.decode("utf-8", "surrogateescape"), 1, False)[0].encode(
                "utf-8", "surrogatepass"
            )
        return LocatedBytes(decode(content, coding, MAX_STEP_BYTES), None)
    except CodingError as error:
        if error.partial:
            return LocatedBytes(error.partial, None, cut=True)
        raise LocatorError(f"cannot be decoded as {coding}: {error}") from error
    except ValueError as error:
        raise LocatorError("a JSON string was expected") from error


def _plus(offset: int | None, more: int) -> int | None:
    return None if offset is None else offset + more


def _json_value(found: LocatedBytes, argument: str) -> LocatedBytes:
    text, offset = found.content.decode("utf-8", "surrogateescape"), found.offset
    try:
        if argument and text.lstrip(_WHITESPACE).startswith('"'):
            text, offset = _decoder.raw_decode(text.strip(_WHITESPACE))[0], None
        start, end = _span(text, _tokens(argument))
    except (ValueError, IndexError, KeyError, RecursionError) as error:
        raise LocatorError(f"no JSON value at {argument!r}: {error}") from error
    before = len(text[:start].encode("utf-8", "surrogateescape"))
    return LocatedBytes(text[start:end].encode("utf-8", "surrogateescape"), _plus(offset, before))


def _span(text: str, tokens: tuple[str, ...]) -> tuple[int, int]:
    """Start and end, in characters, of the value at a path."""
    at = _skip(text, 1 if text.startswith("\ufeff") else 0)
    for token in tokens:
        at = _member(text, at, token) if text[at] == "{" else _element(text, at, token)
    return at, _decoder.raw_decode(text, at)[1]


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _WHITESPACE:
        at += 1
    return at


def _member(text: str, at: int, key: str) -> int:
    """The start of a key's value in the object at ``at``; the last if a key repeats, as in JSON readers."""
    found = None
    at = _skip(text, at + 1)
    while text[at] == '"':
        name, at = scanstring(text, at + 1, False)
        at = _skip(text, _skip(text, at) + 1)
        if name == key:
            found = at
        at = _skip(text, _decoder.raw_decode(text, at)[1])
        at = _skip(text, at + 1) if text[at] == "," else at
    if found is None:
        raise KeyError(key)
    return found


def _element(text: str, at: int, index: str) -> int:
    """The start of an element in the array at ``at``."""
    if text[at] != "[" or not index.isdecimal():
        raise KeyError(index)
    at = _skip(text, at + 1)
    for _ in range(int(index)):
        at = _skip(text, _decoder.raw_decode(text, at)[1])
        if text[at] != ",":
            raise KeyError(index)
        at = _skip(text, at + 1)
    return at
