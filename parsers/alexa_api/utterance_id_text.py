"""An utterance id on its own, as found among bytes of unknown origin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import unquote

from parsers.alexa_api.items import spoken
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register
from parsers.utterance import UtteranceId

DATA_TYPE = "echo:utterance_id:found"
#: The greatest length of an id, percent-encoded or not.
MAX_SIZE = 360
_SIGNS = re.compile(rb"[\w:/.%-]+")


@register
class UtteranceIdText(Parser):
    """Reads a file that holds one utterance id and nothing else."""

    name: ClassVar[str] = "utterance_id_text"
    version: ClassVar[str] = "1"
    text_only: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="An utterance id by itself",
        data_types=(DATA_TYPE,),
        known_by=("a file whose whole content is one utterance id, plain or percent-encoded",),
        shows=(
            "That an utterance id is in the evidence, with the device type, the serial number and the time that"
            " are written in it."
        ),
        does_not_show=(
            "That a recording or a record of that utterance was there; who spoke; why or when the id was written to"
            " the place where it was found."
        ),
        validated_on=("Ids of the DFRWS 2017 challenge and of an Echo of the first generation, 2021 and 2022",),
        limits=(
            "Letters and digits directly before or after an id that is found among other bytes cannot be told from it:"
            " its first and its last part may be longer than the id was.",
        ),
        references=(
            "https://github.com/dfrws/dfrws2017-challenge",
            "https://github.com/cleminator/AlexaPaperDatasets",
        ),
    )

    def claims(self, source: Source) -> bool:
        """Whether the whole content is one utterance id."""
        return source.size <= MAX_SIZE and _read(source.head) is not None

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield one record."""
        with source.open() as stream:
            content = stream.read(MAX_SIZE + 1)
        utterance = _read(content)
        if utterance is None:
            yield Issue("One utterance id was expected.", "", content[:64])
            return
        yield record_of(utterance, "", encoded=b"%" in content)


def record_of(utterance: UtteranceId, locator: str, *, encoded: bool, alone: bool = True) -> Record:
    """The record of an utterance id.

    Args:
        utterance: the id.
        locator: its locator.
        encoded: whether it is percent-encoded there.
        alone: whether the file holds nothing else.
    """
    kind = spoken.device_type(utterance)
    parts = [f"An utterance id stands here: {utterance.text}"]
    if kind:
        parts.append(
            f"it names a device of type {kind}" + (f", serial number {utterance.serial}" if utterance.serial else "")
        )
    elif utterance.source == spoken.TEXT_SOURCE:
        parts.append(f"it names {spoken.TEXT_SOURCE} as its source, which stands for text, not speech")
    around = "Nothing but the id is here." if alone else "What stands around it in the file was not read."
    return Record(
        data_type=DATA_TYPE,
        message=f"{'; '.join(parts)}. {around}",
        locator=locator,
        timestamps=(spoken.to_timestamp(utterance),),
        device_serial=utterance.serial,
        device_type=kind,
        utterance_id=utterance.text,
        fields={
            "source": utterance.source,
            "stream": utterance.uuid,
            "region": utterance.region,
            "segment": utterance.segment,
            "percent_encoded": encoded,
        },
    )


def _read(content: bytes) -> UtteranceId | None:
    """Parse bytes as an id; None if they are not one."""
    if len(content) > MAX_SIZE or not _SIGNS.fullmatch(content):
        return None
    text = content.decode("ascii")
    return UtteranceId.parse(text) or UtteranceId.parse(unquote(text))
