"""`coordination import` and `coordination export`: files in, files out."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import click

from coordination import clock
from coordination.commands import acting, as_option, failed, opened, words
from coordination.errors import Conflict
from coordination.exchange import applying, planning, tabular
from coordination.exchange.kinds import KINDS
from coordination.exchange.plan import Plan
from coordination.exchange.problems import SHOWN, Problem, Refused
from coordination.graph.store import Store
from coordination.i18n import Translator
from coordination.permissions import Actor

RECORDS = ("csv", "xlsx", "json")
# Another import or edit between reading and saving is met by looking again.
TRIES = 5


@click.command("import")
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change and write nothing.")
@as_option
def import_file(kind: str, file: Path, dry_run: bool, as_user: str | None) -> None:
    """Bring the rows of FILE (CSV in UTF-8 or XLSX) into the graph: all of them, or none.

    Wrong rows are told on stderr, one line each; the last line says what was done. Exit status 1 when the file
    was refused.
    """
    _ = words()
    try:
        with opened() as store:
            actor = acting(store, as_user)
            plan = _import(store, actor, kind, _table(file), dry_run)
    except Refused as refused:
        _tell(refused.problems, _)
        click.echo(f"created 0, changed 0, unchanged 0, rejected {max(1, refused.rows)}")
        sys.exit(1)
    except Conflict:
        raise failed(
            _._("Someone else was changing the same records, so nothing was saved. Run the command again.")
        ) from None
    _tell(plan.problems, _)
    for each in plan.duplicates:
        click.echo(_._(
            "row %(row)s: “%(name)s” may be “%(other)s”, registered as %(id)s",
            row=each.number, name=each.name, other=each.other_name, id=each.other_id,
        ))  # fmt: skip
    if dry_run and not plan.refused:
        click.echo(_._("Nothing has been saved yet."))
    click.echo("created {}, changed {}, unchanged {}, rejected {}".format(*plan.counts))
    sys.exit(1 if plan.refused else 0)


def _table(file: Path) -> tabular.Table:
    if file.stat().st_size > tabular.LARGEST:  # before it is read into memory
        raise Refused([tabular.problem("large", megabytes=tabular.LARGEST // 1024 // 1024)])
    return tabular.read(file.read_bytes())


def _import(store: Store, actor: Actor, kind: str, table: tabular.Table, dry_run: bool) -> Plan:
    for attempt in range(1, TRIES + 1):
        plan = planning.plan(store, actor, kind, table, clock.today())
        if dry_run or plan.refused:
            break
        try:
            applying.apply(store, actor, plan)
            break
        except Conflict:
            if attempt == TRIES:
                raise
    return plan


def _tell(problems: Iterable[Problem], _: Translator) -> None:
    """One line a row: its first fault, and further ones behind it."""
    by_row: dict[int, list[Problem]] = {}
    for problem in problems:
        by_row.setdefault(problem.row, []).append(problem)
    for number, faults in list(by_row.items())[:SHOWN]:
        told = "; ".join(
            f"{fault.column}, {fault.value}: {fault.sentence(_)}" if fault.column else fault.sentence(_)
            for fault in faults
        )
        click.echo(f"row {number}, {told}" if number and faults[0].column else
                   f"row {number}: {told}" if number else told, err=True)  # fmt: skip
    if len(by_row) > SHOWN:
        click.echo(_._("… and %(count)s further wrong rows.", count=len(by_row) - SHOWN), err=True)


@click.command("export")
@click.argument("kind", type=click.Choice([*KINDS, "network"]))
@click.option("--voivodeship", metavar="NN", help="Only what concerns this voivodeship (TERYT code).")
@click.option("--as-of", "as_of", metavar="D", help="As things stood on this day (YYYY-MM-DD).")
@click.option("--format", "format_", metavar="FORMAT", help="csv, xlsx, json; of a network gexf, graphml, pajek, kumu, ucinet, csv.")  # noqa: E501
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write here, not to stdout.")
@as_option
def export(
    kind: str, voivodeship: str | None, as_of: str | None, format_: str | None, output: Path | None, as_user: str | None
) -> None:
    """Write records of KIND, or the network, as a file. What is exported imports again and changes nothing."""
    from coordination.exchange import exporting, networks, writing

    allowed = networks.FORMATS if kind == "network" else RECORDS
    format_ = format_ or ("gexf" if kind == "network" else "csv")
    if format_ not in allowed:
        raise click.BadParameter(f"{format_!r}: {', '.join(allowed)}", param_hint="--format")
    if voivodeship is not None and voivodeship not in exporting.TERYT:
        raise click.BadParameter(f"{voivodeship!r}: {', '.join(sorted(exporting.TERYT))}", param_hint="--voivodeship")
    day = _day(as_of)
    with opened() as store:
        actor = acting(store, as_user)
        if kind == "network":
            pieces: Iterable[bytes] = networks.chunks(store, actor, format_, voivodeship=voivodeship, on=day)
        else:
            rows = exporting.rows(store, actor, kind, voivodeship=voivodeship, on=day)
            pieces = writing.chunks(format_, exporting.columns(kind), rows, kind)
        _write(pieces, output)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        if len(text) != 10:
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r}: YYYY-MM-DD", param_hint="--as-of") from None


def _write(pieces: Iterable[bytes], output: Path | None) -> None:
    if output is None:
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        return
    # Whole or not at all: a file cut off in the middle would pass for the register.
    descriptor, name = tempfile.mkstemp(dir=output.resolve().parent, prefix=f".{output.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(pieces)
        Path(name).replace(output)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
