"""backup, restore and check: keeping the database, and knowing that it is in order."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from coordination import __version__, config
from coordination.commands import acting, as_option, failed, opened, words
from coordination.errors import Forbidden
from coordination.permissions import Permission, ever


def _progress(text: str):
    def show(done: int) -> None:
        click.echo(f"\r{text} {done:,}".replace(",", "\u00a0"), nl=False, err=True)

    return show if sys.stderr.isatty() else lambda done: None


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@as_option
def backup(file: Path, as_user: str | None) -> None:
    """Write the whole database to FILE, consistent while people work; a file that is there is replaced.

    The file is readable to its owner alone: it holds private numbers and password hashes.
    """
    from coordination.graph import dump

    tr = words()
    with opened() as store:
        actor = acting(store, as_user)
        if not ever(actor, Permission.BACKUP):
            raise Forbidden(Permission.BACKUP)
        content = dump.backup(store, file, actor, __version__, _progress(tr._("Saved:")))
    if sys.stderr.isatty():
        click.echo(err=True)
    click.echo(
        tr._(
            "Backup made: %(nodes)s nodes, %(relationships)s relationships, SHA-256 %(sha256)s",
            nodes=content.nodes,
            relationships=content.relationships,
            sha256=content.sha256,
        )
    )


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Fill an empty database from FILE, a backup of this or another server.

    The file is checked to its last byte first. A database with any content is refused.
    """
    from coordination.graph import dump

    tr = words()
    dump.inspect(file)  # before a server is started for it
    with opened(prepare=False) as store:
        content = dump.restore(store, file, _progress(tr._("Restored:")))
    if sys.stderr.isatty():
        click.echo(err=True)
    click.echo(
        tr._(
            "Restored: %(nodes)s nodes, %(relationships)s relationships, from a backup of %(made_at)s",
            nodes=content.nodes,
            relationships=content.relationships,
            made_at=content.made_at,
        )
    )


@click.command("check")
def check() -> None:
    """Check the database's own rules, the audit chain and the settings; exit status 1 when one is broken."""
    from coordination.graph import checks, seals

    tr = words()
    settings = config.load()
    with opened(settings) as store:
        sealed = seals.seal(store)
        findings = checks.check(store, settings)
        head = seals.head(store)
    for finding in findings:
        click.echo(finding.told(tr), err=True)
    click.echo(tr.n("%(num)s audit entry sealed.", "%(num)s audit entries sealed.", sealed))
    click.echo(tr._("Last seal of the audit chain: %(head)s", head=head))
    if findings:
        number = len(findings)
        raise failed(tr.n("%(num)s rule is broken.", "%(num)s rules are broken.", number))
    click.echo(tr._("Everything is in order."))
