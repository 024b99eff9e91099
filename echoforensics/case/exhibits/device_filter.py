"""Finds rows of a device: those that name it, and those from its own disk that name none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from echoforensics.case.store import Store

#: Data types of records with the account's name of a device, and the fields that hold the name.
_NAMING = ("alexa:cloud:device", "alexa:cloud:device_preference", "alexa:cloud:history")
_FIELDS = ("accountName", "deviceName", "device_name")


def device_names(store: Store) -> dict[str, tuple[str, ...]]:
    """The names that records give devices, by serial number; each name once, in order."""
    marks = ", ".join("?" for _ in _NAMING)
    fields = ", ".join(f"json_extract(fields, '$.{name}')" for name in _FIELDS)
    found: dict[str, set[str]] = {}
    for serial, *names in store.db.execute(
        f"SELECT DISTINCT device_serial, {fields} FROM records WHERE device_serial IS NOT NULL AND kind IN"  # noqa: S608
        f" (SELECT id FROM kinds WHERE data_type IN ({marks}))",
        _NAMING,
    ):
        found.setdefault(serial, set()).update(name for name in names if isinstance(name, str) and name)
    return {serial: tuple(sorted(names)) for serial, names in sorted(found.items()) if names}


def own_disks(store: Store) -> dict[str, str]:
    """Evidence items that come from a single device, with its serial number.

    In such an item, all records of the device itself (``echo:*``) name the same serial number.
    """
    serials: dict[str, set[str]] = {}
    for item, serial in store.db.execute(
        "SELECT DISTINCT evidence, device_serial FROM row_details WHERE data_type LIKE 'echo:%'"
        " AND device_serial IS NOT NULL"
    ):
        serials.setdefault(item, set()).add(serial)
    return {item: found.pop() for item, found in sorted(serials.items()) if len(found) == 1}


def device_clause(store: Store, wanted: tuple[str, ...]) -> tuple[str, list[Any]]:
    """Return the SQL condition for the rows of devices, with its values.

    Args:
        store: the case's store.
        wanted: serial numbers, device types, or names that records give devices, in any case.
    """
    asked = {name.casefold() for name in wanted}
    named = [serial for serial, names in device_names(store).items() if asked & {name.casefold() for name in names}]
    serials = list(dict.fromkeys((*wanted, *named)))
    clauses = [f"device_serial IN ({_marks(serials)})", f"device_type IN ({_marks(wanted)})"]
    values: list[Any] = [*serials, *wanted]
    if items := [item for item, serial in own_disks(store).items() if serial in serials]:
        clauses.append(f"(device_serial IS NULL AND evidence IN ({_marks(items)}))")
        values += items
    return f"({' OR '.join(clauses)})", values


def _marks(values: list[str] | tuple[str, ...]) -> str:
    return ", ".join("?" for _ in values)
