"""Parts that the workers of a cluster make: what one run over the sources gives, also where workers end."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from chain_of_custody.digest import BLOCK_SIZE
from chain_of_custody.keys import SigningKey
from echoforensics.carving.ranges.range_search import RANGE, ranges_of
from echoforensics.case.case import Case
from echoforensics.case.custody.names import MERGED
from echoforensics.case.sealing.seal import TableDigest, table_digests
from echoforensics.case.vault import Vault
from echoforensics.errors import ClusterError, SourceError, UsageError
from echoforensics.evidence.media.ranged_file import RangedFile, read_in_ranges
from echoforensics.extraction.options import Options
from echoforensics.extraction.parts import cluster_run, fetched_source
from echoforensics.extraction.parts.cluster_run import extract_on_cluster
from echoforensics.extraction.parts.fetched_source import fetched
from echoforensics.extraction.parts.part_task import PartOrder
from echoforensics.extraction.parts.range_task import LookedAt, processes_for, ranges_to_search
from echoforensics.extraction.run import extract
from echoforensics.library import extract as library_extract
from echoforensics.verification import verify_case
from tests.echoforensics.conftest import Sealed

distributed = pytest.importorskip("distributed")
moto_server = pytest.importorskip("moto.server")

from tests.ending_workers import EndsAtWork, ForgesParts, GivesEnvironment  # noqa: E402 (it needs distributed)

#: As those of the case that one run made.
OPTIONS = Options("Tester", "Laboratory", "T-1", "Asia/Seoul", argv=("test",), workers=2)
BUCKET = "evidence"


def silent(*_: object) -> None:
    """Reports nothing."""


@pytest.fixture(scope="module")
def store(cluster: str) -> Iterator[str]:
    """The address of an object store of this machine, which the workers know."""
    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    with distributed.Client(cluster) as client:
        client.register_plugin(GivesEnvironment(_variables(address)))
    yield address
    server.stop()


def _variables(store: str) -> dict[str, str]:
    """What names the object store, and an account there."""
    return {
        "AWS_ENDPOINT_URL": store, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }  # fmt: skip


@pytest.fixture
def ends(cluster: str, tmp_path: Path) -> Iterator[Callable[[str, int, int], tuple[Path, Path]]]:
    """Has workers end while they read a source of a name, and while they search a range of it, so many times."""
    with distributed.Client(cluster) as client:

        def let_end(source: str, reading: int, searching: int) -> tuple[Path, Path]:
            left = tmp_path / "reading", tmp_path / "searching"
            for file, times in zip(left, (reading, searching), strict=True):
                file.write_bytes(b"x" * times)
            client.register_plugin(EndsAtWork(source, *left))
            return left

        yield let_end
        client.unregister_worker_plugin(EndsAtWork.name)


def tables(path: Path) -> dict[str, TableDigest]:
    with Case.open(path) as case:
        return table_digests(case.store)


def kept(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (path / "artefacts").rglob("*") if file.is_file()}


def test_a_case_is_that_of_one_run_though_workers_end(
    cluster: str, ends: Callable[[str, int, int], tuple[Path, Path]], sample_sources: list[Path], sealed: Sealed,
    tmp_path: Path, signing_key: SigningKey, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """One ends while it searches a range of the image, one while it reads it. No file is written twice."""
    left, stages = ends("echo-data.img", 1, 1), list[str]()
    paths = list(map(str, sample_sources))
    monkeypatch.setattr(cluster_run, "ranges_to_search", lambda looked, *_: ranges_of(looked.media, 8 * BLOCK_SIZE))
    monkeypatch.setattr(Vault, "stage", lambda _: pytest.fail("a file of a part is written again"))

    counts = extract_on_cluster(
        paths, tmp_path / "case", lambda: signing_key, OPTIONS, lambda doing, *_: stages.append(doing), cluster
    )

    assert [file.read_bytes() for file in left] == [b"", b""]
    assert tables(tmp_path / "case") == tables(sealed.path)
    assert kept(tmp_path / "case") == kept(sealed.path)
    result = verify_case(tmp_path / "case")
    assert (result.ok, result.complete, result.signed) == (True, True, True)
    with Case.open(tmp_path / "case") as case, Case.open(sealed.path) as one:
        assert counts == case.counts() == one.counts()
        assert list(case.rows()) == list(one.rows())
        assert list(case.interactions()) == list(one.interactions())
        lines: list[Any] = [entry.detail for entry in case.actions() if entry.action == MERGED]
    assert [len(line["workers_lost"]) for line in lines] == [
        2 * (path.name == "echo-data.img") for path in sample_sources
    ]
    assert [bool(line["searched_by"]) for line in lines] == [path.name == "echo-data.img" for path in sample_sources]
    assert all(line["worker"].startswith("tcp://127.0.0.1:") and line["cluster"] == cluster for line in lines)
    assert any("ended while it made the part of" in doing for doing in stages)
    assert not (tmp_path / "case.parts").exists()


def test_a_part_that_ends_two_workers_is_an_issue(
    cluster: str, ends: Callable[[str, int, int], tuple[Path, Path]], sample_sources: list[Path], tmp_path: Path,
    signing_key: SigningKey,
) -> None:  # fmt: skip
    left, _ = ends("alexa-cloud.zip", 5, 0)
    cloud = next(path for path in sample_sources if path.name == "alexa-cloud.zip")
    others = [path for path in sample_sources if path.is_dir()]
    paths = [str(cloud), *map(str, others)]

    extract_on_cluster(paths, tmp_path / "case", signing_key, OPTIONS, silent, cluster)

    assert len(left.read_bytes()) == 3, "two workers ended, and no third"
    assert verify_case(tmp_path / "case").ok
    with Case.open(tmp_path / "case") as case:
        assert [item.name for item in case.evidence()] == [path.name for path in others]
        (issue,) = [issue for issue in case.issues() if issue.path == str(cloud)]
    assert "no worker of the cluster could finish it: 2 workers ended while they worked on it: tcp://" in issue.what

    left.write_bytes(b"")
    extract_on_cluster(paths, tmp_path / "case", signing_key, OPTIONS, silent, cluster)
    with Case.open(tmp_path / "case") as case:
        assert {item.name for item in case.evidence()} == {path.name for path in (cloud, *others)}
        assert not [issue for issue in case.issues() if issue.path == str(cloud)]


def test_a_part_that_a_worker_forged_is_refused(cluster: str, sample_sources: list[Path], tmp_path: Path) -> None:
    (phone,) = [path for path in sample_sources if path.is_dir()]
    with distributed.Client(cluster) as client:
        client.register_plugin(ForgesParts())
        refused = (
            rf"^tcp://127\.0\.0\.1:\d+: what it returned as the part of {phone} is refused: .*not as it was sealed"
        )
        with pytest.raises(ClusterError, match=refused):
            extract_on_cluster([str(phone)], tmp_path / "case", None, OPTIONS, silent, cluster)
        client.unregister_worker_plugin(ForgesParts.name)
    with Case.open(tmp_path / "case") as case:
        assert (case.counts().rows, list(case.evidence())) == (0, [])


def test_evidence_in_an_object_store_is_read_there(
    cluster: str, store: str, sample_sources: list[Path], sealed: Sealed, tmp_path: Path, signing_key: SigningKey
) -> None:
    s3fs = pytest.importorskip("s3fs")
    there = s3fs.S3FileSystem(key="test", secret="test", endpoint_url=store, skip_instance_cache=True)
    there.makedirs(BUCKET, exist_ok=True)
    (cloud,) = [path for path in sample_sources if path.name == "alexa-cloud.zip"]
    there.put(str(cloud), f"{BUCKET}/{cloud.name}")
    address = f"s3://{BUCKET}/{cloud.name}"

    extract_on_cluster([address], tmp_path / "case", signing_key, OPTIONS, silent, cluster)

    with Case.open(tmp_path / "case") as case, Case.open(sealed.path) as one:
        assert {row["record"] for row in case.rows()} == {
            row["record"] for row in one.rows() if row["evidence"] == cloud.name
        }
        (item,) = case.evidence()
        assert item.sha256 == next(each.sha256 for each in one.evidence() if each.name == cloud.name)
        assert case.store.db.execute("SELECT location FROM evidence").fetchall() == [(address,)]
    assert verify_case(tmp_path / "case", sources=False).checks.checks
    with pytest.raises(SourceError, match=f"s3://{BUCKET}/none: does not exist"):
        extract_on_cluster([f"s3://{BUCKET}/none"], tmp_path / "none", None, OPTIONS, silent, cluster)
    assert not (tmp_path / "none").exists()


def test_an_image_in_an_object_store_is_read_in_ranges(
    store: str, sample_sources: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3fs = pytest.importorskip("s3fs")
    for name, value in _variables(store).items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    made: list[RangedFile] = []
    monkeypatch.setattr(fetched_source, "_RANGES_FROM", 0)

    def recorded(path: Path, file: RangedFile) -> AbstractContextManager[None]:
        made.append(file)
        return read_in_ranges(path, file)

    monkeypatch.setattr(fetched_source, "read_in_ranges", recorded)
    (image,) = [path for path in sample_sources if path.name == "echo-data.img"]
    there = s3fs.S3FileSystem()
    there.makedirs(BUCKET, exist_ok=True)
    there.put(str(image), f"{BUCKET}/{image.name}")

    with fetched(f"s3://{BUCKET}/{image.name}", tmp_path / "fetched") as path:
        assert path.stat().st_blocks == 0, "no byte of it is on this disk"
        extract([path], tmp_path / "ranges", None, Options(argv=("test",), workers=1), silent, is_part=True)
    extract([image], tmp_path / "whole", None, Options(argv=("test",), workers=1), silent, is_part=True)

    there_and_here = [tables(tmp_path / name) for name in ("ranges", "whole")]
    for each in there_and_here:
        del each["evidence"]
    assert there_and_here[0] == there_and_here[1]
    assert kept(tmp_path / "ranges") == kept(tmp_path / "whole")
    (ranged,) = made
    size = image.stat().st_size
    assert 2 * size <= ranged.fetched < 4 * size, "hashed twice from there, and read here and there"
    assert ranged.requests < 100


def test_nothing_is_written_where_a_source_cannot_be_opened(
    cluster: str, sample_sources: list[Path], tmp_path: Path
) -> None:
    (phone,) = [path for path in sample_sources if path.is_dir()]
    paths = [str(phone), str(tmp_path / "none")]
    with pytest.raises(SourceError, match="none"):
        extract_on_cluster(paths, tmp_path / "case", None, OPTIONS, silent, cluster)
    assert not (tmp_path / "case").exists()

    options = Options(argv=("test",), workers=2, skip_unreadable=True)
    extract_on_cluster(paths, tmp_path / "case", None, options, silent, cluster)
    with Case.open(tmp_path / "case") as case:
        assert [item.name for item in case.evidence()] == [phone.name]
        assert [issue.path for issue in case.issues() if not issue.evidence] == [paths[1]]


def test_no_key_is_in_what_a_worker_is_given(signing_key: SigningKey) -> None:
    order = pickle.dumps(PartOrder("topic", 0, "source", OPTIONS))
    assert b"SigningKey" not in order
    assert not any("key" in name for name in PartOrder.__slots__)


def test_processes_of_this_machine_are_a_cluster_too(
    sample_sources: list[Path], sealed: Sealed, tmp_path: Path
) -> None:
    (phone,) = [path for path in sample_sources if path.is_dir()]
    with (
        library_extract([phone], tmp_path / "case", key=None, dask="local", workers=1, argv=("test",)) as case,
        Case.open(sealed.path) as one,
    ):
        of_phone = {row["record"] for row in one.rows() if row["evidence"] == phone.name}
        assert of_phone
        assert of_phone <= {row["record"] for row in case.rows()} <= {row["record"] for row in one.rows()}


@pytest.mark.parametrize(
    ("media", "carve", "sources", "workers", "ranges"),
    [
        (4 * RANGE + 1, True, 1, 2, 5), (2 * RANGE, True, 3, 4, 2), (2 * RANGE - 1, True, 1, 2, 0),
        (4 * RANGE, False, 1, 2, 0), (4 * RANGE, True, 2, 2, 0), (0, True, 1, 2, 0),
    ],
)  # fmt: skip
def test_each_byte_of_a_large_image_is_searched_by_one_worker(
    media: int, carve: bool, sources: int, workers: int, ranges: int, tmp_path: Path
) -> None:
    found = ranges_to_search(LookedAt("raw image", media), Options(carve=carve), sources, workers)
    assert len(found) == ranges
    assert sum(end - begin for begin, end in found) == (media if ranges else 0)

    with (tmp_path / "image.dd").open("wb") as image:
        image.truncate(media)
    given = [str(tmp_path / "image.dd"), "s3://bucket/echo.E01", str(tmp_path / "none")]
    assert processes_for(given, Options(carve=carve, workers=4)) == min(4, 2 + (max(1, media // RANGE) if carve else 1))


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
