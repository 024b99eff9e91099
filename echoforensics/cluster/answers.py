"""Answers of a cluster's workers: JSON, so that reading one runs no code.

Dask hands over what a function returns or raises as pickles, and reading a pickle can run any code. Functions that the
command calls on workers therefore return JSON as bytes (:func:`as_answer`); while :func:`plain_answers_only` is
active, Dask reads no pickle that names anything but :class:`bytes`.

References:
    https://docs.python.org/3/library/pickle.html#restricting-globals
    https://distributed.dask.org/en/stable/serialization.html
"""

from __future__ import annotations

import io
import json
import logging
import pickle
import pickletools
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from threading import Lock
from types import ModuleType
from typing import TYPE_CHECKING, Any

from echoforensics import errors
from echoforensics.errors import ClusterError, EchoforensicsError, TaskEndedWorkersError
from echoforensics.scale_extra import scale_library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_ANSWER, _ERROR, _WHY = "answer", "error", "why"
#: What a worker can report: our errors, by name.
_ERRORS = {
    name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, EchoforensicsError)
}
#: The modules of Dask through which its client reads pickles.
_READERS = ("distributed.protocol.pickle", "distributed.client")
#: Where Dask logs what it cannot read, in all its length; the error that follows says enough.
_LOGS = ("distributed.protocol.pickle", "distributed.protocol.core")
_changing = Lock()
#: One for each thread that asked for the restriction, and what ends it.
_askers: list[None] = []
_restored: list[ExitStack] = []
#: The scheduler's error for a task that several workers ended with.
_KILLED = "KilledWorker"
#: What every pickled error has; the traceback comes last.
_IN_EACH, _TRACEBACK = frozenset({"builtins", "__dict__", "args"}), "unpickle_traceback"
_LONGEST = 500


class RefusedPickleError(TypeError):
    """A pickle names something other than :class:`bytes`."""


def as_answer(function: Callable[..., Any], *arguments: Any) -> bytes:
    """Call a function on a worker, and return what it returns or why it failed.

    Args:
        function: returns what JSON can hold, or a dataclass of that; raises errors of this package.
        arguments: its arguments.
    """
    try:
        found = {_ANSWER: function(*arguments)}
    except EchoforensicsError as error:
        found = {_ERROR: type(error).__name__, _WHY: str(error)}
    return json.dumps(found, default=asdict).encode()


def answer_in(answer: object) -> Any:
    """Return what a worker's function returned: a value of JSON.

    Raises:
        EchoforensicsError: the one that the function raised.
        ClusterError: it is no answer of :func:`as_answer`.
    """
    if not isinstance(answer, bytes):
        raise ClusterError(f"the answer is not JSON, but of the type {type(answer).__name__}")
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise ClusterError(f"the answer is not JSON: {error}") from error
    if isinstance(found, dict) and found.keys() == {_ANSWER}:
        return found[_ANSWER]
    if isinstance(found, dict) and found.keys() == {_ERROR, _WHY} and str(found[_ERROR]) in _ERRORS:
        raise _ERRORS[str(found[_ERROR])](str(found[_WHY]))
    raise ClusterError("the answer is neither a result nor an error")


def answer_of(future: Any) -> Any:
    """Return the answer of a task of :func:`as_answer`, once it is there.

    Raises:
        TaskEndedWorkersError: the scheduler gave the task up: workers ended with it.
        ClusterError: the task failed otherwise, or was cancelled.
        EchoforensicsError: as for :func:`answer_in`.
    """
    failed = future.exception()
    if failed is None:
        try:
            return answer_in(future.result())
        except RefusedPickleError as error:
            raise ClusterError(str(error)) from error
    why = failure_text(failed)
    if _KILLED in why:
        raise TaskEndedWorkersError(f"the scheduler gave it up: {why}")
    raise ClusterError(f"a worker failed: {why}. Its log says more")


def answers_of_workers(client: Any, function: Callable[..., Any]) -> dict[str, Any]:
    """Call a function on every worker, and return the answers by the workers' addresses.

    Raises:
        ClusterError: a worker failed.
        EchoforensicsError: as for :func:`answer_in`.
    """
    try:
        found = client.run(as_answer, function, on_error="return")
    except (OSError, ValueError, RefusedPickleError) as error:
        raise ClusterError(f"a worker failed: {error}") from error
    for worker, answer in found.items():
        if isinstance(answer, Exception):
            raise ClusterError(f"{worker}: failed: {failure_text(answer)}. Its log says more")
    return {worker: answer_in(answer) for worker, answer in found.items()}


def failure_text(error: BaseException) -> str:
    """Describe a failure that Dask reports. Of one that is a pickle, the texts in it are listed; it is not read."""
    what = error.args[0] if error.args else ""
    return _texts(what) if isinstance(what, bytes) else str(error) or type(error).__name__


def _texts(pickled: bytes) -> str:
    """The texts of a pickled error, without reading it."""
    found: list[str] = []
    try:
        for _, argument, _ in pickletools.genops(pickled):
            if argument == _TRACEBACK:
                break
            if isinstance(argument, str) and argument.isprintable() and argument not in _IN_EACH:
                found.append(argument)
    except (ValueError, IndexError):
        # What was found before says enough.
        pass
    texts = [text for text in found if not text.startswith(("tblib.", "unpickle_"))]
    return ", ".join(texts)[:_LONGEST] or "for a reason that it does not name"


class _BytesOnly(pickle.Unpickler):
    """Reads pickles of plain values."""

    def find_class(self, module: str, name: str) -> Any:
        """Return :class:`bytes`, as which Dask hands over bytes. Raises RefusedPickleError for everything else."""
        if (module, name) != ("builtins", "bytes"):
            raise RefusedPickleError(f"a pickle that names {module}.{name} is not read")
        return bytes


def _loads(data: bytes, *, buffers: Iterable[Any] | None = None) -> Any:
    return _BytesOnly(io.BytesIO(data), buffers=buffers).load()


@contextmanager
def plain_answers_only() -> Iterator[None]:
    """Let Dask, in the whole of this process, read no pickle that names anything but :class:`bytes`.

    No scheduler can run in the process meanwhile: it reads the pickles of its clients. Several threads may ask for it.
    """
    readers = [scale_library(name, "--dask") for name in _READERS]
    with _changing:
        if not _askers:
            _restored.append(_restricted(readers))
        _askers.append(None)
    try:
        yield
    finally:
        with _changing:
            _askers.pop()
            if not _askers:
                _restored.pop().close()


def _restricted(readers: list[ModuleType]) -> ExitStack:
    """Restrict what Dask reads, until what is returned is closed."""
    strict = ModuleType(pickle.__name__)
    vars(strict).update(vars(pickle))
    vars(strict)["loads"] = _loads
    restored = ExitStack()
    for reader in readers:
        restored.callback(vars(reader).__setitem__, "pickle", vars(reader)["pickle"])
        vars(reader)["pickle"] = strict
    for log in map(logging.getLogger, _LOGS):
        restored.callback(log.setLevel, log.level)
        log.setLevel(logging.CRITICAL + 1)
    return restored
