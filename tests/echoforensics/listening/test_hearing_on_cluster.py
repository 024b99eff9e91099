"""Listening on the workers of a cluster finds what listening here finds; the workers get recordings, and no key."""

from __future__ import annotations

from pathlib import Path

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


def test_a_cluster_finds_what_is_found_here(cluster: str, copy_of_sealed: Path, sealed: Sealed) -> None:
    options = ListenOptions(hotwords=("",))
    with open_case(copy_of_sealed) as case:
        exhibit = next(iter(case.recordings())).rows[0]["exhibit"]
    outcome = listen(copy_of_sealed, sealed.key, options, only=[exhibit], dask=cluster)
    assert outcome.heard == 1
    assert outcome.exhibits
    assert verify_case(copy_of_sealed).ok
    assert listen(copy_of_sealed, sealed.key, options, only=[exhibit]).heard == 0, "it was found with the same models"


def test_answers_come_in_order_and_nothing_is_left_there(cluster: str, sealed: Sealed) -> None:
    options = ListenOptions(hotwords=("",))
    vault = Vault(sealed.path / "artefacts")
    with open_case(sealed.path) as case:
        asked = [RecordingToHear(one.sha256, str(one.fields["container"])) for one in case.recordings()][:1]
    asked.insert(0, RecordingToHear("0" * 64, "WAV"))
    here = Listener(options, vault.root)
    about = here.about()

    found = list(hearing.heard_by_cluster(options, vault.root, asked, cluster, 1, about))

    assert found[1:] == [here.hear(asked[1])]
    assert found[0].why_not.startswith("the file cannot be read")
    with distributed.Client(cluster) as client:
        folders = client.run(lambda dask_worker: dask_worker.local_directory).values()
    assert not [path for folder in folders for path in Path(folder, "echoforensics-listening").rglob("*")
                if path.is_file()]  # fmt: skip
    with pytest.raises(ClusterError, match="other models or libraries"):
        list(hearing.heard_by_cluster(options, vault.root, asked[:1], cluster, 1, {"speech": {}}))
