"""Lists what we rely on in plaso, and checks it before use, so that changes in plaso do not go unnoticed."""

from __future__ import annotations

import inspect
from importlib import import_module
from importlib.metadata import version

from echoforensics.errors import EchoforensicsError

#: The release that the tests run with, and the releases expected to be compatible.
TESTED = "20260720"
RANGE = ">=20260720"

#: Module, name in it, and the parameters that a function or a class's constructor is called with by plaso or by us.
Internals = tuple[tuple[str, str, tuple[str, ...]], ...]

#: What writing a storage file relies on.
STORE: Internals = (
    ("plaso.engine.timeliner", "EventDataTimeliner", ("data_location",)),
    (
        "plaso.engine.timeliner",
        "EventDataTimeliner.ProcessEventData",
        ("storage_writer", "event_data", "event_data_stream"),
    ),
    ("plaso.containers.events", "CalculateEventValuesHash", ("event_data", "event_data_stream")),
    ("plaso.storage.factory", "StorageFactory.CreateStorageWriter", ("storage_format",)),
)

#: What our parser relies on.
ENGINE: Internals = (
    ("plaso.engine.configurations", "ProcessingConfiguration", ()),
    ("plaso.engine.extractors", "EventDataExtractor", ("force_parser", "parser_filter_expression")),
    ("plaso.engine.extractors", "EventDataExtractor.ParseFileEntryMetadata", ("parser_mediator", "file_entry")),
    (
        "plaso.engine.extractors",
        "EventDataExtractor.ParseDataStream",
        ("parser_mediator", "file_entry", "data_stream_name"),
    ),
    (
        "plaso.engine.extractors",
        "PathSpecExtractor.ExtractPathSpecs",
        ("path_spec", "find_specs", "recurse_file_system", "resolver_context"),
    ),
    ("plaso.parsers.manager", "ParsersManager.RegisterParser", ("parser_class",)),
    ("plaso.parsers.manager", "ParsersManager.GetParserObjects", ("parser_filter_expression",)),
    ("plaso.parsers.interface", "BaseParser.EnablePlugins", ("plugin_includes",)),
    ("plaso.parsers.mediator", "ParserMediator.ProduceEventData", ("event_data",)),
    ("plaso.parsers.mediator", "ParserMediator.ProduceEventDataStream", ("event_data_stream",)),
    ("plaso.parsers.mediator", "ParserMediator.ProduceWarning", ("message", "path_spec")),
    ("plaso.cli.helpers.manager", "ArgumentHelperManager.RegisterHelper", ("helper_class",)),
    ("plaso.cli.helpers.manager", "ArgumentHelperManager.DeregisterHelper", ("helper_class",)),
    ("plaso.cli.helpers.interface", "ArgumentsHelper.ParseOptions", ("options", "configuration_object")),
    ("plaso.cli.helpers.data_location", "DataLocationArgumentsHelper", ()),
    (
        "plaso.output.formatting_helper",
        "FieldFormattingHelper._FormatDateTime",
        ("output_mediator", "event", "event_data", "event_data_stream"),
    ),
    ("plaso.cli.helpers.artifact_definitions", "ArtifactDefinitionsArgumentsHelper", ()),
)

#: Module, class, and private instance attributes that plaso's own code sets as we do.
ATTRIBUTES: Internals = (
    ("plaso.parsers.mediator", "ParserMediator", ("_event_data_stream", "_event_data_stream_identifier")),
    ("plaso.containers.events", "EventData", ("_parser_chain", "_event_values_hash")),
    ("plaso.cli.tools", "CLITool", ("_data_location",)),
)

#: The tools.
TOOLS = tuple(
    (f"plaso.scripts.{tool}", "Main", ()) for tool in ("image_export", "log2timeline", "pinfo", "psort", "psteal")
)


class PlasoChangedError(EchoforensicsError):
    """The installed plaso lacks something that we rely on."""


def check() -> None:
    """Check everything.

    Raises:
        PlasoChangedError: something is missing or has another signature. The message names it.
    """
    check_engine()
    _check(TOOLS)


def check_engine() -> None:
    """Check everything but the tools. Raises as :func:`check` does."""
    check_store()
    _check(ENGINE)
    for module, name, attributes in ATTRIBUTES:
        instance = getattr(import_module(module), name)()
        if missing := [attribute for attribute in attributes if attribute not in vars(instance)]:
            raise _changed(f"{module}.{name} has no {', '.join(missing)}")


def check_store() -> None:
    """Check what writing storage files relies on. Raises as :func:`check` does."""
    _check(STORE)


def _check(internals: Internals) -> None:
    for module, name, parameters in internals:
        found: object
        try:
            found = import_module(module)
            for part in name.split("."):
                found = getattr(found, part)
        except (ImportError, AttributeError) as error:
            raise _changed(f"{module}.{name} is not there") from error
        known = inspect.signature(found).parameters if callable(found) else {}
        if missing := [parameter for parameter in parameters if parameter not in known]:
            raise _changed(f"{module}.{name} does not take {', '.join(missing)}")


def _changed(what: str) -> PlasoChangedError:
    return PlasoChangedError(
        f"plaso {version('plaso')} is not as echoforensics knows it (tested with {TESTED}): {what}. Nothing was read;"
        " install the tested release, or a newer echoforensics"
    )
