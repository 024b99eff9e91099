"""The Wi-Fi configuration of an Echo: network names if it is text, its entropy if it is not."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from parsers.locator import at_line
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record, Value
from parsers.registry import register
from parsers.secret import hidden, is_secret_name
from parsers.small_file import NO_TIME, numbered, too_many_lines, whole
from parsers.values import Keeper, shown

_DOPPLER, _SUPPLICANT = "wifid.conf", "wpa_supplicant.conf"
_START = re.compile(r"(?:network|cred)\s*=\s*\{|\[[^\[\]]+\]")
_VALUE = re.compile(r"(?P<name>[A-Za-z][\w.-]*)\s*=\s*(?P<value>.*)")
_NAMES = ("ssid", "essid")
# Names with these endings hold secrets; others describe the network.
_SECRET = re.compile(
    r"psk|passphrase|password|passwd|wep_?key\d?|pin|private_key_passwd|eap_?password|pac_file|identity"
)
_BLOCK = re.compile(r"(?m)^\s*(?:network\s*=\s*\{|ctrl_interface=)")


@dataclass(slots=True)
class _Network:
    line: int
    values: dict[str, str] = field(default_factory=dict)


@register
class EchoWifi(Parser):
    """Reads ``wifid.conf`` and ``wpa_supplicant.conf``."""

    name: ClassVar[str] = "echo_wifi"
    version: ClassVar[str] = "1"
    needs_path: ClassVar[tuple[str, ...]] = ("wifid.conf", "wpa_supplicant.conf")
    about: ClassVar[About] = About(
        title="Wi-Fi configuration of an Echo",
        data_types=("echo:wifi:network", "echo:wifi:configuration"),
        known_by=(
            "system/wifid.conf, text or not",
            "wpa_supplicant.conf that begins with settings of wpa_supplicant or a network block",
        ),
        shows="Which Wi-Fi networks the device was set up for, where the file is text.",
        does_not_show=(
            "That the device was connected to a network, or when. Where the file is not text, a high entropy shows"
            " neither that it is encrypted nor how."
        ),
        validated_on=("Echo 1st generation (AB72C64C86AW2): a wifid.conf that is not text (320 bytes)",),
        limits=(
            "Passwords, keys and identities are never shown: their length is, and a SHA-256 if they are long.",
            "Text files were made by hand; on the Echo of the first generation that was seen the file is not text.",
        ),
        references=("wpa_supplicant.conf(5)", "github.com/Mich21050/EchoSystemFiles: var/local/system/wifid.conf"),
    )

    def claims(self, source: Source) -> bool:
        """Whether name and folder match the Echo's file, or name and content match wpa_supplicant's."""
        if source.name == _DOPPLER:
            return source.folder.rsplit("/", 1)[-1] == "system"
        if source.name != _SUPPLICANT:
            return False
        return _BLOCK.search(source.head.decode("utf-8", "replace")) is not None

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each network, or one with the measured entropy if the file is not text."""
        content, issues = whole(source)
        yield from issues
        if not content:
            yield Issue(f'The file "{source.name}" is empty.')
        elif not _is_text(content):
            yield _measured(source.name, content)
        else:
            yield from too_many_lines(content)
            found = list(_networks(content))
            for network in found:
                yield _record(source.name, network)
            if not found:
                yield Issue("The file is text, but no network with a name was found in it.")


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character in "\r\n\t\ufeff" for character in text)


def entropy(content: bytes) -> float:
    """Shannon entropy in bits per byte. Short input cannot reach 8: the maximum is log2 of its length."""
    total = len(content)
    return -sum(count / total * math.log2(count / total) for count in Counter(content).values())


def _measured(file: str, content: bytes) -> Record:
    measured = round(entropy(content), 2)
    most = round(min(8.0, math.log2(len(content))), 2)
    message = (
        f'The Wi-Fi configuration "{file}" is not text: {len(content)} bytes, measured entropy {measured:.2f} of at'
        f" most {most:.2f} bits per byte. No network can be read from it.{NO_TIME}"
    )
    fields: dict[str, Value] = {
        "file": file,
        "bytes": len(content),
        "entropy_bits_per_byte": measured,
        "entropy_at_most": most,
        "whole_blocks_of_16": len(content) % 16 == 0,
    }
    return Record("echo:wifi:configuration", message, "", fields=fields)


def _networks(content: bytes) -> Iterator[_Network]:
    """Yield blocks that name a network: ``network={...}``, or ``[section]`` up to the next."""
    network: _Network | None = None
    for number, line in numbered(content):
        text = line.strip()
        if _START.fullmatch(text) or text == "}":
            if network and _name(network.values):
                yield network
            network = None if text == "}" else _Network(number)
        elif network is not None and (found := _VALUE.fullmatch(text)):
            network.values[found["name"].lower()] = found["value"]
    if network and _name(network.values):
        yield network


def _name(values: dict[str, str]) -> str:
    """The network's name: quoted text, or hexadecimal without quotes."""
    value = next((values[name] for name in _NAMES if values.get(name)), "")
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return value[1:-1]
    if value.startswith('P"') and value.endswith('"') and len(value) >= 3:
        return value[2:-1]
    if value and len(value) % 2 == 0 and len(value) <= 64 and re.fullmatch(r"[0-9A-Fa-f]+", value):
        return bytes.fromhex(value).decode("utf-8", "backslashreplace")
    return value


def _record(file: str, network: _Network) -> Record:
    name = _name(network.values)
    kept: dict[str, Value] = {
        key: hidden(value.strip('"')) if is_secret_name(key) or _SECRET.fullmatch(key) else value
        for key, value in network.values.items()
    }
    secret = kept != network.values
    message = (
        f'The Wi-Fi configuration "{file}" holds settings of the network "{shown(name, 100)}",'
        f" security {shown(network.values.get('key_mgmt')) or 'not given'}, {'with' if secret else 'without'}"
        f" a secret.{NO_TIME}"
    )
    fields: dict[str, Value] = {"file": file, "ssid_text": name, "settings": kept}
    return Record("echo:wifi:network", message, at_line(network.line), fields=Keeper().fields(fields))
