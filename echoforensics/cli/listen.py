"""``echoforensics listen``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from echoforensics.cli.options.signing import signing_key_option

if TYPE_CHECKING:
    from echoforensics.listening.run import ListenOutcome

#: More processes than this are not begun unless they are asked for: each holds the models.
_MOST_WORKERS = 4


@click.command("listen")
@click.argument("case_path", metavar="CASE", type=click.Path(path_type=Path))
@click.option(
    "--only",
    multiple=True,
    metavar="EXHIBIT|IN-...",
    help="Only the recordings of this exhibit or interaction; may be given several times.",
)
@click.option(
    "--workers",
    default=0,
    metavar="N",
    type=click.IntRange(0, 64),
    help="Number of processes. Default: one for each processor.",
)
@click.option(
    "--model",
    metavar="DIR",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Another Whisper model, in the form of CTranslate2. Its transcripts are added to those in the case.",
)
@click.option(
    "--language", default="en", metavar="CODE", help="Language that a multilingual model writes.", show_default=True
)
@click.option(
    "--wake-model",
    metavar="FILE",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Another microWakeWord model for the wake word: its JSON file.",
)
@click.option(
    "--find",
    default="",
    metavar="TEXT",
    help="Do not listen; search the transcripts of machines and of the service for words, by spelling and by sound.",
)
@click.option(
    "--limit",
    default=20,
    metavar="N",
    type=click.IntRange(1),
    help="With --find: the number of texts shown.",
    show_default=True,
)
@click.option(
    "--dask",
    default="",
    metavar="ADDRESS|local",
    help="Let the workers of a Dask cluster listen; see docs/scale.md. They are sent recordings; the key stays here.",
)
@signing_key_option
@click.option("--json", "as_json", is_flag=True, help="Write the result as JSON.")
def command(
    *, case_path: Path, only: tuple[str, ...], workers: int, model: Path | None, language: str,
    wake_model: Path | None, dask: str, find: str, limit: int, key_path: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Listen to the recordings of a case: speech, wake word, transcripts. What machines find is not evidence.

    The findings are added to the case, signed, as separate records (`machine:*`), with the hashes of the models. No
    network is used. Repeat the command to complete an interrupted run.
    """
    if find:
        _find(case_path, find, limit, as_json=as_json)
        return
    from echoforensics.cli.options.marks import key_of_case
    from echoforensics.cli.progress import progress
    from echoforensics.cli.safe_text import given_text
    from echoforensics.listening.installed import refuse_without_libraries
    from echoforensics.listening.listener import ListenOptions
    from echoforensics.listening.run import listen

    refuse_without_libraries()
    if dask:
        from echoforensics.cluster.connection import refuse_address

        refuse_address(dask)
    options = ListenOptions(model, given_text(language), wake_model)
    with progress() as report:
        outcome = listen(
            case_path, key_of_case(key_path, case_path), options,
            only=[given_text(name) for name in only], workers=workers or _workers(), dask=dask,
            progress=lambda done, total: report(f"listening: {done} of {total}", done, 0),
        )  # fmt: skip
    click.echo(json.dumps(_as_json(outcome)) if as_json else _as_text(outcome))


def _find(case_path: Path, find: str, limit: int, *, as_json: bool) -> None:
    """Say which texts of a case are like some words."""
    from dataclasses import asdict

    from echoforensics.cli.safe_text import given_text, safe
    from echoforensics.library import open_case
    from echoforensics.listening.likeness import find_like

    with open_case(case_path) as case:
        found = find_like(case, given_text(find), limit)
        heard = any(case.rows(types=["machine"]))
    if as_json:
        click.echo(json.dumps({"found": [asdict(one) for one in found], "listened": heard}))
        return
    for one in found:
        whose = f"a machine, about {one.about}" if one.source == "machine" else "the service"
        at = f" at {one.at:.2f} s" if one.at is not None else ""
        where = f"{one.exhibit}  {one.interaction or '-'}  {one.datetime or 'no time'}"
        click.echo(safe(f'{one.likeness:5.1f}  {where}  by {whose}{at}: "{one.text}"'))
    if not found:
        click.echo("no similar text")
    if not heard:
        click.echo("No machine has listened to this case: only texts of the service were searched.", err=True)


def _workers() -> int:
    import os

    return min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, _MOST_WORKERS)


def _as_text(outcome: ListenOutcome) -> str:
    from echoforensics.cli.safe_text import safe
    from echoforensics.counting import counted

    before = outcome.recordings - outcome.heard
    lines = [
        f"{counted(outcome.heard, 'recording')} listened to"
        + (f"; {before} had been, with these models and options" if before else "")
        + f". {counted(len(outcome.exhibits), 'finding')} added to the case"
        + (f", {outcome.exhibits[0]} to {outcome.exhibits[-1]}." if outcome.exhibits else ".")
    ]
    lines += [f"Not decoded: {exhibit}: {why}" for exhibit, why in outcome.not_decoded]
    lines.append("They are findings of machines and can be wrong. `timeline --type machine` lists them.")
    return safe("\n".join(lines), "\n")


def _as_json(outcome: ListenOutcome) -> dict[str, object]:
    return {
        "recordings": outcome.recordings,
        "heard": outcome.heard,
        "exhibits": list(outcome.exhibits),
        "not_decoded": [{"exhibit": exhibit, "why": why} for exhibit, why in outcome.not_decoded],
        "models": {name: dict(about) for name, about in outcome.about.items()},
    }
