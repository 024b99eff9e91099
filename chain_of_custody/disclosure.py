"""Discloses a part of a sealed set, with proofs that it belongs to the whole, without revealing the rest.

The set is the lines of some text files. Each line is a leaf of a tree (:mod:`chain_of_custody.merkle`), whose content
is a salt of 32 bytes and the line without its newline. A salt is the HMAC-SHA256 of the line under a key that only
holders of the whole set have, so nobody can find an omitted line by hashing guesses. Leaves are sorted by hash, so
their positions do not reveal where their lines stood in the files.

The mapping ``sealed_set`` in the signed statement says how to check what was handed over::

    {"files": ["data/timeline.jsonl", ...], "folder": "data/recordings/", "left_out": 3, "root": "...", "size": 120,
     "key": "data/sealed-set.key"}

For a part, ``"proofs": "data/proofs.txt"`` replaces ``key``. That file has one line for each line of ``files``, in
order: the leaf's number, the salt and the hashes of its path, in hexadecimal and separated by spaces.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from chain_of_custody.merkle import EMPTY_ROOT, HASH_SIZE, HashTree, SortedHashes, leaf_hash, root_of

#: The action of the ledger line that records the tree's root and size.
TREE_RECORDED = "tree recorded"

#: Opens a handed-over file by name; raises KeyError or OSError on failure.
Opener = Callable[[str], BinaryIO]

_MOST = 16 << 20
_HEX = re.compile(r"[0-9a-f]{64}")
_PROOF = re.compile(r"(0|[1-9][0-9]{0,18}) ([0-9a-f]{64})((?: [0-9a-f]{64}){0,64})")
#: The most failures of one kind to list.
_NAMED = 5


class DisclosureError(ValueError):
    """An unusable description of a sealed set. The message says why."""


@dataclass(frozen=True, slots=True)
class SealedSet:
    """How to check a set, or a part of one.

    Attributes:
        root: the root of the tree, in hexadecimal.
        size: the number of leaves in the tree.
        left_out: the number of leaves that are not handed over.
        files: names of the files whose lines are leaves.
        folder: the prefix of the file names that lines must reference; empty if there are none.
        key: the name of the file with the key of the salts; empty for a part.
        proofs: the name of the file with the proofs; empty for the whole set.
    """

    root: str
    size: int
    left_out: int
    files: tuple[str, ...]
    folder: str = ""
    key: str = ""
    proofs: str = ""

    def as_json(self) -> dict[str, object]:
        """Return the description for the signed statement."""
        kept: dict[str, object] = {"root": self.root, "size": self.size, "left_out": self.left_out}
        kept |= {"files": list(self.files), "folder": self.folder}
        return kept | ({"key": self.key} if self.key else {"proofs": self.proofs})

    @classmethod
    def of_json(cls, value: object) -> SealedSet:
        """Read the description from a signed statement.

        Raises:
            DisclosureError: the value does not have the form that :meth:`as_json` gives.
        """
        if not isinstance(value, dict):
            raise DisclosureError("the description of the sealed set is not an object")
        files, found = value.get("files"), {name: value.get(name) for name in ("root", "folder", "key", "proofs")}
        numbers = [value.get("size"), value.get("left_out")]
        texts = {name: text for name, text in found.items() if isinstance(text, str)}
        if (
            not isinstance(files, list) or not all(isinstance(name, str) for name in files)
            or any(type(number) is not int or number < 0 for number in numbers)
            or not _HEX.fullmatch(texts.get("root", "")) or ("key" in texts) == ("proofs" in texts)
        ):  # fmt: skip
            raise DisclosureError("the description of the sealed set lacks a part, or has one too many")
        return cls(size=value["size"], left_out=value["left_out"], files=tuple(files), **texts)


def salt_of(key: bytes, line: bytes) -> bytes:
    """Return the salt of a line under the key of its set."""
    return hmac.digest(key, line, "sha256")


def salted_leaf(salt: bytes, line: bytes) -> bytes:
    """Return the hash of a line's leaf."""
    return leaf_hash(salt + line)


def proof_line(tree: HashTree, key: bytes, line: bytes) -> bytes:
    """Return the proof for a line, with its newline.

    Raises:
        DisclosureError: the line is not in the tree.
    """
    salt = salt_of(key, line)
    index = tree.find(salted_leaf(salt, line))
    if index is None:
        raise DisclosureError("a line is not of the sealed set")
    return " ".join([str(index), salt.hex(), *(each.hex() for each in tree.path(index))]).encode() + b"\n"


def recorded_tree(entries: Iterator[tuple[str, Mapping[str, object]]]) -> tuple[object, object]:
    """Return the last root and size a ledger records, from its entries' actions and details; (None, None) if none."""
    found: tuple[object, object] = (None, None)
    for action, detail in entries:
        if action == TREE_RECORDED:
            found = detail.get("root"), detail.get("size")
    return found


