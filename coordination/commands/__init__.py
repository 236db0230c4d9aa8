"""What the commands share: the opened store, whoever acts, and errors as one sentence."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from coordination import config, errors
from coordination.i18n import N_, Translator, translator
from coordination.permissions import LOCAL_OPERATOR, Actor

if TYPE_CHECKING:
    from coordination.graph.store import Store

as_option = click.option("--as", "as_user", metavar="E-MAIL", help="Act as this account, not as the local operator.")

_WORDS: dict[type[Exception], str] = {
    errors.NotFound: N_("There is no “%(what)s”."),
    errors.AlreadyExists: N_("“%(what)s” already exists."),
    errors.Conflict: N_("“%(what)s” was changed by someone else meanwhile; run the command again."),
    errors.Forbidden: N_("This account may not do that."),
    errors.StoreUnavailable: N_("The graph server does not answer: %(what)s"),
    errors.TooMuchAtOnce: N_(
        "The database has not enough memory to save all of it in one step, so nothing was saved. Divide the file, or give "
        "the graph server more memory: %(what)s"
    ),
    errors.SchemaTooNew: N_("The database was written by a newer version of the program; nothing was changed: %(what)s"),
}


def words() -> Translator:
    """The translator of commands, in the language of COORDINATION_LANGUAGE."""
    try:
        return translator(config.load().language)
    except config.SettingError:
        return translator("en")


def sentence(error: Exception) -> tuple[str, int]:
    """One sentence for an error, and the exit status that goes with it."""
    tr = words()
    if isinstance(error, config.SettingError):
        return str(error), 2
    if isinstance(error, errors.Invalid):
        return tr._(error.message, **error.values), 1
    for kind, text in _WORDS.items():
        if isinstance(error, kind):
            return " ".join(tr._(text, what=error).split()), 1
    if isinstance(error, errors.DomainError):
        return str(error) or type(error).__name__, 1
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}", 1
    what = f"{type(error).__name__}: {error}".splitlines()[0]
    return tr._("Unexpected error: %(what)s. COORDINATION_DEBUG=1 shows where.", what=what), 1


def say(text: str) -> None:
    """Progress, for a person at a terminal; a program that reads the output never sees it."""
    if sys.stderr.isatty():
        click.echo(text, err=True)


@contextmanager
def opened(settings: config.Settings | None = None, *, prepare: bool = True) -> Iterator[Store]:
    """The store of the settings, ready and with its reference data, closed again at the end."""
    from coordination.graph.opening import open_store

    settings = settings or config.load()
    tr = words()
    say(tr._("Opening the graph…") if settings.neo4j_uri else tr._("Starting the graph (1.5–5 s)…"))
    store = open_store(settings, prepare=prepare)
    try:
        yield store
    finally:
        store.close()


def acting(store: Store, email: str | None) -> Actor:
    """The account named by `--as`, or the local operator. Ends with a usage error where there is none."""
    if not email:
        return LOCAL_OPERATOR
    from coordination.accounts.service import actor_for

    actor = actor_for(store, email)
    if actor is None:
        raise click.UsageError(words()._("There is no active account “%(email)s”.", email=email))
    return actor


def failed(text: str) -> click.exceptions.Exit:
    """Say on stderr what is not in order; raise the result to end with status 1."""
    click.echo(text, err=True)
    return click.exceptions.Exit(1)
