"""plaso's extractor, with our parsers first at every file.

plaso gives a file that has a known signature to the parsers of that signature alone, skips cached files of
browsers, and leaves a file when one of its parsers fails on it. Each loses Alexa events, silently. So our parsers do
not wait their turn among plaso's: they read each file when plaso begins with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plaso.engine import extractors
from plaso.parsers.manager import ParsersManager

from echoforensics.evidence.archives.compressed_file import compression
from echoforensics.evidence.entry import READ_ERRORS
from echoforensics.evidence.limits import Budget
from echoforensics.evidence.walk import is_archive
from echoforensics.plaso_plugin import worker_check
from echoforensics.plaso_plugin.archive_reading import ArchiveReading
from echoforensics.plaso_plugin.fat_check import WARNING, misread_volume
from echoforensics.plaso_plugin.file_source import file_of, in_archive
from echoforensics.plaso_plugin.parser import AlexaParser
from echoforensics.plaso_plugin.reading import FileReading
from echoforensics.plaso_plugin.vocabulary import NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dfvfs.path.path_spec import PathSpec
    from dfvfs.vfs.file_entry import FileEntry
    from plaso.parsers.mediator import ParserMediator


#: Noted where the user chose which paths are to be read: an archive's file may not be among them, but a member is.
FILTERED = "filtered"


class AlexaPathSpecExtractor(extractors.PathSpecExtractor):
    """Of a source that is an archive, gives the archive's own file too.

    plaso enters such an archive at once. Where its folders have no entries of their own, as many programs write it,
    dfVFS cannot open them, and plaso reads nothing and ends as if all were well.
    """

    def ExtractPathSpecs(
        self,
        path_spec: PathSpec,
        find_specs: list[Any] | None = None,
        recurse_file_system: bool = True,
        resolver_context: Any = None,
    ) -> Iterator[PathSpec]:
        """Path specifications of a source. plaso asks for a source's with ``recurse_file_system`` false."""
        if find_specs:
            worker_check.note(FILTERED)
        elif not recurse_file_system and in_archive(path_spec):
            file = path_spec
            while file.HasParent():
                file = file.parent
            yield file
        yield from super().ExtractPathSpecs(
            path_spec,
            find_specs=find_specs,
            recurse_file_system=recurse_file_system,
            resolver_context=resolver_context,
        )


class AlexaEventDataExtractor(extractors.EventDataExtractor):
    """Reads a file with our parsers, then lets plaso's read it."""

    def __init__(self, force_parser: bool = False, parser_filter_expression: str | None = None) -> None:
        super().__init__(force_parser=force_parser, parser_filter_expression=parser_filter_expression)
        enabled = ParsersManager.GetParserObjects(parser_filter_expression=parser_filter_expression).get(NAME)
        self._alexa: AlexaParser | None = enabled
        self._begun: FileEntry | None = None
        self._volumes: set[str] = set()
        worker_check.answer()

    def ParseFileEntryMetadata(self, parser_mediator: ParserMediator, file_entry: FileEntry) -> None:
        """Read the content, then the file system's times. plaso calls it first of all, for each file once."""
        self._read(parser_mediator, file_entry, "")
        super().ParseFileEntryMetadata(parser_mediator, file_entry)

    def ParseDataStream(self, parser_mediator: ParserMediator, file_entry: FileEntry, data_stream_name: str) -> None:
        """Read what was not read with the metadata: named data streams, and content that plaso gives no metadata of."""
        if data_stream_name or file_entry is not self._begun:
            self._read(parser_mediator, file_entry, data_stream_name)
        super().ParseDataStream(parser_mediator, file_entry, data_stream_name)

    def _check_volume(self, mediator: ParserMediator, spec: PathSpec) -> None:
        """Have plaso warn, once a process, of a volume that it misreads."""
        volume = spec.parent.comparable if spec.HasParent() else ""
        if volume not in self._volumes:
            self._volumes.add(volume)
            if misread_volume(spec, mediator.resolver_context):
                mediator.ProduceWarning(WARNING, path_spec=spec.parent)

    def _read(self, mediator: ParserMediator, entry: FileEntry, data_stream: str) -> None:
        self._begun = entry
        archived = in_archive(entry.path_spec) and not worker_check.is_noted(FILTERED)
        if self._alexa is None or not entry.IsFile() or archived:
            # What is in an archive was read with the archive.
            return
        mediator.ClearParserChain()
        mediator.AppendToParserChain(NAME)
        reading = FileReading(mediator, self._alexa.enabled)
        try:
            self._check_volume(mediator, entry.path_spec)
            file = file_of(entry, data_stream, mediator.resolver_context)
            reading.parse(file)
            # Into gzip plaso goes by itself; of bzip2 and xz it would read the first of several streams.
            if is_archive(file.source.head) and compression(file.source.head) != "gzip":
                ArchiveReading(reading, Budget(file.source.size)).read(file)
        except READ_ERRORS as error:
            mediator.ProduceWarning(f"cannot be read: {error}")
        finally:
            mediator.ClearParserChain()
