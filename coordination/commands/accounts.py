"""`coordination users`: accounts from the command line."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import click

from coordination import config
from coordination.accounts import manage_service, service
from coordination.errors import AlreadyExists, DomainError, Forbidden, Invalid, NotFound, StoreUnavailable
from coordination.graph import users as accounts
from coordination.graph.opening import open_store
from coordination.graph.store import Store
from coordination.graph.users import User
from coordination.i18n import N_, Translator, translator
from coordination.permissions import LOCAL_OPERATOR, Actor, Role

ROLES = [str(role) for role in manage_service.GIVEN]
_AS = click.option("--as", "as_user", metavar="EMAIL", help="Act as this account instead of the local operator.")


@click.group()
def users() -> None:
    """Accounts: add, disable and list them, make one-time links."""


@users.command()
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--institution", default="", metavar="ID", help="Whom an institution's account acts for.")
@click.option("--voivodeship", default="", metavar="NN", help="Where a consultant acts, e.g. 14.")
@click.option("--label", default="", help="The function shown to others.")
@_AS
def add(email: str, role: str, institution: str, voivodeship: str, label: str, as_user: str | None) -> None:
    """Open an account for EMAIL and print the one-time link with which its owner sets a password."""
    from email_validator import EmailNotValidError, validate_email

    try:
        email = validate_email(email, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise click.UsageError(f"EMAIL: {error}") from error
    if role == Role.INSTITUTION and not institution:
        raise click.UsageError("--role institution needs --institution ID")
    if role == Role.CONSULTANT and not voivodeship:
        raise click.UsageError("--role consultant needs --voivodeship NN")
    with _opened(as_user) as (store, actor, settings, _):
        _user, token = manage_service.add(
            store, actor, email=email, role=Role(role), institution=institution, voivodeship=voivodeship,
            label=label, language=settings.language,
        )  # fmt: skip
        click.echo(service.link_address(settings, token))


@users.command()
@click.argument("email")
@_AS
def link(email: str, as_user: str | None) -> None:
    """Print a new one-time password link for EMAIL; earlier ones stop working."""
    with _opened(as_user) as (store, actor, settings, _):
        click.echo(service.link_address(settings, manage_service.new_link(store, actor, _one(store, actor, email))))


@users.command()
@click.argument("email")
@_AS
def disable(email: str, as_user: str | None) -> None:
    """Disable the account of EMAIL; its sessions and links end at once."""
    with _opened(as_user) as (store, actor, _settings, _):
        user = _one(store, actor, email)
        if user.active:
            manage_service.set_active(store, actor, user, False)
        click.echo(_._(N_("The account %(email)s is disabled."), email=user.email))


@users.command("list")
@click.option("--format", "shape", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@_AS
def list_(shape: str, as_user: str | None) -> None:
    """List accounts by address."""
    with _opened(as_user) as (store, actor, _settings, _):
        rows = [
            {
                "email": user.email,
                "role": str(user.role),
                "acts_for": user.institution_id or ",".join(user.voivodeships),
                "label": user.label,
                "state": "disabled" if not user.active else "active" if user.has_password else "waiting",
            }
            for user in manage_service.listed(store, actor)
        ]
    if shape == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    elif shape == "csv":
        out = csv.DictWriter(sys.stdout, ["email", "role", "acts_for", "label", "state"], lineterminator="\n")
        out.writeheader()
        out.writerows(rows)
    else:
        widths = [max((len(row[name]) for row in rows), default=0) for name in ("email", "role", "acts_for", "state")]
        for row in rows:
            cells = (row["email"], row["role"], row["acts_for"], row["state"])
            click.echo("  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip())


def actor_for(store: Store, email: str | None) -> Actor:
    """Who acts: the local operator, or the active account named by `--as`. Raises NotFound."""
    if not email:
        return LOCAL_OPERATOR
    actor = service.actor_for(store, email)
    if actor is None:
        raise NotFound(email)
    return actor


@contextmanager
def _opened(as_user: str | None) -> Iterator[tuple[Store, Actor, config.Settings, Translator]]:
    """The store and who acts; a domain error ends the command with one sentence."""
    settings = config.load()
    words = translator(settings.language)
    store = None
    try:
        store = open_store(settings)
        yield store, actor_for(store, as_user), settings, words
    except DomainError as error:
        _refuse(_sentence(error, words))
    finally:
        if store is not None:
            store.close()


def _one(store: Store, actor: Actor, email: str) -> User:
    """The account of an address within the actor's reach. Raises NotFound."""
    found = accounts.by_email(store, email)
    if found is None:
        raise NotFound(email)
    return manage_service.one(store, actor, found[0].id)


def _sentence(error: DomainError, words: Translator) -> str:
    if isinstance(error, Invalid):
        return words._(error.message, **error.values)
    if isinstance(error, AlreadyExists):
        return words._(N_("This address already has an account."))
    if isinstance(error, NotFound):
        return words._(N_("There is no such account, institution or voivodeship: %(what)s"), what=str(error))
    if isinstance(error, Forbidden):
        return words._(N_("The role of this account does not allow that."))
    if isinstance(error, StoreUnavailable):
        return words._(N_("The graph server does not answer: %(why)s"), why=str(error))
    return str(error)


def _refuse(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(1)
