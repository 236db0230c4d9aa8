"""`coordination users`: accounts from the command line."""

from __future__ import annotations

import csv
import json
import sys
from typing import TYPE_CHECKING

import click

from coordination import config
from coordination.commands import acting, as_option, opened, words
from coordination.errors import NotFound
from coordination.permissions import Role

if TYPE_CHECKING:
    from coordination.graph.store import Store
    from coordination.graph.users import User
    from coordination.permissions import Actor

ROLES = [str(role) for role in (Role.INSTITUTION, Role.CONSULTANT, Role.NATIONAL, Role.AUDITOR, Role.ADMINISTRATOR)]
COLUMNS = ("email", "role", "acts_for", "label", "state")


@click.group()
def users() -> None:
    """Accounts: add, disable and list them, make one-time links."""


@users.command()
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--institution", default="", metavar="ID", help="Whom an institution's account acts for.")
@click.option("--voivodeship", default="", metavar="NN", help="Where a consultant acts, e.g. 14.")
@click.option("--label", default="", help="The function shown to others.")
@as_option
def add(email: str, role: str, institution: str, voivodeship: str, label: str, as_user: str | None) -> None:
    """Open an account for EMAIL and print the one-time link with which its owner sets a password."""
    from email_validator import EmailNotValidError, validate_email

    from coordination.accounts import manage_service, service

    try:
        email = validate_email(email, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise click.UsageError(f"EMAIL: {error}") from error
    if role == Role.INSTITUTION and not institution:
        raise click.UsageError("--role institution needs --institution ID")
    if role == Role.CONSULTANT and not voivodeship:
        raise click.UsageError("--role consultant needs --voivodeship NN")
    settings = config.load()
    with opened(settings) as store:
        _user, token = manage_service.add(
            store, acting(store, as_user), email=email, role=Role(role), institution=institution,
            voivodeship=voivodeship, label=label, language=settings.language,
        )  # fmt: skip
    click.echo(service.link_address(settings, token))


@users.command()
@click.argument("email")
@as_option
def link(email: str, as_user: str | None) -> None:
    """Print a new one-time password link for EMAIL; earlier ones stop working."""
    from coordination.accounts import manage_service, service

    settings = config.load()
    with opened(settings) as store:
        actor = acting(store, as_user)
        token = manage_service.new_link(store, actor, _one(store, actor, email))
    click.echo(service.link_address(settings, token))


@users.command()
@click.argument("email")
@as_option
def disable(email: str, as_user: str | None) -> None:
    """Disable the account of EMAIL; its sessions and links end at once."""
    from coordination.accounts import manage_service

    with opened() as store:
        actor = acting(store, as_user)
        user = _one(store, actor, email)
        if user.active:
            manage_service.set_active(store, actor, user, False)
    click.echo(words()._("The account %(email)s is disabled.", email=user.email))


@users.command("list")
@click.option("--format", "shape", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@as_option
def list_(shape: str, as_user: str | None) -> None:
    """List accounts by address."""
    from coordination.accounts import manage_service

    with opened() as store:
        rows = [_row(user) for user in manage_service.listed(store, acting(store, as_user))]
    if shape == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    elif shape == "csv":
        out: csv.DictWriter[str] = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
        out.writeheader()
        out.writerows(rows)
    else:
        widths = {name: max((len(row[name]) for row in rows), default=0) for name in COLUMNS}
        for row in rows:
            click.echo("  ".join(row[name].ljust(widths[name]) for name in COLUMNS).rstrip())


def _row(user: User) -> dict[str, str]:
    return {
        "email": user.email,
        "role": str(user.role),
        "acts_for": user.institution_id or ",".join(user.voivodeships),
        "label": user.label,
        "state": "disabled" if not user.active else "active" if user.has_password else "waiting",
    }


def _one(store: Store, actor: Actor, email: str) -> User:
    """The account of an address within the actor's reach. Raises NotFound."""
    from coordination.accounts import manage_service
    from coordination.graph import users as accounts

    found = accounts.by_email(store, email)
    if found is None:
        raise NotFound(email)
    return manage_service.one(store, actor, found[0].id)
