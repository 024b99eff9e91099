"""Reads the settings of a user or laboratory that apply to every run, from a TOML file.

The file is the one named by ``$ECHOFORENSICS_CONFIG``, or else ``config.toml`` in the user's settings folder. The
command line and ``$ECHOFORENSICS_KEY`` always take precedence.

References:
    TOML 1.0.0, https://toml.io/en/v1.0.0
"""

from __future__ import annotations

import difflib
import json
import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from echoforensics.errors import UsageError
from echoforensics.key_record import settings_folder
from echoforensics.zones import zone

#: The environment variable that names the file.
VARIABLE = "ECHOFORENSICS_CONFIG"
#: The settings and their purposes.
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
    """The settings in effect.

    Attributes:
        path: the file, whether or not it exists.
        found: whether it exists.
        values: its settings by name; none is empty.
    """

    path: Path
    found: bool
    values: Mapping[str, str] = field(default_factory=dict)

    def key(self) -> str:
        """The key: its address on a card, or its path (relative to the file's folder); empty if not set."""
        given = self.values.get("key", "")
        if not given or given.startswith("pkcs11:"):
            return given
        return str(self.path.parent / Path(given).expanduser())


def configuration_path() -> Path:
    """Return the path of the file, whether or not it exists."""
    if given := os.environ.get(VARIABLE):
        return Path(given).expanduser()
    return settings_folder() / "config.toml"


def read_configuration() -> Configuration:
    """Read the settings.

    Raises:
        UsageError: the file cannot be read, is not TOML, or has an unknown setting or invalid value; or
            ``$ECHOFORENSICS_CONFIG`` names a missing file.
    """
    path = configuration_path()
    try:
        # A pipe or a device may never end.
        if not stat.S_ISREG(path.stat().st_mode):
            raise UsageError(f"{path}: is not a regular file; the settings are read from one")
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
    """Return the text of a file with some settings; the other settings appear as comments.

    Args:
        values: the settings by name; an empty value is not set.
    """
    lines = [_HEAD]
    for name, what in SETTINGS.items():
        given = values.get(name, "")
        lines.append(f"# {what}\n{'' if given else '# '}{name} = {json.dumps(given, ensure_ascii=False)}\n")
    return "\n".join(lines)
