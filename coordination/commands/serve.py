"""serve and demo: the platform on waitress, until it is told to stop."""

from __future__ import annotations

import gc
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from coordination import config
from coordination.commands import words

if TYPE_CHECKING:
    from coordination.config import Settings
    from coordination.graph.store import Store

THREADS = 8
SEAL_EVERY = 600.0  # seconds
QUIET = 20.0  # seconds after the start, when those who waited for it have their first page

_port = click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port.")


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@_port
def serve(host: str, port: int) -> None:
    """Run the platform. The first start creates the database and prints a link that makes the administrator."""
    settings = config.load()
    _run(settings, host, port)


@click.command("demo")
@_port
def demo(port: int) -> None:
    """Run the platform with example claims, contacts and one account per role, all marked as examples.

    It keeps its own data in `demo` inside the data directory, on the embedded graph.
    """
    settings = config.load()
    # Example data never goes into a database that real people use.
    settings = replace(settings, data_dir=settings.data_dir / "demo", neo4j_uri="", demo=True, public_url="")
    _run(settings, "127.0.0.1", port)


def _run(settings: Settings, host: str, port: int) -> None:
    tr = words()
    _stop_on_signal()
    click.echo(tr._("Opening the graph…") if settings.neo4j_uri else tr._("Starting the graph (1.5–5 s)…"))
    with ThreadPoolExecutor(1) as starting:
        from coordination.graph.opening import open_store

        opening = starting.submit(open_store, settings)
        import waitress  # while the graph starts

        from coordination import create_app

        _import_rooms()
        store = opening.result()
    done = threading.Event()
    try:
        example = _examples(settings, store) if settings.demo else []
        app = create_app(settings, store)
        try:
            server: Any = waitress.create_server(
                app, host=host, port=port, threads=THREADS, ident=None, clear_untrusted_proxy_headers=True
            )
        except OSError as error:
            raise click.ClickException(
                tr._("Port %(port)s is taken or not allowed; choose another with --port.", port=port)
            ) from error
        address = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{port}"
        _welcome(settings, store, address, example)
        collect_less_often()
        threading.Thread(target=_seal_now_and_then, args=(store, done), daemon=True).start()
        if not settings.neo4j_uri:
            threading.Thread(target=_speed_up_next_start, args=(settings, done), daemon=True).start()
        server.run()  # until SIGTERM or Ctrl-C; requests in hand are finished
    finally:
        done.set()
        store.close()
    click.echo(tr._("Stopped."))


def collect_less_often() -> None:
    """Let Python look for cycles less often: what a page makes is gone with the page, and the kept world of a country is
    millions of objects that never go. Measured on the list of institutions: a twentieth of its processor time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _stop_on_signal() -> None:
    def stop(_number: int, _frame: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)


def _import_rooms() -> None:
    from importlib import import_module

    from coordination import ROOMS

    for module, _name in ROOMS:
        import_module(module)


def _examples(settings: Settings, store: Store) -> list[tuple[str, str, str]]:
    """Fill the demo once; role, e-mail and password of each example account."""
    from coordination import demo as example

    return example.prepare(store, settings)


def _welcome(settings: Settings, store: Store, address: str, accounts: list[tuple[str, str, str]]) -> None:
    from coordination.accounts.service import make_setup_link

    tr = words()
    if accounts:
        click.echo(tr._("Accounts (example data, this machine only):"))
        widths = [max(len(row[column]) for row in accounts) for column in range(2)]
        for role, email, password in accounts:
            click.echo(f"  {role:{widths[0]}}  {email:{widths[1]}}  {password}")
    elif link := make_setup_link(store, settings, address):
        click.echo(tr._("Create the administrator with this link, which works once and for 24 hours:"))
        click.echo(f"  {link}")
    click.echo(tr._("The platform runs at %(address)s – stop it with Ctrl-C.", address=address))


def _seal_now_and_then(store: Store, done: threading.Event) -> None:
    """Chain new audit entries, so that a later change of them shows."""
    import logging

    from coordination.errors import DomainError
    from coordination.graph import seals

    while not done.wait(SEAL_EVERY):
        try:
            seals.seal(store)
        except DomainError as error:
            logging.getLogger(__name__).warning("audit entries were not sealed: %s", error)


def _speed_up_next_start(settings: Settings, done: threading.Event) -> None:
    """Once per build of the embedded server, when the first rush is over."""
    import logging

    from coordination.errors import DomainError
    from coordination.graph import aot

    if done.wait(QUIET):
        return
    try:
        aot.prepare(settings.data_dir)
    except (DomainError, OSError) as error:  # the platform runs as well without
        logging.getLogger(__name__).warning("the next start will be no faster: %s", error)
