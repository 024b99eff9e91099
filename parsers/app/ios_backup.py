"""The property lists of an iOS backup: ``Info.plist``, ``Manifest.plist`` and ``Status.plist``.

They state whose backup it is, when it was made, whether it is encrypted, and whether it contains the Alexa app.

References:
    https://theapplewiki.com/wiki/iTunes_Backup; MVT (Mobile Verification Toolkit), decrypt_backup, for the keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from parsers.app.ios_preferences import timestamp_of
from parsers.formats.property_list.property_list import PropertyList, load, looks_like, record_value
from parsers.parser import About, Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.registry import register
from parsers.values import Keeper, shown

DATA_TYPE = "alexa:app:backup"
_APPS = re.compile(r"amazon|alexa", re.IGNORECASE)
_ENCRYPTED = (
    "The backup is encrypted: what it holds of the Alexa app cannot be read without the backup's password. With the"
    " password, decrypt a copy of the backup with a tool made for it, and read that copy; the encrypted backup stays"
    " the exhibit."
)
#: Values that a record keeps, if present.
_KEPT = (
    "Build Version", "Device Name", "Display Name", "IMEI", "Last Backup Date", "Phone Number", "Product Name",
    "Product Type", "Product Version", "Serial Number", "Target Identifier", "Unique Identifier", "iTunes Version",
    "macOS Version", "Date", "IsEncrypted", "SystemDomainsVersion", "Version", "WasPasscodeSet", "BackupState",
    "IsFullBackup", "SnapshotState", "UUID", "BuildVersion", "DeviceName", "ProductType", "ProductVersion",
    "SerialNumber", "UniqueDeviceID",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Kind:
    """One of the lists: words, one of which is in the file's first bytes, and the name of its date."""

    words: tuple[bytes, ...]
    date: str
    note: str


_KINDS = {
    "Info.plist": _Kind(
        (b"Last Backup Date", b"<key>Applications</key>", b"<key>Build Version</key>"),
        "Last Backup Date",
        "When the backup was last made, in UTC, by the computer that made it.",
    ),
    "Manifest.plist": _Kind(
        (b"IsEncrypted", b"BackupKeyBag", b"Lockdown"), "Date", "When the backup's manifest was written, in UTC."
    ),
    "Status.plist": _Kind((b"SnapshotState", b"BackupState"), "Date", "When the backup's state was written, in UTC."),
}


@register
class IosBackup(Parser):
    """Reads one record per list."""

    name: ClassVar[str] = "ios_backup"
    version: ClassVar[str] = "1"
    needs_path: ClassVar[tuple[str, ...]] = ("info.plist", "manifest.plist", "status.plist")
    about: ClassVar[About] = About(
        title="Backup of an iPhone or iPad (Info.plist, Manifest.plist, Status.plist)",
        data_types=(DATA_TYPE,),
        known_by=tuple(
            f"a property list named {name} with {' or '.join(word.decode() for word in kind.words)}"
            for name, kind in _KINDS.items()
        ),
        shows="Which phone the backup says it is of, when it was made, and which Amazon apps it lists.",
        does_not_show="That the backup is whole, or who made it.",
        validated_on=("Made files only.",),
        limits=("Keys of an encrypted backup are not kept. The locator is the whole file.",),
        references=("https://theapplewiki.com/wiki/iTunes_Backup",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the name and the first bytes match one of the lists."""
        kind = _KINDS.get(source.name)
        return kind is not None and looks_like(source.head) and any(word in source.head for word in kind.words)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the record, and an issue if the backup is encrypted."""
        found = load(source)
        yield from found.issues
        kind = _KINDS.get(source.name)
        if kind is None or not found.values:
            return
        if found.values.get("IsEncrypted") is True:
            yield Issue(_ENCRYPTED)
        yield _record(source, kind, found)


def _record(source: Source, kind: _Kind, found: PropertyList) -> Record:
    lockdown = found.values.get("Lockdown")
    device: Mapping[str, object] = lockdown if isinstance(lockdown, Mapping) else {}
    values = {**device, **found.values}
    apps = _apps(found.values)
    encrypted = found.values.get("IsEncrypted")
    parts = [
        _part("the device is named", values, "Device Name", "DeviceName", quoted=True),
        _part("model", values, "Product Type", "ProductType"),
        _part("version of the system", values, "Product Version", "ProductVersion"),
        _part("serial number", values, "Serial Number", "SerialNumber"),
        {True: "the backup is encrypted", False: "the backup is not encrypted"}.get(encrypted is True)
        if isinstance(encrypted, bool)
        else None,
        _part("state", values, "SnapshotState", "BackupState"),
        f"apps of Amazon: {', '.join(apps[:10])}" if apps else None,
    ]
    text = "; ".join(part for part in parts if part) or "nothing that is told here"
    fields: dict[str, Value] = {"file": source.name, "amazon_apps": list(apps)}
    keeper = Keeper()
    for name in _KEPT:
        if name in values:
            fields[name] = keeper.keep(record_value(values[name], name), name)
    udid = shown(values.get("Unique Identifier") or values.get("UniqueDeviceID"), 80)
    return Record(
        DATA_TYPE,
        f"The list {source.name} of an iOS backup says: {text}.",
        "",
        tuple(_timestamps(kind, found)),
        fields=keeper.fields(fields),
        keys=(f"ios-device:{udid.upper()}",) if udid else (),
    )


def _part(label: str, values: Mapping[str, object], *names: str, quoted: bool = False) -> str | None:
    text = next((text for name in names if (text := shown(values.get(name), 80))), None)
    if text is None:
        return None
    return f'{label} "{text}"' if quoted else f"{label} {text}"


def _apps(values: Mapping[str, object]) -> tuple[str, ...]:
    names: list[str] = []
    for key in ("Applications", "Installed Applications"):
        listed = values.get(key)
        if isinstance(listed, (dict, list)):
            names += [name for name in listed if isinstance(name, str) and _APPS.search(name)]
    return tuple(sorted({name[:120] for name in names}))[:100]


def _timestamps(kind: _Kind, found: PropertyList) -> Iterator[Timestamp]:
    for date in found.dates:
        if date.path == kind.date and (timestamp := timestamp_of(date)) is not None:
            yield Timestamp("Backup Time", date.recorded, Clock.UNKNOWN, timestamp, kind.note)
