"""`coordination gaps` and `coordination network`: the analysis on the command line."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from coordination.clock import today
from coordination.commands import opened, words
from coordination.graph.model import Level, Scope, TieState

if TYPE_CHECKING:
    from coordination.graph.facts import World
    from coordination.graph.store import Store

FORMATS = click.Choice(["table", "csv", "json"])
GAP_COLUMNS = (
    "expectation_id", "area", "type_a", "type_b", "level", "state", "underlying_state", "priority", "reason",
)  # fmt: skip
NETWORK_COLUMNS = (
    "id", "short_name", "type", "degree", "degree_centrality", "betweenness", "closeness", "component", "cut_point",
)  # fmt: skip


class Day(click.ParamType):
    """A calendar day in ISO 8601: 2026-01-31."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            if len(value) != 10:
                raise ValueError(value)
            return date.fromisoformat(value)
        except ValueError:
            self.fail(words()._("“%(what)s” is not a day; write it as 2026-01-31.", what=value), param, ctx)


class States(click.ParamType):
    """Tie states, separated by commas."""

    name = "STATE,…"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> frozenset[TieState]:
        if not isinstance(value, str):
            return value
        allowed = [str(state) for state in TieState if state is not TieState.UNKNOWN]
        asked = [part.strip() for part in value.split(",") if part.strip()]
        wrong = [part for part in asked if part not in allowed]
        if wrong or not asked:
            told = words()._("“%(what)s” is no list of states; choose from: %(allowed)s.", what=value,
                             allowed=", ".join(allowed))  # fmt: skip
            self.fail(told, param, ctx)
        return frozenset(map(TieState, asked))


as_of_option = click.option(
    "--as-of", type=Day(), metavar="YYYY-MM-DD", help="The day to judge (default: today)."
)
format_option = click.option("--format", "form", type=FORMATS, default="table", show_default=True)


@click.command()
@click.argument("voivodeship")
@as_of_option
@click.option(
    "--level", type=click.Choice([str(level) for level in Level]), help="Only expectations of this level."
)
@click.option(
    "--scope",
    type=click.Choice([str(scope) for scope in Scope]),
    default=str(Scope.REGIONAL),
    show_default=True,
)
@format_option
def gaps(voivodeship: str, as_of: date | None, level: str | None, scope: str, form: str) -> None:
    """List what is expected in VOIVODESHIP (TERYT code, e.g. 14) and its state, most urgent first."""
    from coordination.graph.gaps import assess
    from coordination.graph.priority import rank
    from coordination.graph.reasons import reason
    from coordination.graph.world import world as world_of

    tr = words()
    on = as_of or today()
    with opened() as store:
        world = world_of(store, on, teryt=voivodeship)
        _check_place(store, world, voivodeship)
        found = assess(world, voivodeship, on, scope=Scope(scope), level=Level(level) if level else None)
        rows: list[dict[str, Any]] = [
            dict(
                zip(
                    GAP_COLUMNS,
                    (
                        gap.id,
                        gap.expectation.area,
                        gap.expectation.type_a,
                        gap.expectation.type_b,
                        str(gap.expectation.level),
                        str(gap.state),
                        str(gap.underlying_state),
                        points.points,
                        reason(gap, world, tr),
                    ),
                    strict=True,
                )
            )  # fmt: skip
            for gap, points in rank(found, world.steps, world.areas)
        ]
    _print(rows, GAP_COLUMNS, form, rows)


@click.command()
@click.argument("voivodeship", required=False)
@click.option("--area", default="", metavar="CODE", help="Only ties in this area of cooperation.")
@as_of_option
@click.option(
    "--state",
    type=States(),
    default="confirmed,one-sided",
    show_default=True,
    help="Ties that count as edges.",
)
@format_option
def network(
    voivodeship: str | None, area: str, as_of: date | None, state: frozenset[TieState], form: str
) -> None:
    """List the institutions of VOIVODESHIP (default: Poland) with their measures in the network of ties."""
    from coordination.graph import network as networks
    from coordination.graph.ties import ties_of
    from coordination.graph.world import world as world_of

    on = as_of or today()
    with opened() as store:
        world = world_of(store, on, teryt=voivodeship)
        if voivodeship is not None:
            _check_place(store, world, voivodeship)
        if area and area not in world.areas:
            raise _no("--area", area, world.areas)
        here = [
            one.id
            for one in world.institutions.values()
            if one.active(on) and (voivodeship is None or one.covers(voivodeship))
        ]
        found = networks.network(ties_of(world, on), here, area=area, states=state)
        rows = [
            {
                "id": place.id,
                "short_name": world.short_name(place.id),
                "type": world.institutions[place.id].type,
                "degree": place.degree,
                "degree_centrality": place.degree_centrality,
                "betweenness": place.betweenness,
                "closeness": place.closeness,
                "component": place.component,
                "cut_point": place.cut_point,
            }
            for place in found.places
        ]
    whole = {
        "voivodeship": voivodeship,
        "area": area or None,
        "as_of": on.isoformat(),
        "states": sorted(map(str, state)),
        "institutions": rows,
        "network": {
            "institutions": len(rows),
            "ties": found.ties,
            "density": found.density,
            "reciprocity": found.reciprocity,
            "components": len(found.components),
            "largest_component": len(found.components[0]) if found.components else 0,
            "cut_points": list(found.cut_points),
            "bridges": [list(pair) for pair in found.bridges],
            "isolates": list(found.isolates),
        },
    }
    # For people and files the weightiest come first; JSON keeps the order of ids.
    rows = sorted(rows, key=lambda row: (-row["betweenness"], -row["degree"], row["id"]))
    _print(rows, NETWORK_COLUMNS, form, whole)


def _check_place(store: Store, world: World, code: str) -> None:
    if code not in world.voivodeships:
        from coordination.graph.catalogue import voivodeships

        raise _no("VOIVODESHIP", code, [each.teryt for each in voivodeships(store)])


def _no(what: str, code: str, allowed: Iterable[str]) -> click.BadParameter:
    told = words()._(
        "There is no “%(what)s”; choose from: %(allowed)s.", what=code, allowed=", ".join(sorted(allowed))
    )
    return click.BadParameter(told, param_hint=what)


def _print(rows: Sequence[dict[str, Any]], columns: Sequence[str], form: str, whole: Any) -> None:
    if form == "json":
        click.echo(json.dumps(whole, ensure_ascii=False, indent=2))
    elif form == "csv":
        writer = csv.DictWriter(sys.stdout, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _cell(row[name]) for name in columns} for row in rows)
    else:
        texts = [[_shown(row[name]) for name in columns] for row in rows]
        widths = [max(map(len, column)) for column in zip(columns, *texts, strict=True)]
        for line in (list(columns), *texts):
            click.echo(
                "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
            )


def _cell(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def _shown(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(_cell(value))
