"""The country: 16 voivodeships side by side. Every cell leads to the list it counts."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, render_template, request

from coordination import fields
from coordination.clock import today
from coordination.country import service
from coordination.exchange.writing import MEDIA, csv_chunks
from coordination.gaps.service import STATES
from coordination.graph import poland, teams
from coordination.graph.model import Level
from coordination.graph.world import world as world_of
from coordination.permissions import Permission
from coordination.web import download, institution_types, needs, store, voivodeships

bp = Blueprint("country", __name__, url_prefix="/country")

COLUMNS = ("teryt", "voivodeship", "team_established", "answered", "asked", *STATES, "total", "weight")


@bp.get("")
@needs(Permission.COUNTRY_READ)
def index():
    on, level, ignored = _asked()
    world = world_of(store(), on)
    found = service.overview(world, voivodeships().values(), _teams(), on, level)
    types = institution_types()
    return render_template(
        "country/index.html",
        outline=poland.outline(),
        found=found,
        on=on,
        level=level,
        ignored=ignored,
        states=STATES,
        classes=service.CLASSES,
        blanks=service.blanks(world, types, on),
        expected=found.rows[0].total if found.rows else 0,
        undated=[row for row in found.rows if row.team is None or not row.team.established],
    )


@bp.get("/table.csv")
@needs(Permission.COUNTRY_READ)
def table():
    on, level, _ignored = _asked()
    found = service.overview(world_of(store(), on), voivodeships().values(), _teams(), on, level)
    return download(
        csv_chunks(COLUMNS, (_cells(row) for row in found.rows)),
        f"country-{on.isoformat()}-{level}.csv",
        MEDIA["csv"],
    )


def _cells(row: service.Row) -> dict[str, str]:
    return {
        "teryt": row.voivodeship.teryt,
        "voivodeship": row.voivodeship.name_pl,
        "team_established": row.team.established if row.team else "",
        "answered": str(row.answered),
        "asked": str(row.asked),
        **{state: str(row.counts.get(state, 0)) for state in STATES},
        "total": str(row.total),
        "weight": "" if row.weight is None else f"{row.weight:.1f}",
    }


@bp.get("/blanks")
@needs(Permission.COUNTRY_READ)
def blanks():
    on, _level, _ignored = _asked()
    types = institution_types()
    return render_template(
        "country/blanks.html", blanks=service.blanks(world_of(store(), on), types, on), places=voivodeships()
    )


def _teams():
    return {team.voivodeship: team for team in teams.teams(store()) if team.voivodeship != "PL"}


def _asked() -> tuple[date, Level, list[str]]:
    ignored: list[str] = []
    on = fields.asked_day(request.args, "as_of", ignored) or today()
    level, asked = Level.REQUIRED, request.args.get("level", "")
    if asked in {*Level}:
        level = Level(asked)
    elif asked:
        ignored.append(f"level={asked}")
    return on, level, ignored
