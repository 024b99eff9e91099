"""Answers of the Alexa service in text: logs of home-automation programs, notes, script output.

References:
    Logs from issues that users published on GitHub for ioBroker.alexa2, Home Assistant (alexa_media_player,
    aioamazondevices), openHAB (amazonechocontrol) and node-red-contrib-amazon-echo.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from parsers.alexa_api.items.service_names import CODED, KEY, is_identifier, names_in
from parsers.alexa_api.items.text_values import PIECE, WHOLE
from parsers.alexa_api.named_file import NamedFile, names_of, not_read
from parsers.alexa_api.utterance_id_text import DATA_TYPE as UTTERANCE_TYPE
from parsers.bounded_issues import bounded
from parsers.encoding import as_utf8
from parsers.formats.logs.lines import FILE_TYPE
from parsers.parser import ANSWERS, About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import load, register


@register
class AnswersInText(Parser):
    """Reads the answers in a text."""

    name: ClassVar[str] = "answers_in_text"
    version: ClassVar[str] = "8"
    text_only: ClassVar[bool] = True
    last_resort: ClassVar[int] = 1
    about: ClassVar[About] = About(
        title="Answers of the Alexa service in logs, notes and other text",
        data_types=(UTTERANCE_TYPE,),
        hands_on=(ANSWERS,),
        known_by=(
            "text that no other parser reads, or of which another parser reads the lines of a log, and that names the"
            " service anywhere: an address, an utterance id, a key of its answers",
        ),
        shows=(
            "That a program or a person wrote down this answer of the service, or this record of one. The record"
            " is read like an answer in a file of its own; the words before it on its line are kept with it."
        ),
        does_not_show=(
            "That the text is as it was written: it can be changed with any editor, and programs cut long lines. The"
            " zone of the times in a log, where it writes none."
        ),
        validated_on=("Made files only, in the forms that the logs in the references have.",),
        limits=(
            "Read are JSON, JSON within a text value, YAML, TOML, and the notations of Python, JavaScript and Java; the"
            " same in base64 (also compressed by gzip or zlib), in hexadecimal and as numbers (a Buffer of Node.js), in"
            " fields of CSV, in texts of SQL between apostrophes, in"
            " escaped HTML and XML, in addresses and forms, in quoted-printable mail, with a terminal's colours; and"
            " the text of documents (RTF, Word, OpenDocument, HTML), without its formatting.",
            f"A text that is longer than {WHOLE} bytes is read in pieces of {PIECE} bytes. Coded texts are looked for"
            " in each piece by itself, up to the end of its last line.",
            "Times of a log's line are on the timeline where the line writes a zone; else they are kept without one.",
        ),
        references=(
            "https://github.com/Apollon77/ioBroker.alexa2/issues",
            "https://github.com/alandtse/alexa_media_player/issues",
            "https://github.com/openhab/openhab-addons/issues/19724",
            "https://github.com/home-assistant/core/issues/147526",
        ),
    )

    def claims(self, source: Source) -> bool:
        """Whether the text names the service."""
        return bool(source.names) or any(name.kind == KEY for name in names_in(as_utf8(source.head)))

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the records of every answer in the text; if there are none, the names of the service in it.

        Of a log whose lines another parser reads, only keys of answers are reported: that parser tells of the rest.
        """
        from parsers.alexa_api.answers.text_reading import TextReading

        reading = TextReading(source)
        yield from bounded(reading.run())
        if reading.records:
            return
        if _is_read_by_line(source):
            if keys := [name for name in names_of(source) if name.kind in (KEY, CODED) and not is_identifier(name)]:
                yield replace(not_read(keys), parser=NamedFile.name)
            return
        for item in NamedFile().parse(source):
            if isinstance(item, Issue):
                yield replace(item, parser=NamedFile.name)
            else:
                yield replace(item, parser=NamedFile.name, parser_version=NamedFile.version)


def _is_read_by_line(source: Source) -> bool:
    """Whether a parser of logs reads the lines of the text."""
    return any(
        parser.claims(source) for parser in load() if parser.reads_lines and FILE_TYPE in parser.about.data_types
    )
