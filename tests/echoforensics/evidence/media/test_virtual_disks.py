from __future__ import annotations

import random
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from echoforensics.errors import SourceError
from echoforensics.evidence.media.media import Media
from echoforensics.evidence.media.opener import open_image

Open = Callable[[Path], Media]
AssertSameBytes = Callable[[Media, bytes], None]
Run = Callable[..., str]


@pytest.fixture
def convert(tmp_path: Path, disk_bytes: bytes, run_program: Run) -> Callable[..., Path]:
    """Converts ``disk_bytes``, or another image, with qemu-img."""

    def make(form: str, name: str, *options: str, of: Path | None = None) -> Path:
        if of is None:
            of = tmp_path / "source.raw"
            of.write_bytes(disk_bytes)
        chosen = [part for option in options if "=" in option for part in ("-o", option)]
        flags = [option for option in options if "=" not in option]
        run_program("qemu-img", "convert", *flags, "-f", "raw", "-O", form, *chosen, of, tmp_path / name)
        return tmp_path / name

    return make


CASES = [
    ("vpc", "x.vhd", ("force_size=on",), "VHD image", 1),
    ("vpc", "x.vhd", ("force_size=on,subformat=fixed",), "VHD image", 1),
    ("vhdx", "x.vhdx", (), "VHDX image", 1),
    ("vhdx", "x.vhdx", ("subformat=fixed",), "VHDX image", 1),
    ("vmdk", "x.vmdk", (), "VMDK image", 1),
    ("vmdk", "x.vmdk", ("subformat=streamOptimized",), "VMDK image", 1),
    ("vmdk", "x.vmdk", ("subformat=monolithicFlat",), "VMDK image", 2),
    ("vmdk", "x.vmdk", ("subformat=twoGbMaxExtentSparse",), "VMDK image", 2),
    ("vmdk", "x.vmdk", ("subformat=twoGbMaxExtentFlat",), "VMDK image", 2),
    ("vdi", "x.vdi", (), "VDI image", 1),
    ("vdi", "x.vdi", ("static=on",), "VDI image", 1),
    ("qcow2", "x.qcow2", (), "QCOW2 image", 1),
    ("qcow2", "x.qcow2", ("compat=0.10",), "QCOW2 image", 1),
    ("qcow2", "x.qcow2", ("cluster_size=512",), "QCOW2 image", 1),
]


@pytest.mark.parametrize(("form", "name", "options", "kind", "files"), CASES)
def test_images_of_virtual_machines_are_read(
    form: str,
    name: str,
    options: tuple[str, ...],
    kind: str,
    files: int,
    disk_bytes: bytes,
    convert: Callable[..., Path],
    opened: Open,
    assert_same_bytes: AssertSameBytes,
) -> None:
    path = convert(form, name, *options)

    media = opened(path)

    assert (media.kind, media.is_raw, len(media.segments)) == (kind, False, files)
    assert path in media.segments
    assert_same_bytes(media, disk_bytes)
    assert (media.issues, media.notes) == ((), ())
    media.close()


@pytest.mark.parametrize(
    ("form", "option"),
    [
        ("vpc", "force_size=on"),
        ("vhdx", "block_size=1M"),
        ("vmdk", "hwversion=4"),
        ("qcow2", "compat=1.1"),
        ("vdi", "static=off"),
    ],
)
def test_file_systems_in_them_walk(
    form: str, option: str, ext_image: Path, convert: Callable[..., Path], assert_walks: Callable[[Path], None]
) -> None:
    assert_walks(convert(form, "x.img", option, of=ext_image))


def test_renamed_vmdk_reads_itself_and_not_what_it_names(
    tmp_path: Path, disk_bytes: bytes, convert: Callable[..., Path], opened: Open, assert_same_bytes: AssertSameBytes
) -> None:
    path = convert("vmdk", "x.vmdk")
    shutil.copy(path, tmp_path / "renamed.vmdk")
    path.write_bytes(b"something else")

    assert_same_bytes(opened(tmp_path / "renamed.vmdk"), disk_bytes)


