"""The options ``-v`` and ``--log FILE``, which every command has, and what they write."""

from __future__ import annotations

import functools
import logging
import os
import platform
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from echoforensics.version import __version__

LOGGER = logging.getLogger("echoforensics")
#: How a line of a log begins.
_LINE = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ")
_META = "echoforensics.log"
_VERBOSE, _FILE = f"{_META}.verbose", f"{_META}.file"


def add_log_options(command: click.Command) -> None:
    """Give a command, or every command of a group, the options. Doing it again changes nothing."""
    if isinstance(command, click.Group):
        for each in command.commands.values():
            add_log_options(each)
        return
    if command.callback is None or any(parameter.name == "log_file" for parameter in command.params):
        return
    command.params += [
        click.Option(
            ["-v", "--verbose"], is_flag=True, expose_value=False, callback=_kept(_VERBOSE),
            help="Say on standard error what is done, file by file, with the time.",
        ),
        click.Option(
            ["--log", "log_file"], metavar="FILE", type=click.Path(path_type=Path), expose_value=False,
            callback=_kept(_FILE), help="Add the same to this file. It may not lie in a folder that the command names.",
        ),
    ]  # fmt: skip
    command.callback = _logged(command.callback)


def _kept(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def keep(context: click.Context, _: click.Parameter, value: Any) -> None:
        context.meta[name] = value

    return keep


def _logged(callback: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(callback)
    def run(*arguments: Any, **options: Any) -> Any:
        context = click.get_current_context()
        verbose, file = bool(context.meta.get(_VERBOSE)), context.meta.get(_FILE)
        if not verbose and file is None:
            return callback(*arguments, **options)
        if file is not None:
            given = {
                name: value
                for name, value in context.params.items()
                if context.get_parameter_source(name) is not ParameterSource.DEFAULT
            }
            # Sources are texts, as one may be an address.
            sources = tuple(Path(source) for source in given.get("sources", ()) if "://" not in str(source))
            _refuse_inside(file, (*given.values(), sources))
        with _handlers(file, verbose=verbose), _ending():
            LOGGER.info("echoforensics %s: %s", __version__, " ".join(map(ascii, sys.argv[1:])))
            LOGGER.info("%s, Python %s, process %d", platform.platform(), platform.python_version(), os.getpid())
            return callback(*arguments, **options)

    return run


def _refuse_inside(file: Path, values: Iterable[Any]) -> None:
    """A log in a case, a source or an export would be one file more in what is sealed or hashed."""
    from echoforensics.errors import UsageError

    target = file.absolute().resolve()
    named = [each for value in values for each in (value if isinstance(value, tuple) else (value,))]
    for path in named:
        if isinstance(path, Path) and path.absolute().resolve() in (target, *target.parents):
            raise UsageError(f"--log {file}: lies in {path}, which the command itself reads or writes")
    if any((folder / "custody.jsonl").is_file() for folder in target.parents):
        raise UsageError(f"--log {file}: lies in a case, which holds nothing but its own files")


def _refuse_others_file(file: Path) -> None:
    """Nothing is added to a file that is no log: evidence, a key, the file of a case by another name."""
    from echoforensics.errors import UsageError

    if file.is_file():
        with file.open("rb") as stream:
            start = stream.read(32)
        if start and not _LINE.match(start):
            raise UsageError(f"--log {file}: holds something else than a log; name another file")


class _LogFile(logging.FileHandler):
    """The file of ``--log``. Where it cannot be written, that is said once, and the command goes on."""

    _failed = False

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line."""
        try:
            if self.stream is not None:
                self.stream.write(f"{self.format(record)}{self.terminator}")
                self.stream.flush()
        except OSError as error:
            self._say(error)

    def close(self) -> None:
        """Close the file."""
        try:
            super().close()
        except OSError as error:
            self._say(error)

    def _say(self, error: OSError) -> None:
        if not self._failed:
            click.echo(f"echoforensics: --log {self.baseFilename}: is not whole: {error.strerror or error}", err=True)
        self._failed = True


@contextmanager
def _handlers(file: Path | None, *, verbose: bool) -> Iterator[None]:
    from echoforensics.errors import UsageError

    handlers: list[logging.Handler] = [logging.StreamHandler()] if verbose else []
    if file is not None:
        try:
            _refuse_others_file(file)
            handlers.append(_LogFile(file, encoding="utf-8", errors="backslashreplace"))
        except OSError as error:
            raise UsageError(f"--log {file}: cannot be written: {error.strerror or error}") from error
    form = logging.Formatter("%(asctime)s.%(msecs)03dZ %(levelname)-7s %(message)s", "%Y-%m-%dT%H:%M:%S")
    form.converter = time.gmtime
    for handler in handlers:
        handler.setFormatter(form)
        LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.DEBUG)
    LOGGER.propagate = False
    try:
        yield
    finally:
        for handler in handlers:
            LOGGER.removeHandler(handler)
            handler.close()


@contextmanager
def _ending() -> Iterator[None]:
    """Log how a command ends, and how long it took."""
    begun = time.monotonic()
    ended = "with an error of its own"
    try:
        yield
        ended = "done"
    except SystemExit as error:
        ended = f"with {error.code}"
        raise
    except BaseException as error:
        LOGGER.error("%s: %s", type(error).__name__, error, exc_info=True)
        ended = f"with {type(error).__name__}"
        raise
    finally:
        LOGGER.info("ended %s after %.3f s", ended, time.monotonic() - begun)


def is_verbose() -> bool:
    """Whether the log is shown on standard error, so that nothing else need say there what is done."""
    return any(type(handler) is logging.StreamHandler for handler in LOGGER.handlers)


def log_step(doing: str) -> None:
    """Log what a command is about to do; nothing where no log was asked for."""
    LOGGER.info("%s", _shown(doing))


def _shown(text: str) -> str:
    from echoforensics.cli.safe_text import safe

    return safe(text)
