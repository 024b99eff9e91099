"""Parts that the workers of a cluster make: what one run over the sources gives, also where workers end."""

from __future__ import annotations

import logging
import pickle
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chain_of_custody.keys import SigningKey
from echoforensics.case.case import Case
from echoforensics.case.custody.names import MERGED
from echoforensics.case.sealing.seal import TableDigest, table_digests
from echoforensics.errors import ClusterError, SourceError, UsageError
from echoforensics.extraction.options import Options
from echoforensics.extraction.parts.cluster_run import extract_on_cluster
from echoforensics.extraction.parts.part_task import PartOrder
from echoforensics.extraction.run import extract
from echoforensics.library import extract as library_extract
from echoforensics.verification import verify_case

distributed = pytest.importorskip("distributed")
moto_server = pytest.importorskip("moto.server")

from tests.ending_workers import EndsWhileReading  # noqa: E402 (it needs distributed)

OPTIONS = Options(argv=("test",), examiner="Tester", workers=2)
BUCKET = "evidence"


def silent(*_: object) -> None:
    """Reports nothing."""


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    """The address of an object store of this machine."""
    server = moto_server.ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def cluster(store: str) -> Iterator[str]:
    """The address of a scheduler with two workers, each a process of its own."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "AWS_ENDPOINT_URL": store, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
        }.items():  # fmt: skip
            patch.setenv(name, value)
        with distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=logging.CRITICAL + 1
        ) as made:
            yield made.scheduler_address


@pytest.fixture
def ends(cluster: str, tmp_path: Path) -> Iterator[Callable[[str, int], Path]]:
    """Has workers end while they read a source of a name, so many times."""
    with distributed.Client(cluster) as client:

        def let_end(source: str, times: int) -> Path:
            left = tmp_path / "left"
            left.write_bytes(b"x" * times)
            client.register_plugin(EndsWhileReading(source, left))
            return left

        yield let_end
        client.unregister_worker_plugin(EndsWhileReading.name)
        client.restart()


def tables(path: Path) -> dict[str, TableDigest]:
    with Case.open(path) as case:
        return table_digests(case.store)


def kept(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (path / "artefacts").rglob("*") if file.is_file()}


@pytest.fixture(scope="module")
def whole(sample_sources: list[Path], tmp_path_factory: pytest.TempPathFactory, signing_key: SigningKey) -> Path:
    """What one run over the sources gives."""
    path = tmp_path_factory.mktemp("whole") / "case"
    extract(sample_sources, path, signing_key, OPTIONS, silent)
    return path


def test_a_case_is_that_of_one_run_though_a_worker_ends(
    cluster: str, ends: Callable[[str, int], Path], sample_sources: list[Path], whole: Path, tmp_path: Path,
    signing_key: SigningKey,
) -> None:  # fmt: skip
    left, stages = ends("echo-data.img", 1), list[str]()
    paths = list(map(str, sample_sources))

    counts = extract_on_cluster(
        paths, tmp_path / "case", lambda: signing_key, OPTIONS, lambda doing, *_: stages.append(doing), cluster
    )

    assert left.read_bytes() == b""
    assert tables(tmp_path / "case") == tables(whole)
    assert kept(tmp_path / "case") == kept(whole)
    result = verify_case(tmp_path / "case")
    assert (result.ok, result.complete, result.signed) == (True, True, True)
    with Case.open(tmp_path / "case") as case, Case.open(whole) as one:
        assert counts == case.counts() == one.counts()
        assert list(case.rows()) == list(one.rows())
        assert list(case.interactions()) == list(one.interactions())
        lines: list[Any] = [entry.detail for entry in case.actions() if entry.action == MERGED]
    assert [len(line["workers_lost"]) for line in lines] == [
        int(path.name == "echo-data.img") for path in sample_sources
    ]
    assert all(line["worker"].startswith("tcp://127.0.0.1:") and line["cluster"] == cluster for line in lines)
    assert any("ended while it made the part of" in doing for doing in stages)
    assert not (tmp_path / "case.parts").exists()


def test_a_part_that_ends_two_workers_is_an_issue(
    cluster: str, ends: Callable[[str, int], Path], sample_sources: list[Path], tmp_path: Path, signing_key: SigningKey
) -> None:
    left = ends("alexa-cloud.zip", 5)
    cloud = next(path for path in sample_sources if path.name == "alexa-cloud.zip")
    others = [path for path in sample_sources if path != cloud]

    extract_on_cluster(list(map(str, sample_sources)), tmp_path / "case", signing_key, OPTIONS, silent, cluster)

    assert len(left.read_bytes()) == 3, "two workers ended, and no third"
    assert verify_case(tmp_path / "case").ok
    with Case.open(tmp_path / "case") as case:
        assert [item.name for item in case.evidence()] == [path.name for path in others]
        (issue,) = [issue for issue in case.issues() if issue.path == str(cloud)]
    assert "no worker of the cluster could finish it: 2 workers ended while they worked on it: tcp://" in issue.what

    left.write_bytes(b"")
    extract_on_cluster(list(map(str, sample_sources)), tmp_path / "case", signing_key, OPTIONS, silent, cluster)
    with Case.open(tmp_path / "case") as case:
        assert {item.name for item in case.evidence()} == {path.name for path in sample_sources}
        assert not [issue for issue in case.issues() if issue.path == str(cloud)]


def test_evidence_in_an_object_store_is_read_there(
    cluster: str, store: str, sample_sources: list[Path], whole: Path, tmp_path: Path, signing_key: SigningKey
) -> None:
    s3fs = pytest.importorskip("s3fs")
    there = s3fs.S3FileSystem(key="test", secret="test", endpoint_url=store, skip_instance_cache=True)
    there.makedirs(BUCKET, exist_ok=True)
    addresses = []
    for path in sample_sources:
        there.put(str(path), f"{BUCKET}/{path.name}", recursive=path.is_dir())
        addresses.append(f"s3://{BUCKET}/{path.name}")

    extract_on_cluster(addresses, tmp_path / "case", signing_key, OPTIONS, silent, cluster)

    with Case.open(tmp_path / "case") as case, Case.open(whole) as one:
        assert list(case.rows()) == list(one.rows())
        assert [(item.name, item.sha256) for item in case.evidence()] == [
            (item.name, item.sha256) for item in one.evidence()
        ]
        locations = case.store.db.execute("SELECT location FROM evidence ORDER BY id").fetchall()
    assert [location for (location,) in locations] == addresses
    assert verify_case(tmp_path / "case", sources=False).checks.checks
    with pytest.raises(SourceError, match=f"s3://{BUCKET}/none: does not exist"):
        extract_on_cluster([f"s3://{BUCKET}/none"], tmp_path / "none", None, OPTIONS, silent, cluster)
    assert not (tmp_path / "none").exists()


def test_nothing_is_written_where_a_source_cannot_be_opened(
    cluster: str, sample_sources: list[Path], tmp_path: Path
) -> None:
    paths = [str(sample_sources[0]), str(tmp_path / "none")]
    with pytest.raises(SourceError, match="none"):
        extract_on_cluster(paths, tmp_path / "case", None, OPTIONS, silent, cluster)
    assert not (tmp_path / "case").exists()

    options = Options(argv=("test",), workers=2, skip_unreadable=True)
    extract_on_cluster(paths, tmp_path / "case", None, options, silent, cluster)
    with Case.open(tmp_path / "case") as case:
        assert [item.name for item in case.evidence()] == [sample_sources[0].name]
        assert [issue.path for issue in case.issues() if not issue.evidence] == [paths[1]]


def test_no_key_is_in_what_a_worker_is_given(signing_key: SigningKey) -> None:
    order = pickle.dumps(PartOrder("topic", 0, "source", OPTIONS))
    assert b"SigningKey" not in order
    assert not any("key" in name for name in PartOrder.__slots__)


def test_processes_of_this_machine_are_a_cluster_too(sample_sources: list[Path], whole: Path, tmp_path: Path) -> None:
    with (
        library_extract(sample_sources, tmp_path / "case", key=None, dask="local", workers=2, argv=("test",)) as case,
        Case.open(whole) as one,
    ):
        assert list(case.rows()) == list(one.rows())


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "localhost:8786", "ftp://localhost"])
def test_an_address_without_a_scheduler_is_refused(
    address: str, tmp_path: Path, sample_sources: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("echoforensics.cluster.connection._PATIENCE", 1)
    with pytest.raises((ClusterError, UsageError), match=r"no scheduler answers|--dask takes local, or the address"):
        extract_on_cluster([str(sample_sources[0])], tmp_path / "case", None, OPTIONS, silent, address)
    assert not (tmp_path / "case").exists()


def test_without_the_extra_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"--dask needs .* \(distributed\): pip install 'echoforensics\[scale\]'"):
        extract_on_cluster(["x"], tmp_path / "case", None, OPTIONS, silent, "local")


def test_an_address_in_a_store_needs_a_cluster(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="need --dask"):
        library_extract("s3://bucket/echo.E01", tmp_path / "case", key=None)
