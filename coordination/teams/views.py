"""Teams: on what act, convened by whom, which institutions, by what source."""

from __future__ import annotations

from flask import Blueprint, render_template

from coordination.graph import directory, teams
from coordination.permissions import Permission, scope
from coordination.web import actor, needs, sources, store, voivodeship, voivodeships

bp = Blueprint("teams", __name__, url_prefix="/teams")


@bp.get("")
@needs(Permission.NETWORK_READ)
def index():
    here = voivodeship()
    if here is None:
        found = teams.teams(store())
        return render_template("teams/all.html", teams=found, places=voivodeships())
    found = teams.teams(store(), [here.teryt])
    members = {team.id: teams.members(store(), team.id) for team in found}
    reach = scope(actor(), Permission.INSTITUTION_READ)
    ids = [member.id for each in members.values() for member in each] + [team.convened_by for team in found]
    return render_template(
        "teams/index.html",
        teams=found,
        members=members,
        sources=sources(),
        visible=directory.entries(store(), reach, [key for key in ids if key]),
    )
