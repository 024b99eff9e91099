"""Texts that are common on devices, each made by code."""

from __future__ import annotations

import base64
import csv
import io
import random
from pathlib import Path

from benchmarks.contents.words import WORDS, filled, sentence, utterance_id


def ndjson_log(size: int, draw: random.Random, _: Path) -> bytes:
    """A program's log, one object a line."""
    levels = ("debug", "info", "warn")
    return filled(
        size,
        (
            f'{{"ts":"2023-04-01T{n % 24:02}:{n % 60:02}:07.{n % 1000:03}Z","level":"{draw.choice(levels)}",'
            f'"logger":"{draw.choice(WORDS)}","msg":"{sentence(draw, 9)}","n":{draw.random()}}}\n'.encode()
            for n in range(size)
        ),
    )


def system_log(size: int, draw: random.Random, _: Path) -> bytes:
    """A log as Android's logcat and syslog write it."""
    return filled(
        size,
        (
            f"04-01 {n % 24:02}:{n % 60:02}:{n % 59:02}.{n % 1000:03} {draw.randrange(9999):5} {draw.randrange(9999):5}"
            f" I {draw.choice(WORDS).title()}Manager: {sentence(draw, 8)} {draw.randrange(1 << 40):x}\n".encode()
            for n in range(size)
        ),
    )


def echo_log(size: int, draw: random.Random, _: Path) -> bytes:
    """An Echo's log: an utterance id in every third line."""
    return filled(
        size,
        (
            (
                f"230401:{n % 24:02}{n % 60:02}{n % 59:02} speechd[{draw.randrange(999)}]: I {draw.choice(WORDS)}:"
                f"{sentence(draw, 5)}:" + (f"utteranceId={utterance_id(draw)}" if n % 3 == 0 else "done") + "\n"
            ).encode()
            for n in range(size)
        ),
    )


def html(size: int, draw: random.Random, _: Path) -> bytes:
    """Pages of the web."""
    return filled(
        size,
        (
            (
                f'<div class="{draw.choice(WORDS)}" id="n{draw.randrange(10**6)}"><a href="/{draw.choice(WORDS)}/'
                f'{draw.randrange(10**6)}.html?utm=12:34::x">{sentence(draw, 6)}</a><p>{sentence(draw, 25)}</p></div>'
                "\r\n"
            ).encode()
            for _ in range(size)
        ),
    )


def minified_script(size: int, draw: random.Random, _: Path) -> bytes:
    """JavaScript without white space."""
    return filled(
        size,
        (
            (
                f'function {draw.choice("abcdef")}{draw.randrange(999)}(e,t){{var n={{"{draw.choice(WORDS)}":'
                f"{draw.random():.3f},{draw.choice(WORDS)}:[e,t,!0]}};return n.{draw.choice(WORDS)}?"
                f'e.{draw.choice(WORDS)}(t,"\\u0000"):null}}'
            ).encode()
            for _ in range(size)
        ),
    )


def mail(size: int, draw: random.Random, _: Path) -> bytes:
    """A mailbox: headers, text, attachments in base64."""
    return filled(
        size,
        (
            f"From: {draw.choice(WORDS)}@example.com\r\nDate: Sat, 01 Apr 2023 10:00:{n % 60:02} +0000\r\nSubject: "
            f"{sentence(draw, 5)}\r\n\r\n{sentence(draw, 120)}\r\n".encode()
            + base64.encodebytes(draw.randbytes(3000))
            for n in range(size)
        ),
    )


def chat_export(size: int, draw: random.Random, _: Path) -> bytes:
    """A chat as messengers export it."""
    return filled(
        size,
        (
            (
                f"[01.04.23, {n % 24:02}:{n % 60:02}:{n % 59:02}] {draw.choice(WORDS).title()}: {sentence(draw, 9)}"
                " \U0001f600\r\n"
            ).encode()
            for n in range(size)
        ),
    )


def base64_text(size: int, draw: random.Random, _: Path) -> bytes:
    """Base64 without line ends."""
    return base64.b64encode(draw.randbytes(size * 3 // 4))


def csv_table(size: int, draw: random.Random, _: Path) -> bytes:
    """Rows of numbers and words."""
    out = io.StringIO()
    writer = csv.writer(out)
    while out.tell() < size:
        writer.writerow([draw.randrange(10**9), "2023-04-01 10:00:00", sentence(draw, 3), f"{draw.random():.6f}"])
    return out.getvalue().encode()


def xml(size: int, draw: random.Random, _: Path) -> bytes:
    """XML of places and times."""
    return filled(
        size,
        (
            f'<trkpt lat="{draw.random() * 90:.6f}" lon="{draw.random() * 180:.6f}"><ele>{draw.random():.1f}</ele>'
            f"<time>2023-04-01T10:00:00Z</time><name>{draw.choice(WORDS)}</name></trkpt>\n".encode()
            for _ in range(size)
        ),
    )
