"""Our parser in plaso. Importing this module is the registration.

plaso's worker processes are given the processing configuration. Where they are not forked they start afresh, without
what the main process registered; but to unpickle the configuration they import the module of its class, which is this
one. So the class must stay here, and never be moved into a script.
"""

from __future__ import annotations

from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plaso.cli.helpers.manager import ArgumentHelperManager
from plaso.containers.counts import WarningCount
from plaso.engine import configurations, extractors
from plaso.parsers.manager import ParsersManager
from plaso.storage.factory import StorageFactory

from echoforensics.errors import EchoforensicsError
from echoforensics.plaso_plugin import overlay, psort_times, worker_check
from echoforensics.plaso_plugin.arguments import HELPERS
from echoforensics.plaso_plugin.extractor import AlexaEventDataExtractor, AlexaPathSpecExtractor
from echoforensics.plaso_plugin.parser import AlexaParser

if TYPE_CHECKING:
    from collections.abc import Callable


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
            raise EchoforensicsError(f"{path}: plaso's data folder lacks our mapping, so no Alexa events would be made")
        self._alexa_data_location = path


def register() -> None:
    """Put our parser, options and configuration into plaso. Done again, it changes nothing."""
    if configurations.ProcessingConfiguration is AlexaProcessingConfiguration:
        return
    ParsersManager.RegisterParser(AlexaParser)
    for theirs, ours in HELPERS:
        ArgumentHelperManager.DeregisterHelper(theirs)
        ArgumentHelperManager.RegisterHelper(ours)
    extractors.EventDataExtractor = AlexaEventDataExtractor
    extractors.PathSpecExtractor = AlexaPathSpecExtractor
    configurations.ProcessingConfiguration = AlexaProcessingConfiguration
    # Called by the tools that extract, once, when they begin.
    StorageFactory.CreateStorageWriter = _calling(StorageFactory.CreateStorageWriter)
    psort_times.correct()
    if "__lt__" not in vars(WarningCount):
        # pinfo sorts such counts, and ends with a TypeError where warnings of two files are stored.
        WarningCount.__lt__ = _fewer


def _calling(create: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(create)
    def called(*arguments: Any, **named: Any) -> Any:
        worker_check.call()
        return create(*arguments, **named)

    return called


def _fewer(one: WarningCount, other: WarningCount) -> bool:
    return bool(one.number_of_events < other.number_of_events)


register()
