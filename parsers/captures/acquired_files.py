"""CIFT's list of acquired files, ``ACQUIRED_FILE.csv``: the address of each saved answer.

References:
    jungheum/pycift (Chung, Park and Lee, 2018): the columns, and that times are those of the examiner's workstation,
    labelled with its offset at that time; its example result.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from urllib.parse import unquote

from parsers.alexa_api.items import spoken
from parsers.alexa_api.items.activity_key import ActivityKey
from parsers.alexa_api.items.address import ApiUrl
from parsers.formats.csv.rows import LocatedRow, rows
from parsers.parser import About, Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.registry import register
from parsers.values import Keeper, shown

DATA_TYPE = "alexa:app:acquired_file"
#: Longer files are not read.
MAX_BYTES = 64 * 1024 * 1024
#: Reading ends after this many malformed rows.
MAX_ISSUES = 200
_NEEDED = frozenset({"src_path", "saved_path", "sha1", "saved_timestamp"})
_TIME = re.compile(r"\s*(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?\s*", re.ASCII)
_ZONE = re.compile(r"\s*UTC\s*(?:([+-])(\d{1,2})(?::(\d\d)|\.(\d{1,2}))?)?\s*", re.ASCII)
_SHA1 = re.compile(r"[0-9a-fA-F]{40}")
#: Names that CIFT gives to saved files; other files keep theirs, and several can share a name.
_OWN_NAME = re.compile(r"[0-9a-f]{40}\.\w{1,8}|\(.*\)_TEXT\(.*\)\.wav", re.IGNORECASE)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SAVED = "When CIFT saved the file, by the clock and in the zone of the examiner's workstation."
_MODIFIED = "When the source file was last changed, as CIFT wrote it in the zone of the examiner's workstation."
_ZONED = " UTC is computed from the label {zone}, the workstation's offset at the time of the examination."
_UNZONED = " The label {zone} is not understood, so the zone is unknown."


@register
class CiftAcquiredFiles(Parser):
    """Reads the list, one record per row."""

    name: ClassVar[str] = "cift_acquired_files"
    version: ClassVar[str] = "2"
    needs: ClassVar[tuple[bytes, ...]] = (rb"(?i)saved_timestamp",)
    text_only: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="CIFT's list of acquired files",
        data_types=(DATA_TYPE,),
        known_by=("CSV whose first line names src_path, saved_path, sha1 and saved_timestamp",),
        shows=(
            "Which address or path each file in CIFT's evidence library came from, its SHA-1, when CIFT saved it and,"
            " where the address holds it, the time the client wrote into it."
        ),
        does_not_show=(
            "When a request was made: the time in an address is when the client's page was loaded, counted up with"
            " each request. That a file is unchanged: its SHA-1 must be computed again and compared."
        ),
        validated_on=("CIFT's example result of 2018: 78 rows (jungheum/pycift)",),
        limits=(
            f"Files longer than {MAX_BYTES} bytes are not read.",
            "The zone label is the workstation's offset at the time of the examination.",
        ),
        references=("https://github.com/jungheum/pycift",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the first line names the columns, in any order."""
        first = source.head[:4096].removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0]
        names = {name.strip().strip(b'"').lower() for name in first.rstrip(b"\r").split(b",")}
        return {name.encode() for name in _NEEDED} <= names

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each row."""
        if source.size > MAX_BYTES:
            yield Issue(f"The file is longer than {MAX_BYTES} bytes ({source.size}): it was not read.")
            return
        with source.open() as stream:
            yield from _records(rows(stream))


def _records(found: Iterator[LocatedRow]) -> Iterator[Record | Issue]:
    names: list[str] | None = None
    issues = 0
    for row in found:
        if row.issue or (names and len(row.values) != len(names)):
            issues += 1
            issue = row.issue or f"{len(row.values)} values under {len(names or ())} names"
            yield Issue(f"A row of the list cannot be read: {issue}.", row.locator, row.excerpt)
            if issues >= MAX_ISSUES:
                yield Issue(f"{MAX_ISSUES} rows could not be read: the rest was not read.", row.locator)
                return
            continue
        if row.encoding_issue:
            yield Issue(f"{row.encoding_issue}.", row.locator, row.excerpt)
        if names is None:
            names = [name.strip().lower() for name in row.values]
            if not set(names) >= _NEEDED:
                yield Issue("The first line does not name the columns of CIFT's list.", row.locator, row.excerpt)
                return
        else:
            yield _record(dict(zip(names, row.values, strict=True)), row.locator)


def _record(row: Mapping[str, str], locator: str) -> Record:
    origin = row["src_path"]
    operation = row.get("operation_type", "")
    url = ApiUrl.parse(origin) if "://" in origin else None
    utterance = spoken.in_url(origin) if url else None
    key = ActivityKey.find(unquote(url.path)) if url else None
    query = url.query if url else {}
    fields: dict[str, Value] = Keeper().fields({name: value for name, value in row.items() if name})
    if url:
        fields["request_url"] = url.text
        if (requested := url.requested) is not None:
            fields["request_time_ms"] = requested
    clock = Clock.PHONE if operation.upper().startswith("COMPANION_APP") else Clock.UNKNOWN
    asked = url.to_timestamp(clock) if url else None
    timestamps = [spoken.to_timestamp(utterance)] if utterance else []
    timestamps += [asked] if asked else []
    timestamps += _examiner_times(row)
    return Record(
        data_type=DATA_TYPE,
        message=_message(row, url),
        locator=locator,
        timestamps=tuple(timestamps),
        device_serial=query.get("deviceSerialNumber") or (utterance.serial if utterance else None),
        device_type=query.get("deviceType") or spoken.device_type(utterance),
        account=key.customer if key else query.get("customerId") or None,
        utterance_id=utterance.text if utterance else None,
        fields=fields,
        keys=_keys(row, key),
    )


def _keys(row: Mapping[str, str], key: ActivityKey | None) -> tuple[str, ...]:
    keys = []
    if _SHA1.fullmatch(row["sha1"].strip()):
        keys.append(f"content-sha1:{row['sha1'].strip().lower()}")
    name = re.split(r"[/\\]", row["saved_path"].strip())[-1]
    if _OWN_NAME.fullmatch(name):
        keys.append(f"saved-as:{name}")
    if key:
        keys.append(key.key)
    return tuple(keys)


def _message(row: Mapping[str, str], url: ApiUrl | None) -> str:
    if url:
        what = f"the answer of the Alexa service to {url.plain_path}"
    else:
        what = f'a file from "{shown(row["src_path"]) or ""}"'
    described = shown(row.get("desc", ""))
    described = f', described as "{described}"' if described and described != "-" else ""
    return f"CIFT's list of acquired files names {what}{described}."


def _examiner_times(row: Mapping[str, str]) -> Iterator[Timestamp]:
    zone = row.get("timezone", "")
    offset = _offset(zone)
    for name, description, note in (
        ("saved_timestamp", "Added Time", _SAVED),
        ("modified_timestamp", "Content Modification Time", _MODIFIED),
    ):
        recorded = row.get(name, "")
        found = _TIME.fullmatch(recorded)
        if found is None:
            continue
        timestamp = None if offset is None else _timestamp(found, offset)
        meaning = note + (_UNZONED if offset is None else _ZONED).format(zone=f'"{shown(zone, 40) or ""}"')
        yield Timestamp(description, f"{recorded} {zone}".strip(), Clock.EXAMINER, timestamp, meaning)


def _offset(zone: str) -> timedelta | None:
    """The offset in a label such as ``UTC-4`` or ``UTC+5.5``, or None."""
    found = _ZONE.fullmatch(zone)
    if found is None:
        return None
    sign, hours, minutes, part = found.groups()
    if sign is None:
        return timedelta()
    rest = int(minutes) if minutes else round(float(f"0.{part}") * 60) if part else 0
    offset = timedelta(hours=int(hours), minutes=rest)
    return None if offset > timedelta(hours=18) else -offset if sign == "-" else offset


def _timestamp(found: re.Match[str], offset: timedelta) -> int | None:
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    fraction = int((found[7] or "0").ljust(6, "0"))
    try:
        delta = datetime(year, month, day, hour, minute, second, fraction, tzinfo=UTC) - _EPOCH - offset
    except (ValueError, OverflowError):
        return None
    microseconds = (delta.days * 86400 + delta.seconds) * 1_000_000 + delta.microseconds
    return microseconds if year >= 2010 else None
