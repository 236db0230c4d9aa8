"""remind: for cron. Letters are prepared in the outbox, where a person reads them; nothing is sent."""

from __future__ import annotations

import click

from coordination import config
from coordination.commands import acting, as_option, opened, words


@click.command("remind")
@as_option
def remind(as_user: str | None) -> None:
    """Prepare the reminders that open rounds of the self-assessment ask for today.

    That is 14, 7 and 1 days before the last day, and every week after it, to institutions that have not answered: three
    at most for each, never twice within 7 days. A missed day is made up for. The letters wait in the outbox of their
    round; nothing is sent.
    """
    from coordination.readiness.rounds import mailing

    tr = words()
    settings = config.load()
    with opened(settings) as store:
        made = mailing.remind_on_schedule(store, acting(store, as_user), config.secret_key(settings))
    for title, number in made.items():
        click.echo(tr._("%(title)s: reminders prepared: %(count)s", title=title, count=number))
    if not made:
        click.echo(tr._("No round asks for reminders today."))
