"""Our parser in plaso. Importing this module is the registration.

plaso's worker processes are given the processing configuration. Where they are not forked they begin anew, without
what the main process registered; but to unpickle the configuration they import the module of its class, which is this
one. So the class must stay here, and never be moved into a script.
"""

from __future__ import annotations

from pathlib import Path

from plaso.cli.helpers.manager import ArgumentHelperManager
from plaso.engine import configurations, extractors
from plaso.parsers.manager import ParsersManager

from echoforensics.errors import EchoforensicsError
from echoforensics.plaso_plugin import overlay, roll_call
from echoforensics.plaso_plugin.arguments import HELPERS
from echoforensics.plaso_plugin.extractor import AlexaEventDataExtractor
from echoforensics.plaso_plugin.parser import AlexaParser
from echoforensics.plaso_plugin.vocabulary import NAME


class AlexaProcessingConfiguration(configurations.ProcessingConfiguration):
    """plaso's processing configuration, which brings our parser into every process that is given it."""

    @property
    def data_location(self) -> str | None:
        """plaso's data folder with ours in it.

        Raises:
            EchoforensicsError: when set to another: no event of ours would be made.
        """
        return self._alexa_data_location

    @data_location.setter
    def data_location(self, path: str | None) -> None:
        if path is not None and not overlay.is_overlay(Path(path)):
            raise EchoforensicsError(f"{path}: plaso's data folder lacks our mapping; it would make no Alexa event")
        self._alexa_data_location = path

    @property
    def parser_filter_expression(self) -> str | None:
        """The names of the parsers that are to be used, with commas."""
        return self._alexa_expression

    @parser_filter_expression.setter
    def parser_filter_expression(self, names: str | None) -> None:
        self._alexa_expression = names
        if names and NAME in ParsersManager.GetParserObjects(parser_filter_expression=names):
            roll_call.call(names)


def register() -> None:
    """Put our parser, options and configuration into plaso. Done again, it changes nothing."""
    if configurations.ProcessingConfiguration is AlexaProcessingConfiguration:
        return
    ParsersManager.RegisterParser(AlexaParser)
    for theirs, ours in HELPERS:
        ArgumentHelperManager.DeregisterHelper(theirs)
        ArgumentHelperManager.RegisterHelper(ours)
    extractors.EventDataExtractor = AlexaEventDataExtractor
    configurations.ProcessingConfiguration = AlexaProcessingConfiguration


register()
