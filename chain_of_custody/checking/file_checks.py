"""Checks files against the signed list, and a bag's manifests against both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from chain_of_custody.bag import DECLARATION, DECLARED, INFO, MANIFEST, PAYLOAD, manifest_text, tag_manifest_text
from chain_of_custody.checking.source import SealedSource
from chain_of_custody.file_list import ListedFile, folded_name
from chain_of_custody.sealed_list import SEAL_NAME, TAG_MANIFEST, SealedList
from chain_of_custody.verify import Problem, Verification


def check_files(checks: Verification, source: SealedSource, sealed: SealedList) -> None:
    """Compare every file with the signed list, and check that there are no other files."""
    there = [name for name in source.found.files if name != SEAL_NAME]
    if DECLARATION in sealed.files:
        there = [name for name in there if name != TAG_MANIFEST]
    listed = sealed.files
    changed: list[Problem] = []
    for name, found in zip(known := [n for n in there if n in listed], source.hash_files(known), strict=True):
        if isinstance(found, OSError):
            changed.append(_unreadable(name, listed[name], found))
        elif found.sha256 != listed[name]:
            changed.append(_changed(found, listed[name]))
    missing, extra = sorted(listed.keys() - set(there)), [name for name in there if name not in listed]
    problems = [*changed, *_moved(source, listed, missing, extra), *_odd(source)]
    total = len(listed)
    words = f"{total} as the signed list has them, and nothing else" if sealed.keyid else (
        f"{total} as the list has them, and nothing else; but the list is UNSIGNED")  # fmt: skip
    detail = f"{len(problems)} are not as the list has them" if problems else words
    checks.add("files", not problems, detail, problems)


def _changed(found: ListedFile, expected: str) -> Problem:
    shown = f"SHA-256 {found.sha256} ({found.size} bytes)"
    return Problem(found.name, f"SHA-256 {expected}", shown, "It was changed after it was sealed.")


def _unreadable(name: str, expected: str, error: OSError) -> Problem:
    return Problem(name, f"SHA-256 {expected}", error.strerror or str(error), "It cannot be read, and was not checked.")


def _moved(
    source: SealedSource, listed: Mapping[str, str], missing: Sequence[str], extra: Sequence[str]
) -> Iterator[Problem]:
    """Return missing and additional files, separating out those that were only renamed."""
    by_fold = {folded_name(name): name for name in extra}
    digests = {}
    if missing and extra:
        digests = {file.sha256: file.name for file in source.hash_files(extra) if isinstance(file, ListedFile)}
    explained = set()
    for name in missing:
        twin, same = by_fold.get(folded_name(name)), digests.get(listed[name])
        expected = f"a file of this name, SHA-256 {listed[name]}"
        if twin is not None:
            explained.add(twin)
            shown = f"{_escaped(twin)}, which differs in case or Unicode normalisation alone"
            content = "with the sealed content" if same == twin else "and its content is another too"
            yield Problem(name, expected, shown, f"It was renamed after it was sealed, {content}.")
        elif same is not None and same not in explained:
            explained.add(same)
            yield Problem(name, expected, f"its content as {_escaped(same)}", "It was renamed after it was sealed.")
        else:
            yield Problem(name, expected, "nothing", "It was taken out after it was sealed, or was never handed over.")
    for name in extra:
        if name not in explained:
            meaning = "It was added after the folder was sealed: nobody vouches for it."
            yield Problem(_escaped(name), "no such file", "a file that the list does not have", meaning)


def _odd(source: SealedSource) -> Iterator[Problem]:
    for sentence in source.found.problems:
        name, _, what = sentence.rpartition(": ")
        yield Problem(
            _escaped(name), "a regular file or nothing", what, "It was put there after the folder was sealed."
        )
    for name in source.found.empty_folders:
        yield Problem(_escaped(name), "no such folder", "an empty folder", "It was added after the folder was sealed.")


def _escaped(name: str) -> str:
    """Escape a name so that it differs visibly from a lookalike."""
    return name if name.isascii() and name.isprintable() else name.encode("unicode_escape").decode("ascii")


def check_bag(checks: Verification, source: SealedSource, sealed: SealedList, seal: bytes) -> None:
    """Check a bag's manifests: each must match the signed list."""
    payload = [ListedFile(name, 0, sha256) for name, sha256 in sealed.files.items() if name.startswith(PAYLOAD)]
    wanted: dict[str, bytes] = {
        DECLARATION: DECLARED,
        MANIFEST: manifest_text(payload),
        TAG_MANIFEST: tag_manifest_text(sealed.files, seal),
    }
    problems = []
    if INFO not in sealed.files:
        problems.append(Problem(INFO, "a description of the bag", "nothing", "A bag of this program has one."))
    for name, content in wanted.items():
        try:
            with source.open(name) as stream:
                found = stream.read(len(content) + 1)
        except OSError as error:
            problems.append(Problem(name, "a manifest", error.strerror or str(error), "The bag is not complete."))
            continue
        if found != content:
            problems.append(_other_manifest(name, found, content))
    detail = "its manifests are not those of the signed list" if problems else "its manifests say what the list says"
    checks.add("bag", not problems, detail, problems)


def _other_manifest(name: str, found: bytes, content: bytes) -> Problem:
    """Return the first line in which a manifest differs."""
    there, wanted = found.split(b"\n"), content.split(b"\n")
    at = next(
        (n for n, pair in enumerate(zip(there, wanted, strict=False)) if pair[0] != pair[1]),
        min(len(there), len(wanted)),
    )
    shown = [
        (lines[at] if at < len(lines) else b"").decode("utf-8", "backslashreplace")[:200] for lines in (wanted, there)
    ]
    return Problem(
        f"{name}, line {at + 1}",
        shown[0] or "the end",
        shown[1] or "the end",
        "The manifest does not say what the signed list says: one of the two was written anew.",
    )
