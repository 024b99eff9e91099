"""``echoforensics review``."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from echoforensics.cli.options.signing import signing_key_option

if TYPE_CHECKING:
    from echoforensics.review.room import ReviewRoom
    from echoforensics.review.web.certificate import ServerCertificate


@click.command("review")
@click.argument("case_paths", metavar="CASE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--room",
    "room_path",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="The room's folder: people, work and audit. Default: CASE.review, beside the first case.",
)
@click.option(
    "--host",
    default="localhost",
    metavar="NAME",
    show_default=True,
    help="The name or address of this machine by which browsers open the room. Beyond loopback it is served over TLS.",
)
@click.option(
    "--port", default=8765, metavar="N", type=click.IntRange(0, 65535), show_default=True, help="0: any free."
)
@click.option(
    "--certificate",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The server's certificate, in PEM. Default, beyond loopback: one the room makes; its fingerprint is shown.",
)
@click.option(
    "--certificate-key",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The private key of --certificate, in PEM, without a passphrase.",
)
@click.option(
    "--close",
    is_flag=True,
    help="Sign what is finished into the cases, and serve nothing. What a case has already is skipped.",
)
@click.option("--json", "as_json", is_flag=True, help="With --close: say what was added as JSON.")
@click.option("--new-link", metavar="NAME", help="Show a one-time link that sets up this person's account anew.")
@signing_key_option
def command(
    *, case_paths: tuple[Path, ...], room_path: Path | None, host: str, port: int, certificate: Path | None,
    certificate_key: Path | None, close: bool, new_link: str | None, key_path: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Serve the review room, in which several people listen to sealed cases and code them.

    The room is opened in a browser, at http://localhost:8765 unless --host and --port say otherwise. The first start
    shows a link with which the first supervisor sets up an account. The cases stay sealed; what people do is in the
    room's folder, and the examiner's key signs the record of it. Ctrl-C stops the server.
    """
    from echoforensics.cli.options.marks import key_of_case
    from echoforensics.errors import UsageError
    from echoforensics.review.installed import refuse_without_libraries

    refuse_without_libraries()
    if (certificate is None) != (certificate_key is None):
        raise UsageError("--certificate and --certificate-key go together; give both")
    key = key_of_case(key_path, case_paths[0])
    folder = room_path or default_room(case_paths[0])

    from echoforensics.review.people.site import Site
    from echoforensics.review.room import DATABASE, ReviewRoom
    from echoforensics.review.web.certificate import given_certificate, own_certificate
    from echoforensics.review.web.serving import is_loopback, listen, serve, site_of, until_stopped

    if close:
        if not (folder / DATABASE).is_file():
            raise UsageError(f"{folder}: there is no review room to close; name the folder of the room with --room")
        with ReviewRoom(folder, case_paths, Site("localhost", port, tls=False), key) as room:
            _close(room, as_json=as_json)
        return
    given = given_certificate(certificate, certificate_key) if certificate and certificate_key else None
    sockets = listen(host, port)
    site = site_of(host, sockets, tls=given is not None or not is_loopback(host))
    opened: ReviewRoom | None = None
    with until_stopped(), ReviewRoom(folder, case_paths, site, key) as room:
        used = given or (own_certificate(folder, site.host) if site.tls else None)
        if new_link and room.secrets.is_lost:
            room.secrets.renew()
            click.echo("a new key of the second factors was made: who uses an authenticator app needs a link", err=True)
        room.secrets.refuse_if_lost()
        _say(room, used, new_link)
        opened = room
        serve(room, sockets, used)
    if opened is not None:
        click.echo(f"stopped. The audit has {opened.audit.length} lines and the head {opened.audit.head}", err=True)


def _close(room: ReviewRoom, *, as_json: bool) -> None:
    """Close a room into its cases, and say what that came to."""
    from echoforensics.cli.safe_text import safe
    from echoforensics.counting import counted
    from echoforensics.review.closing.closing import close_room

    closed = close_room(room)
    if as_json:
        click.echo(json.dumps({"cases": [asdict(one) for one in closed]}))
        return
    for one in closed:
        span = " to ".join(dict.fromkeys((one.exhibits[0], one.exhibits[-1]))) if one.exhibits else ""
        where = f", {span}" if span else ""
        known = f"; the case had {one.known}" if one.known else ""
        if not one.exhibits and not one.known:
            known = ": nothing in the room is finished"
        copies = f"; {counted(one.redactions, 'redacted copy', 'redacted copies')} made" if one.redactions else ""
        click.echo(safe(f"{one.case}: {counted(len(one.exhibits), 'record')} added{where}{known}{copies}"))


def default_room(case: Path) -> Path:
    """The folder of the room of a case, where none is named."""
    whole = case.absolute()
    return whole.with_name(f"{whole.name}.review")


def _say(room: ReviewRoom, certificate: ServerCertificate | None, new_link: str | None) -> None:
    """Say where the room is, and what is needed to get in."""
    from echoforensics.cli.safe_text import safe

    names = ", ".join(case.name for case in room.cases.values())
    click.echo(safe(f"review room of {names}: {room.path}"))
    click.echo(f"open {room.site.origin}")
    if certificate is not None and certificate.is_own:
        click.echo(f"its own certificate; compare its SHA-256 fingerprint in the browser: {certificate.fingerprint}")
    token = room.accounts.new_link_for(new_link) if new_link else None
    if token is not None:
        click.echo(safe(f"link for {new_link}, good once and for a day: {room.site.origin}/set-up/{token}"))
    elif (token := room.accounts.first_link()) is not None:
        click.echo(f"link for the first supervisor, good once and for a day: {room.site.origin}/set-up/{token}")
    click.echo("Ctrl-C stops it", err=True)
