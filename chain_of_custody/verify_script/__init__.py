"""Writes ``VERIFY.txt`` and ``verify.sh``, with which a stranger can check a sealed folder.

The script needs a POSIX shell, openssl and GNU coreutils; the text explains each step to people.
"""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from string import Template

from chain_of_custody.keys import PublicKey
from chain_of_custody.sealed_list import Kind, write_whole

TEXT, SCRIPT = "VERIFY.txt", "verify.sh"
_ASSETS = files("chain_of_custody.verify_script") / "assets"
_SIGNED = """\
The list is signed with the examiner's key. Compare its fingerprint with the one that you have from another source: a
letter, a hearing, the laboratory's site.

    {fingerprint}"""
_UNSIGNED = "THE LIST IS UNSIGNED: anybody could have written it, and everything it lists. It guards against accidents."
_LEDGER = """

The ledger of the case had {length} lines when this was made. Its head, the hash of the last of them:

    {head}"""


def write_verification(
    folder: Path, *, kind: Kind, public: PublicKey | None, ledger: tuple[int, str] | None = None,
    ledger_file: str = "", graph: str = "",
) -> None:  # fmt: skip
    """Write ``VERIFY.txt`` and ``verify.sh`` into a folder before it is sealed.

    Args:
        folder: the folder.
        kind: the folder's kind.
        public: the key that will seal it; None if it stays unsigned.
        ledger: length and head of the case's ledger.
        ledger_file: the ledger's name in the folder; empty if it is not included.
        graph: the name of the CASE graph in the folder; empty if there is none.

    Raises:
        OSError: a file already exists or cannot be written.
    """
    marks = {"@FILE@": ledger_file, "@GRAPH@": graph, "@MORE@": "one: the list itself"}
    names = ["list", "files", "others"] if public is None else ["key", "list", "signature", "files", "others"]
    if kind == "bundle":
        marks["@MORE@"] = "two: the list itself and tagmanifest-sha256.txt"
        names.append("bag")
    names += [name for name, there in (("ledger", ledger_file), ("graph", graph)) if there]
    text = Template((_ASSETS / TEXT).read_text(encoding="utf-8")).substitute(
        KIND=kind.upper(),
        kind=kind,
        signed=_UNSIGNED if public is None else _SIGNED.format(fingerprint=public.fingerprint),
        ledger="" if ledger is None else _LEDGER.format(length=ledger[0], head=ledger[1]),
        option="" if public is None else f" -k {public.fingerprint}",
        program="" if public is None else f" --fingerprint {public.fingerprint}",
        steps=_steps([*names, "timestamp"], marks),
    )
    write_whole(folder / TEXT, text.encode("utf-8"))
    write_whole(folder / SCRIPT, (_ASSETS / SCRIPT).read_bytes())
    (folder / SCRIPT).chmod(0o755)


def _steps(names: list[str], marks: dict[str, str]) -> str:
    """Return the numbered steps for checking by hand."""
    _, *parts = re.split(r"^\[(\w+)\]\n", (_ASSETS / "steps.txt").read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = dict(zip(parts[::2], parts[1::2], strict=True))
    text = "\n".join(f"{number}. {found[name].strip()}\n" for number, name in enumerate(names, 1))
    for mark, value in marks.items():
        text = text.replace(mark, value)
    return text