@pytest.mark.parametrize("name", ["../x-flat.vmdk", "/elsewhere/x-flat.vmdk", "..\\\\x-flat.vmdk"])
def test_extents_are_looked_for_beside_the_descriptor_only(
    name: str, tmp_path: Path, convert: Callable[..., Path], opened: Open
) -> None:
    folder = tmp_path / "inner"
    folder.mkdir()
    path = convert("vmdk", "x.vmdk", "subformat=monolithicFlat")
    moved = folder / "x.vmdk"
    moved.write_bytes(path.read_bytes().replace(b'"x-flat.vmdk"', b'"' + name.encode() + b'"'))

    with pytest.raises(SourceError, match=r"extent 1 of the VMDK image, .*, is not beside it"):
        opened(moved)


@pytest.mark.parametrize(
    ("form", "name"), [("vmdk", "x.vmdk"), ("vhdx", "x.vhdx"), ("qcow2", "x.qcow2"), ("vdi", "x.vdi")]
)
def test_what_was_cut_off_is_zeros_and_reported(
    form: str, name: str, tmp_path: Path, run_program: Run, opened: Open
) -> None:
    disk = random.Random(9).randbytes(2 * 1024 * 1024)
    (tmp_path / "raw").write_bytes(disk)
    path = tmp_path / name
    run_program("qemu-img", "convert", "-f", "raw", "-O", form, tmp_path / "raw", path)
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.rindex(disk[-1_000_000:-999_900])])

    media = opened(path)
    read = media.read(0, media.size)

    assert media.holes is not None
    places = list(media.holes)
    assert len(media.issues) == len(places) == 1
    ((at, length),) = places
    assert 950_000 < length < 1_070_000
    assert read == disk[:at] + bytes(length) + disk[at + length :]
    assert f"bytes {at} to {at + length - 1} of the media could not be read and are given as zeros" in media.issues[0]


def test_cut_off_vhd_is_refused(convert: Callable[..., Path], opened: Open) -> None:
    path = convert("vpc", "x.vhd")
    path.write_bytes(path.read_bytes()[:-1000])

    with pytest.raises(SourceError, match="its footer is missing, so that it may be cut off"):
        opened(path)


def test_vhdx_that_was_not_closed_is_reported(convert: Callable[..., Path], opened: Open) -> None:
    path = convert("vhdx", "x.vhdx")
    content = bytearray(path.read_bytes())
    for at in (65536, 131072):
        header = content[at : at + 4096]
        header[48:64] = b"\1" * 16
        header[4:8] = bytes(4)
        header[4:8] = struct.pack("<I", crc32c(header))
        content[at : at + 4096] = header
    path.write_bytes(content)

    assert opened(path).issues == (
        "the VHDX image was not closed: what its log holds was not written to its place, and was not read",
    )


def crc32c(content: bytes | bytearray) -> int:
    value = 0xFFFFFFFF
    for byte in content:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


@pytest.mark.parametrize(
    ("form", "name", "what"),
    [
        ("qcow2", "child.qcow2", r"backing file, '.*base\.qcow2'"),
        ("vmdk", "child.vmdk", r"parent, .*base\.vmdk"),
    ],
)
def test_images_of_differences_are_refused_by_the_name_of_their_parent(
    form: str, name: str, what: str, tmp_path: Path, convert: Callable[..., Path], run_program: Run, opened: Open
) -> None:
    base = convert(form, f"base.{form}")
    run_program("qemu-img", "create", "-f", form, "-b", base, "-F", form, tmp_path / name)

    with pytest.raises(SourceError, match=what):
        opened(tmp_path / name)


