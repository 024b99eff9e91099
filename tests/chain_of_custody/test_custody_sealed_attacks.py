"""What can be done to a bundle, and where each shows. Every attack ends with all that is not signed written again."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import random
import shutil
import subprocess
import unicodedata
from pathlib import Path

import bagit
import pytest

from chain_of_custody import SigningKey, canonical
from chain_of_custody.bag import seal_bag
from chain_of_custody.folder_check import SealedCheck, check_sealed
from chain_of_custody.sealed_list import CERTIFICATE_NAME, SEAL_NAME, TAG_MANIFEST, read_seal, write_seal
from chain_of_custody.stored_zip import write_zip
from chain_of_custody.stored_zip.records import ZipEntry, central_header, end_records, local_header
from chain_of_custody.timestamp import TimestampRequest
from chain_of_custody.verify_script import write_verification
from tests.sealed_bundles import SOUND, TIMELINE, attacks, edit, make_bundle, other_ledger, rebuild_manifests
from tests.time_authority import TimeAuthority


@pytest.fixture(scope="session")
def sealed_once(tmp_path_factory: pytest.TempPathFactory, key: SigningKey) -> dict[bool, Path]:
    folder = tmp_path_factory.mktemp("sealed")
    return {part: make_bundle(folder / f"part-{part}", key, part=part) for part in (False, True)}


@pytest.fixture
def bundle(sealed_once: dict[bool, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(sealed_once[False], tmp_path / "bundle"))


@pytest.fixture
def part(sealed_once: dict[bool, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(sealed_once[True], tmp_path / "part"))


def failed(result: SealedCheck) -> set[str]:
    return {check.name for check in result.checks.checks if not check.ok}


def problems(result: SealedCheck) -> str:
    return "\n".join(str(problem) for check in result.checks.checks for problem in check.problems)


def test_what_nobody_touched_passes(bundle: Path, part: Path, key: SigningKey, tmp_path: Path) -> None:
    for folder in (bundle, part):
        write_zip(folder, tmp_path / f"{folder.name}.zip", folder.name)
        for path in (folder, tmp_path / f"{folder.name}.zip"):
            result = check_sealed(path, fingerprint=key.public.fingerprint)
            assert result.ok, problems(result)
            assert (result.kind, result.signed, result.fingerprint) == ("bundle", True, key.public.fingerprint)
            names = [check.name for check in result.checks.checks]
            assert names == ["signed list", "signature", "files", "bag", "ledger", "sealed set"]
            assert result.length == 4
            assert json.loads(json.dumps(result.as_json()))["ok"] is True


@pytest.mark.parametrize("seed", range(4))
def test_a_bit_changed_anywhere_shows(bundle: Path, part: Path, seed: int) -> None:
    chance = random.Random(seed)
    for folder in (bundle, part):
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            content = path.read_bytes()
            at, bit = chance.randrange(len(content)), 1 << chance.randrange(8)
            path.write_bytes(content[:at] + bytes([content[at] ^ bit]) + content[at + 1 :])
            result = check_sealed(folder)
            assert not result.ok, f"{path}: byte {at}, bit {bit}"
            if path.name not in (SEAL_NAME, TAG_MANIFEST):
                assert path.relative_to(folder).as_posix() in problems(result)
            path.write_bytes(content)
        assert check_sealed(folder).ok


@pytest.mark.parametrize("seed", range(30))
def test_a_bit_changed_anywhere_in_a_zip_shows(bundle: Path, seed: int, tmp_path: Path) -> None:
    chance, path = random.Random(seed), tmp_path / "bundle.zip"
    write_zip(bundle, path, "bundle")
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    assert not check_sealed(path).ok


@pytest.mark.parametrize("name", attacks())
def test_what_manifests_do_not_see_the_signed_list_does(name: str, bundle: Path) -> None:
    attack = attacks()[name]
    attack.change(bundle)
    rebuild_manifests(bundle)
    assert bagit.Bag(str(bundle)).validate()
    result = check_sealed(bundle)
    assert "files" in failed(result)
    assert attack.file in problems(result)
    assert "bag" in failed(result) or name in ("a hidden file is added", "a second tag manifest")


def test_a_ledger_of_another_case_under_the_same_key_shows(bundle: Path, key: SigningKey) -> None:
    other_ledger(key)(bundle)
    (bundle / SEAL_NAME).unlink()
    rebuilt = read_seal((make_bundle(bundle.parent / "other", key) / SEAL_NAME).read_bytes()).predicate
    for name in ("bagit.txt", "bag-info.txt", "manifest-sha256.txt", TAG_MANIFEST):
        (bundle / name).unlink()
    seal_bag(bundle, key, detail={name: rebuilt[name] for name in ("ledger", "sealed_set")})
    result = check_sealed(bundle)
    # Even whoever has the key cannot put another ledger below a head that the list names.
    assert failed(result) == {"ledger", "sealed set"}
    assert "that of another case" in problems(result)


@pytest.mark.parametrize("twin", [SOUND.replace("EF", "ef"), unicodedata.normalize("NFD", SOUND), SOUND.upper()])
def test_a_name_that_is_another_only_to_some_systems_shows(bundle: Path, twin: str) -> None:
    (bundle / twin).parent.mkdir(parents=True, exist_ok=True)
    (bundle / SOUND).rename(bundle / twin)
    result = check_sealed(bundle)
    assert "files" in failed(result)
    assert "differs in case or Unicode normalisation alone" in problems(result)
    assert "with the sealed content" in problems(result)


def test_a_renamed_file_is_found_by_its_content(bundle: Path) -> None:
    (bundle / SOUND).rename(bundle / "data/recordings/EF-8.wav")
    assert f"{SOUND}: expected a file of this name" in problems(check_sealed(bundle))
    assert "its content as data/recordings/EF-8.wav" in problems(check_sealed(bundle))


def test_links_pipes_and_empty_folders_show(bundle: Path, tmp_path: Path) -> None:
    (bundle / SOUND).rename(tmp_path / "elsewhere")
    (bundle / SOUND).symlink_to(tmp_path / "elsewhere")
    os.mkfifo(bundle / "pipe")
    (bundle / "nothing").mkdir()
    (bundle / "data" / "more").symlink_to(tmp_path)
    result = check_sealed(bundle)
    assert failed(result) == {"files"}
    for words in ("found a link", "pipe: ", "found an empty folder", "data/more: "):
        assert words in problems(result)


def test_a_list_that_was_written_anew_without_the_key_shows(bundle: Path, key: SigningKey) -> None:
    edit(bundle / TIMELINE, b"EF-1", b"EF-9")
    seal = json.loads((bundle / SEAL_NAME).read_bytes())
    statement = json.loads(base64.b64decode(seal["payload"]))
    for item in statement["subject"]:
        if item["name"] == TIMELINE:
            item["digest"]["sha256"] = hashlib.sha256((bundle / TIMELINE).read_bytes()).hexdigest()
    seal["payload"] = base64.b64encode(canonical(statement)).decode()
    (bundle / SEAL_NAME).write_bytes(canonical(seal) + b"\n")
    rebuild_manifests(bundle)
    assert "signature" in failed(check_sealed(bundle))


def test_a_list_without_its_signature_is_never_taken_for_a_signed_one(
    bundle: Path, key: SigningKey, tmp_path: Path
) -> None:
    unsigned = make_bundle(tmp_path / "unsigned", None)
    half = check_sealed(make_bundle(tmp_path / "half", None, ledger_key=key))
    assert any(f"signed by the key {key.public.fingerprint}" in check.detail for check in half.checks.checks)
    result = check_sealed(unsigned)
    assert (result.ok, result.signed, result.fingerprint) == (True, False, None)
    assert any("UNSIGNED" in check.detail for check in result.checks.checks)
    assert failed(check_sealed(unsigned, fingerprint=key.public.fingerprint)) == {"signature"}
    seal = json.loads((bundle / SEAL_NAME).read_bytes())
    (bundle / SEAL_NAME).write_bytes(canonical({**seal, "signatures": []}) + b"\n")
    rebuild_manifests(bundle)
    assert "signed list" in failed(check_sealed(bundle))


def test_what_is_signed_again_with_another_key_shows_by_its_fingerprint(
    key: SigningKey, other_key: SigningKey, tmp_path: Path
) -> None:
    forged = make_bundle(tmp_path / "forged", other_key)
    result = check_sealed(forged)
    assert (result.ok, result.fingerprint) == (True, other_key.public.fingerprint)
    assert any(other_key.public.fingerprint in note for note in result.notes)
    result = check_sealed(forged, fingerprint=key.public.fingerprint)
    assert failed(result) == {"signature"}
    assert "Somebody else made this" in problems(result)
    mixed = make_bundle(tmp_path / "mixed", other_key, ledger_key=key)
    assert failed(check_sealed(mixed)) == {"ledger"}


def test_an_older_bundle_shows_against_the_head_that_is_expected(key: SigningKey, tmp_path: Path) -> None:
    older, newer = (make_bundle(tmp_path / f"{n}", key, exports=n) for n in (1, 3))
    heads = [check_sealed(path).head for path in (older, newer)]
    assert check_sealed(newer, expected_head=heads[1]).ok
    grown = check_sealed(newer, expected_head=heads[0].upper())
    assert grown.ok
    assert any(note.startswith("2 lines were added") for note in grown.notes)
    result = check_sealed(older, expected_head=heads[1])
    assert failed(result) == {"expected head"}
    assert "older state of the case" in problems(result)
    assert failed(check_sealed(newer, expected_head="")) == {"expected head"}


def test_a_proof_for_another_tree_shows(part: Path, key: SigningKey, tmp_path: Path) -> None:
    other = make_bundle(tmp_path / "other", key, "case two", part=True)
    shutil.copy(other / "data/proofs.txt", part / "data/proofs.txt")
    rebuild_manifests(part)
    assert {"files", "sealed set"} <= failed(check_sealed(part))
    # Whoever has the key may seal what is not of the case: its proofs still do not lead to the root in the ledger.
    predicate = read_seal((part / SEAL_NAME).read_bytes()).predicate
    for name in (SEAL_NAME, "bagit.txt", "bag-info.txt", "manifest-sha256.txt", TAG_MANIFEST):
        (part / name).unlink()
    seal_bag(part, key, detail={name: predicate[name] for name in ("ledger", "sealed_set")})
    assert failed(check_sealed(part)) == {"sealed set"}


def test_timestamps_are_of_this_seal_and_of_an_authority_that_is_believed(
    bundle: Path, part: Path, time_authority: TimeAuthority, tmp_path: Path
) -> None:
    def stamp(folder: Path, path: Path) -> None:
        digest = hashlib.sha256((folder / SEAL_NAME).read_bytes()).digest()
        path.write_bytes(time_authority.answer(TimestampRequest(digest).der))

    stamp(bundle, tmp_path / "bundle.tsr")
    stamp(bundle, tmp_path / "bundle.2.tsr")
    stamp(part, tmp_path / "other.tsr")
    roots = [time_authority.root]
    result = check_sealed(bundle, ca_files=roots, timestamps_required=2)
    assert result.ok, problems(result)
    assert [found["file"] for found in result.timestamps] == ["bundle.tsr", "bundle.2.tsr"]
    assert failed(check_sealed(bundle, ca_files=roots, timestamps_required=3)) == {"timestamps"}
    unbelieved = check_sealed(bundle)
    assert failed(unbelieved) == {"timestamp bundle.tsr", "timestamp bundle.2.tsr"}
    assert not any(check.made for check in unbelieved.checks.checks if not check.ok)
    assert check_sealed(bundle, tokens=()).ok
    shutil.copy(tmp_path / "other.tsr", tmp_path / "bundle.2.tsr")
    for roots_given in (roots, []):
        swapped = check_sealed(bundle, ca_files=roots_given)
        assert "timestamp bundle.2.tsr" in failed(swapped)
        assert "is over" in problems(swapped)
    (tmp_path / "bundle.2.tsr").write_bytes(b"<html>")
    assert "timestamp bundle.2.tsr" in failed(check_sealed(bundle, ca_files=roots))
    write_zip(bundle, tmp_path / "bundle.zip", "bundle")
    (tmp_path / "bundle.2.tsr").unlink()
    (tmp_path / "bundle.tsr").rename(tmp_path / "bundle.zip.7.tsr")
    for path in (bundle, tmp_path / "bundle.zip"):
        assert check_sealed(path, ca_files=roots, timestamps_required=1).ok
    os.mkfifo(tmp_path / "pipe.tsr")
    assert failed(check_sealed(bundle, tokens=[tmp_path / "pipe.tsr"], ca_files=roots)) == {"timestamp pipe.tsr"}
    missing = check_sealed(bundle, tokens=[tmp_path / "none.tsr"], ca_files=roots)
    assert failed(missing) == {"timestamp none.tsr"}


def test_a_zip_with_two_entries_of_one_name_is_refused(bundle: Path, tmp_path: Path) -> None:
    entries, content = [], b""
    for name in ("bundle/a", "bundle/a"):
        entries.append(ZipEntry(name, 0, 0, len(content)))
        content += local_header(entries[-1])
    directory = b"".join(map(central_header, entries))
    (tmp_path / "twice.zip").write_bytes(content + directory + end_records(2, len(content), len(directory)))
    result = check_sealed(tmp_path / "twice.zip")
    assert failed(result) == {"zip", "files"}
    assert "bundle/a: 2 entries have this name" in problems(result)


def test_a_certificate_in_it_is_of_the_key_that_signed(
    key: SigningKey, other_key: SigningKey, openssl: str, tmp_path: Path
) -> None:
    for signer, of, expected in (("right", key, set()), ("wrong", other_key, {"certificate"})):
        folder = tmp_path / signer
        folder.mkdir()
        (tmp_path / "key").write_text(of._key.export_key(format="PEM"))
        command = ["req", "-x509", "-new", "-key", str(tmp_path / "key"), "-subj", "/O=Agency/CN=A. Examiner"]
        command += ["-addext", "keyUsage=critical,digitalSignature", "-out", str(folder / CERTIFICATE_NAME)]
        subprocess.run([openssl, *command], check=True, capture_output=True)
        write_seal(folder, key, "report", {"key": {"name": "A. Examiner"}})
        result = check_sealed(folder)
        assert failed(result) == expected, problems(result)
        assert "the list says that the key is that of A. Examiner" in result.notes
    assert "of CN=A. Examiner,O=Agency" in str(check_sealed(tmp_path / "right").checks.checks)


def test_a_provisional_key_is_called_so(key: SigningKey, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<p>")
    write_verification(tmp_path, kind="report", public=key.public)
    write_seal(tmp_path, key, "report", {"key": {"provisional": True}})
    assert any("the key was PROVISIONAL" in note for note in check_sealed(tmp_path).notes)
    done = subprocess.run(["sh", tmp_path / "verify.sh"], capture_output=True, text=True, check=True)
    assert "the key is PROVISIONAL" in done.stdout


def test_a_bundle_that_names_no_set_is_not_wholly_checked(bundle: Path, key: SigningKey) -> None:
    predicate = read_seal((bundle / SEAL_NAME).read_bytes()).predicate
    for name in (SEAL_NAME, "bagit.txt", "bag-info.txt", "manifest-sha256.txt", TAG_MANIFEST):
        (bundle / name).unlink()
    seal_bag(bundle, key, detail={"ledger": predicate["ledger"]})
    assert failed(check_sealed(bundle)) == {"sealed set"}


def test_what_is_no_sealed_folder_is_never_verified(bundle: Path, tmp_path: Path) -> None:
    (bundle / SEAL_NAME).unlink()
    assert failed(check_sealed(bundle)) == {"signed list", "files"}
    (bundle / SEAL_NAME).symlink_to(tmp_path)
    assert "signed list" in failed(check_sealed(bundle))
    assert not check_sealed(tmp_path / "missing").ok