def set_problems(described: SealedSet, open_file: Opener, digests: Mapping[str, str]) -> list[str]:
    """Check that what was handed over belongs to the set with the given root: all of it, or a part with proofs.

    Args:
        described: how to check it; trusted, since it is signed.
        open_file: opens a handed-over file.
        digests: maps the name of every handed-over file to its SHA-256 in hexadecimal.

    Returns:
        The problems found, one sentence each; empty if every check passed.

    Raises:
        OSError: a file cannot be read.
    """
    needed = [*described.files, described.key or described.proofs]
    if absent := [name for name in needed if name not in digests]:
        return [f"{name}: is not among the files that were signed" for name in absent]
    check = _SetCheck(described, open_file, digests)
    try:
        return check.whole() if described.key else check.part()
    except DisclosureError as error:
        return [*check.problems, str(error)]


class _SetCheck:
    """Checks a set, or a part of one."""

    def __init__(self, described: SealedSet, open_file: Opener, digests: Mapping[str, str]) -> None:
        self.problems: list[str] = []
        self._described, self._open, self._digests = described, open_file, digests
        self._named: set[str] = set()
        self._count = 0

    def whole(self) -> list[str]:
        described = self._described
        with self._open(described.key) as stream:
            content = stream.read(2 * HASH_SIZE + 2).decode("ascii", errors="replace")
        if not content.endswith("\n") or not _HEX.fullmatch(content[:-1]):
            raise DisclosureError(f"{described.key}: is not a key of 64 hexadecimal digits")
        key = bytes.fromhex(content)
        with SortedHashes() as hashes:
            for _, line in self._lines():
                hashes.add(salted_leaf(salt_of(key, line), line))
            with HashTree(hashes) as tree:
                self._compare_root(tree.root, "the lines that were handed over")
        self._count_and_files()
        return self.problems

    def part(self) -> list[str]:
        described, seen = self._described, set[int]()
        with self._open(described.proofs) as stream:
            for name, line in self._lines():
                proof = _PROOF.fullmatch(stream.readline(_MOST).decode("ascii", errors="replace").removesuffix("\n"))
                if proof is None:
                    raise DisclosureError(
                        f"{described.proofs}: has no proof for line {self._count} of those handed over"
                    )
                index, path = int(proof[1]), [bytes.fromhex(each) for each in proof[3].split()]
                if index in seen:
                    raise DisclosureError(f"{name}: a line of the set occurs twice")
                seen.add(index)
                self._compare_root(
                    root_of(index, described.size, salted_leaf(bytes.fromhex(proof[2]), line), path),
                    f"{name}: the proof for line {self._count} of the set",
                )
            if stream.read(1):
                self.problems.append(f"{described.proofs}: has proofs for lines that are not there")
        self._count_and_files()
        return self.problems

    def _lines(self) -> Iterator[tuple[str, bytes]]:
        for name in self._described.files:
            with self._open(name) as stream:
                while raw := stream.readline(_MOST):
                    if not raw.endswith(b"\n"):
                        raise DisclosureError(f"{name}: a line is cut off, or longer than {_MOST} bytes")
                    self._count += 1
                    self._check_file(name, raw)
                    yield name, raw[:-1]

    def _check_file(self, name: str, line: bytes) -> None:
        """Check that a file named by a line is present with the digest that the line gives."""
        if not self._described.folder or b'"file"' not in line:
            return
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            raise DisclosureError(f"{name}: a line is not JSON") from None
        file = value.get("file") if isinstance(value, dict) else None
        if not isinstance(file, str) or not file.startswith(self._described.folder):
            return
        self._named.add(file)
        if self._digests.get(file) != value.get("sha256"):
            self._add(f"{file}: the sealed set has SHA-256 {value.get('sha256')}, the signed list"
                      f" {self._digests.get(file, 'no such file')}")  # fmt: skip

    def _compare_root(self, root: bytes | None, of: str) -> None:
        wanted = bytes.fromhex(self._described.root)
        if root != wanted or (root == EMPTY_ROOT and self._described.size):
            found = root.hex() if root is not None else "to no root"
            self._add(f"{of} leads {found if root is None else f'to the root {found}'}, not to {self._described.root}:"
                      " it is not of the set that was sealed")  # fmt: skip

    def _count_and_files(self) -> None:
        described = self._described
        if self._count + described.left_out != described.size or (described.key and described.left_out):
            self._add(f"{self._count} lines were handed over and {described.left_out} are said to be left out, of a set"
                      f" of {described.size}")  # fmt: skip
        if described.folder:
            there = {name for name in self._digests if name.startswith(described.folder)}
            for name in sorted(there - self._named):
                self._add(f"{name}: is named by no line of the sealed set")

    def _add(self, sentence: str) -> None:
        if len(self.problems) < _NAMED:
            self.problems.append(sentence)