def test_vhd_of_differences_is_refused(convert: Callable[..., Path], opened: Open) -> None:
    path = convert("vpc", "x.vhd")
    content = bytearray(path.read_bytes())
    for at in (0, len(content) - 512):
        footer = content[at : at + 512]
        footer[60:64] = struct.pack(">I", 4)
        footer[64:68] = bytes(4)
        footer[64:68] = struct.pack(">I", ~sum(footer) & 0xFFFFFFFF)
        content[at : at + 512] = footer
    path.write_bytes(content)

    with pytest.raises(SourceError, match="holds only what differs from its parent"):
        opened(path)


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (("data_file=other.raw",), "keeps its data in another file"),
    ],
)
def test_qcow2_that_is_not_read_rightly_is_refused_with_the_command(
    options: tuple[str, ...],
    what: str,
    tmp_path: Path,
    disk_bytes: bytes,
    run_program: Run,
    opened: Open,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("raw").write_bytes(disk_bytes)
    arguments: list[str] = []
    for option in options:
        arguments += ["-o", option] if "=" in option else [option]
    run_program("qemu-img", "convert", *arguments, "-f", "raw", "-O", "qcow2", "raw", "it is.qcow2")

    with pytest.raises(SourceError) as caught:
        opened(tmp_path / "it is.qcow2")

    assert what in str(caught.value)
    assert str(caught.value).endswith("qemu-img convert -O raw 'it is.qcow2' 'it is.raw'")


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        (("-c",), "compressed QCOW2 image"),
        (("-c", "-o", "compat=0.10,cluster_size=512"), "compressed QCOW2 image"),
        (("-c", "-o", "compression_type=zstd"), "compressed QCOW2 image"),
        (("-o", "compression_type=zstd"), "compressed QCOW2 image"),
        (("-o", "extended_l2=on"), "QCOW2 image with extended L2 entries"),
        (("-c", "-o", "extended_l2=on,cluster_size=2M"), "compressed QCOW2 image"),
    ],
)
def test_qcow2_is_read_cluster_by_cluster(
    options: tuple[str, ...],
    kind: str,
    tmp_path: Path,
    disk_bytes: bytes,
    run_program: Run,
    opened: Open,
    assert_same_bytes: AssertSameBytes,
) -> None:
    source, path = tmp_path / "raw", tmp_path / "x.qcow2"
    source.write_bytes(disk_bytes)
    run_program("qemu-img", "convert", *options, "-f", "raw", "-O", "qcow2", source, path)

    media = opened(path)

    assert media.kind == kind
    assert_same_bytes(media, disk_bytes)
    assert media.issues == ()


def test_a_damaged_compressed_cluster_is_zeros_and_an_issue(tmp_path: Path, opened: Open) -> None:
    path = tmp_path / "x.qcow2"
    path.write_bytes(qcow(CLUSTERS, entry=1 << 62))

    media = opened(path)

    assert media.read(0, media.size) == bytes(media.size)
    (issue,) = media.issues
    assert issue.startswith(
        "bytes 0 to 196607 of the media could not be read and are given as zeros: a compressed cluster is damaged"
    )


def qcow(clusters: list[bytes], entry: int = 0, header: bytes = b"", cluster_bits: int = 16) -> bytes:
    """A QCOW2 image, version 3, of whole clusters; ``entry`` is set in each entry of the second table."""
    size = 1 << cluster_bits
    raw = struct.pack(
        ">4sIQIIQIIQQIIQQQQII", b"QFI\xfb", 3, 0, 0, cluster_bits, len(clusters) * size, 0, 1, size, 3 * size, 1, 0, 0,
        0, 0, 0, 4, 104,
    )  # fmt: skip
    raw = (header + raw[len(header) :]).ljust(size, b"\0")
    raw += struct.pack(">Q", 2 * size | 1 << 63).ljust(size, b"\0")
    raw += b"".join(struct.pack(">Q", (4 + number) * size | 1 << 63 | entry) for number in range(len(clusters))).ljust(
        size, b"\0"
    )
    return raw + bytes(size) + b"".join(clusters)


