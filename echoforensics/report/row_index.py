"""Packs the filter columns of the timeline into a few numbers per row, so that a million rows load at once."""

from __future__ import annotations

import base64
import sys
from array import array
from typing import TYPE_CHECKING, Any

from echoforensics.case.exhibits.copies import items_of_copies
from echoforensics.case.exhibits.device_filter import device_names, own_disks
from echoforensics.case.exhibits.row import STATES
from echoforensics.report.row_summary import RowSummary
from echoforensics.report.words.vocabulary import family_words, kind_words

if TYPE_CHECKING:
    from collections.abc import Hashable

    from echoforensics.case.exhibits.row import FileRow
    from echoforensics.case.store import Store
    from echoforensics.report.words.language import Language

#: The bits of a row's ``flags``.
WITH_RECORDING, BY_MACHINE, BY_PEOPLE = 1, 2, 4
_UNKNOWN = float("nan")


class _Codes:
    """Numbers values in order of appearance; 0 means none."""

    def __init__(self) -> None:
        self.numbers: dict[Hashable, int] = {None: 0}

    def of(self, value: Hashable) -> int:
        return self.numbers.setdefault(value, len(self.numbers))

    @property
    def values(self) -> list[Any]:
        return list(self.numbers)


class RowIndex:
    """The packed columns of all rows, filled row by row.

    Attributes:
        summary: the summary of the rows.
    """

    def __init__(self, store: Store, *, whole: bool = True) -> None:
        """Start without rows. For a part (not ``whole``), only added rows contribute."""
        self.summary = RowSummary()
        self._names = device_names(store) if whole else {}
        self._disks = own_disks(store) if whole else {}
        self._copies = items_of_copies(store) if whole else {}
        self._codes = {name: _Codes() for name in ("kind", "device", "evidence", "person", "record")}
        self._columns: dict[str, array[Any]] = {
            "second": array("d"), "exhibit": array("I"), "record": array("I"), "interaction": array("I"),
            "kind": array("H"), "device": array("H"), "evidence": array("H"), "person": array("H"),
            "state": array("B"), "flags": array("B"),
        }  # fmt: skip

    def add(self, row: FileRow) -> None:
        """Add a row."""
        known = row["timestamp"] is not None and row["datetime"] is not None
        family = row["data_type"].partition(":")[0]
        flags = WITH_RECORDING if row["recording"] else 0
        flags |= {"machine": BY_MACHINE, "annotation": BY_PEOPLE}.get(family, 0)
        items = self._copies.get(row["record"], (row["evidence"],))
        records = self._codes["record"]
        self.summary.add(row, new_record=row["record"] not in records.numbers)
        values: dict[str, float] = {
            "second": (row["timestamp"] or 0) // 1_000_000 if known else _UNKNOWN,
            "exhibit": int(row["exhibit"].rpartition("-")[2]),
            "record": records.of(row["record"]),
            "interaction": int((row["interaction"] or "0").rpartition("-")[2]),
            "kind": self._codes["kind"].of(row["data_type"]),
            "device": self._codes["device"].of(row["device_serial"] or self._disks.get(row["evidence"])),
            "evidence": self._codes["evidence"].of(items),
            "person": self._codes["person"].of(row["person"]),
            "state": STATES.index(row["state"]),
            "flags": flags,
        }
        for name, column in self._columns.items():
            column.append(values[name])

    def as_json(self, words: Language) -> dict[str, Any]:
        """Return the columns in base64, and the values of their numbers."""
        columns = {
            name: [column.typecode, base64.b64encode(_little(column)).decode("ascii")]
            for name, column in self._columns.items()
        }
        kinds, devices = self._codes["kind"].values, self._codes["device"].values
        return {
            "length": len(self._columns["second"]),
            "columns": columns,
            "kinds": [kind and [kind, kind_words(kind, words), family_words(kind, words)] for kind in kinds],
            "devices": [serial and [serial, ", ".join(self._names.get(serial, ()))] for serial in devices],
            "items": [items and list(items) for items in self._codes["evidence"].values],
            "persons": self._codes["person"].values,
            "states": list(STATES),
        }


def _little(column: array[Any]) -> bytes:
    """Return a column's bytes in little-endian order, which browsers use."""
    if sys.byteorder == "big":
        column = column[:]
        column.byteswap()
    return column.tobytes()
