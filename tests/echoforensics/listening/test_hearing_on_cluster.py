"""Listening on the workers of a cluster finds what listening here finds; the workers get recordings, and no key."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from echoforensics.case.vault import Vault
from echoforensics.errors import ClusterError
from echoforensics.library import open_case
from echoforensics.listening.listener import Listener, ListenOptions, RecordingToHear
from echoforensics.listening.on_cluster import hearing
from echoforensics.listening.run import listen
from echoforensics.verification import verify_case
from tests.echoforensics.conftest import Sealed

distributed = pytest.importorskip("distributed")


@pytest.fixture
def one_worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A cluster of one worker in this process: the models are loaded here already."""
    with (
        distributed.LocalCluster(
            n_workers=1,
            threads_per_worker=1,
            processes=False,
            dashboard_address=None,
            silence_logs=logging.CRITICAL + 1,
        ) as cluster,
        distributed.Client(cluster) as client,
    ):

        @contextmanager
        def connected(address: str, workers: int) -> Iterator[Any]:
            assert (address, workers) == ("local", 1)
            yield client

        monkeypatch.setattr(hearing, "connected", connected)
        yield client
        hearing._listener.cache_clear()


def test_a_cluster_finds_what_is_found_here(one_worker: Any, copy_of_sealed: Path, sealed: Sealed) -> None:
    options = ListenOptions(hotwords=("",))
    with open_case(copy_of_sealed) as case:
        exhibit = next(iter(case.recordings())).rows[0]["exhibit"]
    outcome = listen(copy_of_sealed, sealed.key, options, only=[exhibit], dask="local")
    assert outcome.heard == 1
    assert outcome.exhibits
    assert verify_case(copy_of_sealed).ok
    assert listen(copy_of_sealed, sealed.key, options, only=[exhibit]).heard == 0, "it was found with the same models"


def test_answers_come_in_order_and_nothing_is_left_there(one_worker: Any, sealed: Sealed) -> None:
    options = ListenOptions(hotwords=("",))
    vault = Vault(sealed.path / "artefacts")
    with open_case(sealed.path) as case:
        asked = [RecordingToHear(one.sha256, str(one.fields["container"])) for one in case.recordings()][:2]
    asked.insert(1, RecordingToHear("0" * 64, "WAV"))
    here = Listener(options, vault.root)
    about = here.about()

    found = list(hearing.heard_by_cluster(options, vault.root, asked, "local", 1, about))

    assert [found[0], found[2]] == [here.hear(asked[0]), here.hear(asked[2])]
    assert found[1].why_not.startswith("the file cannot be read")
    (folder,) = one_worker.run(lambda dask_worker: dask_worker.local_directory).values()
    assert not [path for path in (Path(folder) / "echoforensics-listening").rglob("*") if path.is_file()]
    with pytest.raises(ClusterError, match="other models or libraries"):
        list(hearing.heard_by_cluster(options, vault.root, asked[:1], "local", 1, {"speech": {}}))