CLUSTERS = [bytes([65 + number]) * 65536 for number in range(3)]


@pytest.mark.parametrize("features", [b"\0", b"\1"])
def test_qcow2_made_here_is_read(
    features: bytes, tmp_path: Path, opened: Open, assert_same_bytes: AssertSameBytes
) -> None:
    path = tmp_path / "x.qcow2"
    path.write_bytes(qcow(CLUSTERS)[:79] + features + qcow(CLUSTERS)[80:])

    assert_same_bytes(opened(path), b"".join(CLUSTERS))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (qcow([b"q" * 512], cluster_bits=9)[:79] + b"\x10" + bytes(2000), r"2\^9 bytes, and uses extended"),
        (qcow(CLUSTERS)[:79] + b"\x08" + qcow(CLUSTERS)[80:103] + b"\x70\2" + qcow(CLUSTERS)[105:], "compression 2"),
        (qcow(CLUSTERS)[:50], "cut off in its header"),
        (qcow(CLUSTERS)[:65536], "cut off before the end of its first table"),
        (
            qcow(CLUSTERS).replace(struct.pack(">Q", 2 << 16 | 1 << 63), struct.pack(">Q", (2 << 16) + 512)),
            "at a cluster",
        ),
        (qcow(CLUSTERS)[:36] + b"\xff\xff\xff\xff" + qcow(CLUSTERS)[40:], "4294967295 entries"),
        (qcow(CLUSTERS)[:20] + b"\0\0\0\x40" + qcow(CLUSTERS)[24:], r"clusters have 2\^64 bytes"),
        (qcow(CLUSTERS)[:35] + b"\x01" + qcow(CLUSTERS)[36:], "is encrypted; convert"),
        (qcow(CLUSTERS)[:79] + b"\x02" + qcow(CLUSTERS)[80:], "is marked as damaged"),
        (qcow(CLUSTERS)[:72] + b"\x01" + qcow(CLUSTERS)[73:], "unknown feature 56"),
    ],
)
def test_qcow2_that_is_damaged_is_refused(content: bytes, what: str, tmp_path: Path, opened: Open) -> None:
    path = tmp_path / "x.qcow2"
    path.write_bytes(content)

    with pytest.raises(SourceError, match=what):
        opened(path)


def test_snapshots_are_reported(tmp_path: Path, opened: Open) -> None:
    content = bytearray(qcow(CLUSTERS))
    content[60:64] = struct.pack(">I", 2)
    path = tmp_path / "x.qcow2"
    path.write_bytes(content)

    assert opened(path).notes == (
        "the QCOW2 image keeps 2 snapshots of earlier states; only its present state was read",
    )


GOOD = qcow([b"q" * 512] * 4, cluster_bits=9)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(4, 1100), st.binary(min_size=1, max_size=8)), max_size=5),
    length=st.integers(40, len(GOOD)),
)
def test_mutated_qcow2_raises_nothing_else(changes: list[tuple[int, bytes]], length: int, tmp_path: Path) -> None:
    content = bytearray(GOOD)
    for at, piece in changes:
        content[at : at + len(piece)] = piece
    path = tmp_path / "fuzz.qcow2"
    path.write_bytes(content[:length])

    try:
        media = open_image(path, bytes(content[:128]))
    except SourceError:
        return
    assert media is not None
    assert len(media.read(0, 3000)) == min(3000, media.size)
    media.close()


def test_qcow_of_its_first_version_is_named(tmp_path: Path, run_program: Callable[..., str]) -> None:
    path = tmp_path / "x.qcow"
    run_program("qemu-img", "create", "-q", "-f", "qcow", path, "1M")

    with pytest.raises(
        SourceError, match=r"the QCOW image is of version 1, and only 2 and 3 \(QCOW2\) are read; convert"
    ):
        open_image(path, path.read_bytes()[:512])
