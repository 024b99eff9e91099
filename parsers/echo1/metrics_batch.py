"""Batches of measurements that an Echo stored to send, including those of its wake word detector."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from parsers.formats.protobuf.message import Field, ProtobufError, fields
from parsers.locator import at_bytes
from parsers.parser import About, Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.registry import register
from parsers.times import from_milliseconds
from parsers.values import shown

DATA_TYPE, WAKE_WORD = "echo:metric", "echo:metric:wake_word"
#: Larger batches are cut at this size.
MAX_BYTES = 16 * 1024 * 1024
_HEAD = re.compile(
    rb"\x0a(?:\x20[0-9a-f]{32}|\x10[A-Z0-9]{16})\x12[\x01-\x20][0-9A-Z]{4,32}\x1a[\x01-\x20][A-Z0-9_]{2,32}"
)
_SERIAL = re.compile(r"[A-Z0-9]{16}")
_PATH = re.compile(r"metrics_batch_\d{1,6}_\d{9,14}")
_NOTE = "The device's clock, epoch milliseconds (UTC), as the entry holds it."
_DETECTOR = "PryonWakeword"
_ACCEPTED = re.compile(r"(?P<word>\w{1,40})_Detection_Accept")


@register
class MetricsBatch(Parser):
    """Reads one batch, after decompression."""

    name: ClassVar[str] = "echo_metrics_batch"
    version: ClassVar[str] = "2"
    needs_beginning: ClassVar[tuple[bytes, ...]] = (b"\n\x10", b"\n\x20")
    needs_path: ClassVar[tuple[str, ...]] = ("metrics_batch_",)
    about: ClassVar[About] = About(
        title="Batches of measurements of an Echo (metrics_outbox)",
        data_types=(DATA_TYPE, WAKE_WORD),
        known_by=(
            "a protocol buffer that begins with a name of 32 hexadecimal digits, or a serial number of 16 signs, a"
            " device type and the product's name",
            "metrics_outbox/metrics_batch_{number}_{epoch seconds}, compressed with gzip",
        ),
        shows=(
            "What the device measured of itself and when, by its own clock. Entries of the wake-word detector tell when"
            " it accepted a wake word and which, long after the system log of that time was rotated away."
        ),
        does_not_show="That somebody spoke: the detector may have mistaken another sound for its word.",
        validated_on=(
            "Echo 1st generation (AB72C64C86AW2), software 635556820, June 2019: 44 batches of"
            " Mich21050/EchoSystemFiles",
        ),
        limits=(
            "The meaning of most names is not documented; they are given as recorded.",
            "That later devices write the same form, with their serial number, is inferred from the names of the fields"
            " in a program of Fire OS; no such batch was seen.",
        ),
        references=("github.com/Mich21050/EchoSystemFiles: var/local/metrics_outbox",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the first bytes match or, if they are lost, the name."""
        return bool(_HEAD.match(source.head)) or bool(_PATH.fullmatch(source.name) and source.head[:1] == b"\n")

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each entry."""
        with source.open() as stream:
            content = stream.read(MAX_BYTES)
        if source.size > MAX_BYTES:
            yield Issue(f"The batch is longer than {MAX_BYTES} bytes; the rest was not read.")
        device_type: str | None = None
        facts: dict[str, Value] = {}
        try:
            for field in fields(content):
                if field.number in (1, 2, 3) and isinstance(field.value, bytes):
                    facts[_FACTS[field.number]] = _text(field.value)
                    device_type = _text(field.value) if field.number == 2 else device_type
                elif field.number == 4 and isinstance(field.value, bytes):
                    name, value = _pair(field)
                    facts[name] = value
                elif field.number == 5 and isinstance(field.value, bytes):
                    yield from _entry(field, facts, device_type)
        except ProtobufError as error:
            at = min(error.at, len(content) - 1)
            yield Issue(f"The batch cannot be read further: {error}.", at_bytes(at, 1), content[at : at + 64])


_FACTS = {1: "device_id", 2: "device_type", 3: "product"}


def _entry(field: Field, facts: dict[str, Value], device_type: str | None) -> Iterator[Record | Issue]:
    locator = at_bytes(field.at, field.size)
    program = source = ""
    when: int | None = None
    measured: dict[str, Value] = {}
    try:
        for part in fields(bytes(field.value) if isinstance(field.value, bytes) else b"", field.inside):
            if part.number == 1 and isinstance(part.value, int):
                when = part.value
            elif part.number == 2 and isinstance(part.value, bytes):
                program = _text(part.value)
            elif part.number == 3 and isinstance(part.value, bytes):
                source = _text(part.value)
            elif part.number == 4 and isinstance(part.value, bytes) and len(measured) < 500:
                name, value = _pair(part)
                measured[name] = value
    except ProtobufError as error:
        yield Issue(f"An entry cannot be read to its end: {error}.", locator)
    timestamp = from_milliseconds(when)
    name = str(facts.get("device_id") or "")
    serial = name if _SERIAL.fullmatch(name) else None
    timestamps = (
        (Timestamp("Recorded Time", str(when), Clock.DEVICE, timestamp, _NOTE),) if timestamp is not None else ()
    )
    word = _accepted(source, measured)
    yield Record(
        data_type=WAKE_WORD if word else DATA_TYPE,
        message=_message(program, source, measured, word),
        locator=locator,
        timestamps=timestamps,
        device_serial=serial,
        device_type=device_type,
        fields={**facts, "program": program, "source": source, "time_ms": when, "measured": measured},
        keys=(f"device-guid:{name}",) if name and serial is None else (),
    )


def _accepted(source: str, measured: dict[str, Value]) -> str:
    """The wake word that the detector accepted; empty if the entry does not say."""
    if source != _DETECTOR:
        return ""
    for name, value in measured.items():
        if (found := _ACCEPTED.fullmatch(name)) and value not in ("0", ""):
            return str(measured.get("keywordName") or found["word"])
    return ""


def _message(program: str, source: str, measured: dict[str, Value], word: str) -> str:
    if word:
        return f'The device counted for itself that its detector accepted the wake word "{shown(word, 40)}".'
    listed = ", ".join(f"{shown(name, 80)} {shown(value, 40)}" for name, value in list(measured.items())[:4])
    more = f" and {len(measured) - 4} more" if len(measured) > 4 else ""
    return f"The device counted for itself, {shown(program, 60)} of {shown(source, 60)}: {listed or 'nothing'}{more}."


def _pair(field: Field) -> tuple[str, str]:
    """A name and its value. Raises ProtobufError."""
    name = value = ""
    for part in fields(field.value if isinstance(field.value, bytes) else b"", field.inside):
        if part.number == 1 and isinstance(part.value, bytes):
            name = _text(part.value)
        elif part.number == 2:
            value = _text(part.value) if isinstance(part.value, bytes) else str(part.value)
    return name[:200], value[:2000]


def _text(content: bytes) -> str:
    return content.decode("utf-8", "backslashreplace")
