"""The codes of a project: read from a YAML file, and refused if that is invalid."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

from echoforensics.case.disk import case_disk
from echoforensics.errors import UsageError
from echoforensics.given_file import read_given_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

#: The file in the room's folder.
CODES_FILE = "codes.yaml"
_ID, _KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}"), re.compile(r"[a-z0-9]")
#: Keys with another function in the room.
RESERVED = frozenset("abfjklnorstugx")
#: Allowed and required members of a code.
_KNOWN, _NEEDED = {"id", "key", "label", "label_de", "distress", "second"}, ("id", "key", "label")
_MOST_CODES, _MOST_LABEL, _MOST_BYTES = 22, 60, 100_000


@dataclass(frozen=True, slots=True)
class Code:
    """A code.

    Attributes:
        id: its name in results.
        key: the key that sets and clears it.
        label, label_de: labels in English and in German.
        distress: whether it marks distressing items, so that the next person who opens one is warned.
        second: whether its items are heard by a second person, in every queue.
    """

    id: str
    key: str
    label: str
    label_de: str
    distress: bool = False
    second: bool = False

    def as_json(self) -> dict[str, Any]:
        """The code for the pages."""
        return {
            "id": self.id, "key": self.key, "label": self.label, "label_de": self.label_de,
            "distress": self.distress, "second": self.second,
        }  # fmt: skip


def default_codes() -> str:
    """The text of a new room's file."""
    return (files("echoforensics.review.work") / CODES_FILE).read_text("utf-8")


def codes_of_room(folder: Path) -> tuple[Code, ...]:
    """The codes of a room. A room without the file gets one with the default codes, to be edited.

    Raises:
        UsageError: its file is invalid.
        CaseDiskError: the file cannot be written.
    """
    path = folder / CODES_FILE
    if not path.exists():
        partial = path.with_suffix(".partial")
        with case_disk(folder):
            partial.write_text(default_codes(), "utf-8")
            partial.replace(path)
    return read_codes(path)


def read_codes(path: Path) -> tuple[Code, ...]:
    """Read the codes of a room.

    Raises:
        UsageError: the file cannot be read, or is invalid. The message says where, and what to do.
    """
    too_long = f"is longer than {_MOST_BYTES} bytes; leave only the list of codes in it"
    content = read_given_file(path, _MOST_BYTES, too_long)
    try:
        return parse_codes(content.decode())
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: is not UTF-8; save it again as UTF-8") from error
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from error


def parse_codes(text: str) -> tuple[Code, ...]:
    """Parse the text of such a file.

    Raises:
        UsageError: it is invalid.
    """
    try:
        whole = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        where = getattr(error, "problem_mark", None)
        line = f" in line {where.line + 1}" if where is not None else ""
        raise UsageError(f"is not YAML{line}; see that each code is a line of the list `codes`") from error
    listed = whole.get("codes") if isinstance(whole, dict) else None
    if not isinstance(listed, list) or not listed or set(whole) != {"codes"}:
        raise UsageError("is to hold one list, `codes`, with at least one code, and nothing beside it")
    if len(listed) > _MOST_CODES:
        raise UsageError(f"has {len(listed)} codes; there are keys for {_MOST_CODES} at most")
    codes = tuple(_code(number, one) for number, one in enumerate(listed, 1))
    _refuse_twice("id", (code.id for code in codes))
    _refuse_twice("key", (code.key for code in codes))
    return codes


def _code(number: int, given: Any) -> Code:
    if not isinstance(given, dict):
        raise UsageError(f"code {number} is not written as {{id: ..., key: ..., label: ...}}")
    if others := sorted(str(name) for name in given if name not in _KNOWN):
        raise UsageError(f"code {number} has `{others[0][:40]}`; a code may have {', '.join(sorted(_KNOWN))}")
    for name in _NEEDED:
        if given.get(name) in (None, ""):
            raise UsageError(f"code {number} lacks `{name}`; add it")
    # A digit as a key may be written without quotes, and is then a number.
    key = str(given["key"]) if isinstance(given["key"], int) and not isinstance(given["key"], bool) else given["key"]
    name = given["id"]
    if not isinstance(name, str) or not _ID.fullmatch(name):
        raise UsageError(f"code {number}: write its `id` in lower-case letters, digits, '-' and '_', at most 40")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise UsageError(f"code {name}: its `key` is to be one digit or one lower-case letter")
    if key in RESERVED:
        raise UsageError(f"code {name}: the key `{key}` does something else in the room; give it one of {_free()}")
    label = _label(name, "label", given["label"])
    german = _label(name, "label_de", given.get("label_de") or given["label"])
    for flag in ("distress", "second"):
        if not isinstance(given.get(flag, False), bool):
            raise UsageError(f"code {name}: `{flag}` is to be true or false")
    return Code(name, key, label, german, given.get("distress", False), given.get("second", False))


def _free() -> str:
    return " ".join(sorted(set("0123456789abcdefghijklmnopqrstuvwxyz") - RESERVED))


def _label(name: str, which: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > _MOST_LABEL or not value.isprintable():
        raise UsageError(f"code {name}: its `{which}` is to be a text of 1 to {_MOST_LABEL} characters on one line")
    return value.strip()


def _refuse_twice(what: str, values: Iterable[str]) -> None:
    seen = set[str]()
    for value in values:
        if value in seen:
            raise UsageError(f"the {what} `{value}` is given to two codes; give one of them another")
        seen.add(value)
