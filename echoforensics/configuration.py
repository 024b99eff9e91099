"""What a user or a laboratory has set for every run, in a TOML file.

The file is the one that ``$ECHOFORENSICS_CONFIG`` names, else ``config.toml`` in the folder of the user's settings. The
command line comes before it, always, and so does ``$ECHOFORENSICS_KEY``.

References:
    TOML 1.0.0, https://toml.io/en/v1.0.0
"""

from __future__ import annotations

import difflib
import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from echoforensics.errors import UsageError
from echoforensics.key_record import settings_folder
from echoforensics.zones import zone

#: The environment variable that names the file.
VARIABLE = "ECHOFORENSICS_CONFIG"
#: What may be set, and what it is for.
SETTINGS = {
    "agency": "for whom: `extract` and `case merge` of a new case, and `selftest -o`",
    "examiner": "who examines: `extract` and `case merge` of a new case, `case set` and `case drop`",
    "key": "the examiner's key: a file, or its address on a card (pkcs11:...)",
    "timezone": "IANA zone in which a new case is read beside UTC, such as Europe/Berlin",
}
_HEAD = """\
# Settings of echoforensics for this user. Options on the command line come before them.
# `echoforensics config show` says what is set, and where each value comes from.
"""


@dataclass(frozen=True, slots=True)
class Configuration:
    """What is set.

    Attributes:
        path: the file, whether or not it is there.
        found: whether it is there.
        values: what it sets, by name; each is not empty.
    """

    path: Path
    found: bool
    values: Mapping[str, str] = field(default_factory=dict)

    def key(self) -> str:
        """The key: its address on a card, or its path (relative to the file's folder); empty where none is set."""
        given = self.values.get("key", "")
        if not given or given.startswith("pkcs11:"):
            return given
        return str(self.path.parent / Path(given).expanduser())


def configuration_path() -> Path:
    """Where the file is, or would be."""
    if given := os.environ.get(VARIABLE):
        return Path(given).expanduser()
    return settings_folder() / "config.toml"


def read_configuration() -> Configuration:
    """Read what is set.

    Raises:
        UsageError: the file cannot be read, is no TOML, or sets what there is not or what cannot be; or
            ``$ECHOFORENSICS_CONFIG`` names a file that is not there.
    """
    path = configuration_path()
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        if os.environ.get(VARIABLE):
            raise UsageError(f"{path}: does not exist, but ${VARIABLE} names it") from None
        return Configuration(path, found=False)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: is not TOML: {error}") from error
    except RecursionError as error:
        raise UsageError(f"{path}: is nested too deeply") from error
    return Configuration(path, found=True, values=_checked(path, given))


def _checked(path: Path, given: Mapping[str, object]) -> dict[str, str]:
    values = {}
    for name, value in given.items():
        if name not in SETTINGS:
            near = difflib.get_close_matches(name, SETTINGS, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(SETTINGS)}"
            raise UsageError(f"{path}: no such setting: {name!r}; {hint}")
        if not isinstance(value, str):
            raise UsageError(f"{path}: {name} must be text in quotation marks, not {json.dumps(value, default=str)}")
        if any(ord(letter) < 32 for letter in value):
            raise UsageError(f"{path}: {name} must be one line, without control characters")
        if value.strip():
            values[name] = value.strip()
    if not values.get("key", "").startswith("pkcs11:"):
        try:
            Path(values.get("key", "")).expanduser()
        except RuntimeError as error:
            raise UsageError(f"{path}: key: there is no such user: {values['key']}") from error
    if "timezone" in values:
        try:
            zone(values["timezone"])
        except UsageError as error:
            raise UsageError(f"{path}: timezone: {error}") from error
    return values


def configuration_text(values: Mapping[str, str]) -> str:
    """The text of a file that sets some values; the other settings are in it as comments.

    Args:
        values: by name; one that is empty is not set.
    """
    lines = [_HEAD]
    for name, what in SETTINGS.items():
        given = values.get(name, "")
        lines.append(f"# {what}\n{'' if given else '# '}{name} = {json.dumps(given, ensure_ascii=False)}\n")
    return "\n".join(lines)
