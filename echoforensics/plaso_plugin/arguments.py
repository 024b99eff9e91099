"""plaso's options for its data: where it would take its own, it takes ours over its own.

plaso's helpers for options are registered by name, so these take their places. What the user gives still holds: a
data folder of theirs is the one that ours is laid over, and their artefact definitions are read beside ours.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plaso.cli.helpers.artifact_definitions import ArtifactDefinitionsArgumentsHelper
from plaso.cli.helpers.data_location import DataLocationArgumentsHelper

from echoforensics.plaso_plugin import overlay

if TYPE_CHECKING:
    from argparse import Namespace


class AlexaDataLocation(DataLocationArgumentsHelper):
    """Lays our data over plaso's."""

    @classmethod
    def ParseOptions(cls, options: Namespace, configuration_object: Any) -> None:
        """Let plaso find its data folder, and put the overlay in its place."""
        super().ParseOptions(options, configuration_object)
        found = Path(configuration_object.data_location)
        if not overlay.is_overlay(found):
            found = overlay.build(found, _temporary())
        # The tagging plugin looks at the option, everything else at the tool.
        options.data_location = str(found)
        configuration_object._data_location = str(found)  # noqa: SLF001 (as plaso's own helper does)


class AlexaArtifactDefinitions(ArtifactDefinitionsArgumentsHelper):
    """Adds our artefact definitions to the user's."""

    @classmethod
    def ParseOptions(cls, options: Namespace, configuration_object: Any) -> None:
        """Give plaso one folder with both."""
        custom = getattr(options, "custom_artifact_definitions_path", None)
        if not custom or Path(custom).exists():
            options.custom_artifact_definitions_path = str(overlay.artifacts(_temporary(), custom))
        super().ParseOptions(options, configuration_object)


#: In the places of plaso's helpers of the same names.
HELPERS = (
    (DataLocationArgumentsHelper, AlexaDataLocation),
    (ArtifactDefinitionsArgumentsHelper, AlexaArtifactDefinitions),
)


def _temporary() -> Path:
    """A folder that goes when this process ends. Workers that were forked from it leave it alone."""
    folder = Path(tempfile.mkdtemp(prefix="echoforensics-plaso-"))
    atexit.register(_remove, folder, os.getpid())
    return folder


def _remove(folder: Path, owner: int) -> None:
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)
