"""Our parser in plaso: by its name and plugins it is listed, chosen and excluded as plaso's own are.

What it reads is read by :mod:`echoforensics.plaso_plugin.extractor`, before plaso's parsers see the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from plaso.lib.errors import WrongParser
from plaso.parsers.interface import FileEntryParser
from plaso.parsers.plugins import BasePlugin

from echoforensics.plaso_plugin.vocabulary import NAME
from parsers.registry import load

if TYPE_CHECKING:
    from dfvfs.vfs.file_entry import FileEntry
    from plaso.parsers.mediator import ParserMediator


class AlexaParser(FileEntryParser):
    """Amazon Echo devices and Alexa accounts, by echoforensics."""

    NAME = NAME
    DATA_FORMAT = "Amazon Echo device and Alexa account artefact"

    _plugin_classes: ClassVar[dict[str, type[BasePlugin]]] = {
        parser.name: type(
            f"{parser.name}_plugin", (BasePlugin,), {"NAME": parser.name, "DATA_FORMAT": parser.about.title}
        )
        for parser in load()
    }

    def EnablePlugins(self, plugin_includes: set[str]) -> None:
        """Enable some of our parsers, or with ``*`` all; remembers which."""
        super().EnablePlugins(plugin_includes)
        everyone = plugin_includes == self.ALL_PLUGINS
        self.enabled = frozenset(self._plugin_classes) if everyone else frozenset(plugin_includes)

    def ParseFileEntry(self, parser_mediator: ParserMediator, file_entry: FileEntry) -> None:  # noqa: ARG002
        """Say that there is nothing more to read: the file was read when plaso came to it."""
        raise WrongParser("read already, before plaso's parsers")
