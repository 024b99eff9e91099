"""Answers of workers: read without running code, whatever they are."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from echoforensics.cluster.answers import (
    RefusedPickleError,
    answer_in,
    answer_of,
    answers_of_workers,
    as_answer,
    failure_text,
    plain_answers_only,
)
from echoforensics.cluster.connection import connected
from echoforensics.cluster.freed_memory import TRIMMING
from echoforensics.errors import ClusterError, SourceError
from tests.pickled_call import PickledCall, note_process

distributed = pytest.importorskip("distributed")


def _task(client: Any, function: Callable[[str], Any], log: str) -> object:
    return answer_of(client.submit(function, log, pure=False))


def _call(client: Any, function: Callable[[str], Any], log: str) -> object:
    (found,) = client.run(function, log, workers=list(client.scheduler_info()["workers"])[:1]).values()
    return answer_in(found)


@pytest.mark.parametrize("asked", [_task, _call])
def test_a_pickle_of_a_worker_runs_nothing_here(cluster: str, tmp_path: Path, asked: Callable[..., object]) -> None:
    log = tmp_path / "log"
    log.touch()
    refused = r"a pickle that names tests\.pickled_call\.note_process is not read"
    with connected(cluster, 1) as client, pytest.raises((ClusterError, RefusedPickleError), match=refused):
        asked(client, PickledCall, str(log))
    assert str(os.getpid()) not in log.read_text().split()

    with distributed.Client(cluster) as client, pytest.raises(ClusterError, match="is not JSON"):
        asked(client, PickledCall, str(log))
    assert str(os.getpid()) in log.read_text().split(), "a client of Dask alone runs it"


def test_it_holds_until_the_last_one_is_done() -> None:
    loads = vars(distributed.protocol.pickle)["loads"]
    first, second = plain_answers_only(), plain_answers_only()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    with pytest.raises(RefusedPickleError):
        loads(pickle.dumps(os.getpid))
    second.__exit__(None, None, None)
    assert loads(pickle.dumps(os.getpid)) is os.getpid


def test_what_a_worker_prints_or_warns_of_is_not_shown(
    cluster: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log"
    log.touch()
    with connected(cluster, 1) as client:
        client.log_event("print", "shown")
        client.log_event("warn", {"message": pickle.dumps(PickledCall(str(log)))})
        answers_of_workers(client, os.getpid)
        for read in (vars(distributed.protocol.pickle)["loads"], vars(distributed.client)["loads"]):
            with pytest.raises(RefusedPickleError):
                read(pickle.dumps(PickledCall(str(log))))
        assert distributed.protocol.pickle.loads(pickle.dumps({"plain": [1, b"2"]})) == {"plain": [1, b"2"]}
    assert "shown" not in capsys.readouterr().out
    assert str(os.getpid()) not in log.read_text().split()


def _fails() -> None:
    raise SourceError("echo.E01: cannot be read")


def _trims() -> bool:
    return TRIMMING in os.environ


def _not_foreseen() -> None:
    raise RuntimeError("out of luck")


def test_errors_of_ours_are_raised_here_and_others_are_described(cluster: str) -> None:
    with connected(cluster, 1) as client:
        assert answer_of(client.submit(as_answer, max, 1, 2)) == 2
        with pytest.raises(SourceError, match=r"^echo\.E01: cannot be read$"):
            answer_of(client.submit(as_answer, _fails))
        with pytest.raises(ClusterError, match=r"a worker failed: RuntimeError, out of luck\. Its"):
            answer_of(client.submit(as_answer, _not_foreseen))
        with pytest.raises(ClusterError, match=r"tcp://.*: failed: RuntimeError, out of luck\."):
            answers_of_workers(client, _not_foreseen)
        assert set(answers_of_workers(client, _trims).values()) == {False}, "each block would be cleared again"
        assert set(answers_of_workers(client, os.getpid)) == set(client.scheduler_info()["workers"])


@pytest.mark.parametrize(
    "answer",
    [
        "text", b"\x80", b"[1]", b'{"answer": 1, "error": "SourceError"}', b'{"error": "SourceError"}',
        b'{"error": "SystemExit", "why": ""}', b'{"error": [], "why": ""}', b"[" * 100_000,
        pickle.dumps({"answer": 1}),
    ],
    ids=range(9),
)  # fmt: skip
def test_anything_else_is_refused(answer: object) -> None:
    with pytest.raises(ClusterError, match="the answer is n"):
        answer_in(answer)


def test_what_a_failure_holds_is_listed_and_not_read(tmp_path: Path) -> None:
    pickled = pickle.dumps(RuntimeError("first", note_process))
    assert "first" in failure_text(Exception(pickled))
    assert failure_text(Exception(pickled[:4])) == "for a reason that it does not name"
    assert failure_text(OSError()) == "OSError"
