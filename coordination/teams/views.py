"""Teams: on what act, convened by whom, which institutions, by what source; the consultant keeps their own."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from coordination.clock import today
from coordination.cooperation.map_words import sector_word
from coordination.errors import AlreadyExists, Conflict, Invalid
from coordination.fields import options
from coordination.graph import directory, profiles, teams
from coordination.graph.model import Team
from coordination.graph.teams import FIELDS, ROLES, Member
from coordination.i18n import N_, short_date
from coordination.labels import label
from coordination.permissions import Permission, scope
from coordination.teams import service
from coordination.teams.forms import MemberForm, OrderForm, VersionForm
from coordination.web import actor, needs, sources, store, voivodeship, voivodeships

bp = Blueprint("teams", __name__, url_prefix="/teams")

WORDS = {"legal_act": N_("Legal act"), "established": N_("Date of the act"), "term_end": N_("Last day of the term")}
PICK = "pick_"


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
        missing={team.id: service.missing(team, members[team.id], today()) for team in found},
        editable={team.id for team in found if service.may_edit(actor(), team)},
        sector_word=sector_word,
        words=WORDS,
        sources=sources(),
        visible=directory.entries(store(), reach, [key for key in ids if key]),
    )


@bp.route("/<team_id>/edit", methods=["GET", "POST"])
@needs(Permission.TEAM_EDIT)
def edit(team_id: str):
    """The order: act, date, term."""
    team = service.editable(store(), actor(), team_id)
    form = OrderForm()
    if request.method == "GET":
        form = OrderForm(formdata=None, data=_order(team))
    if form.submitted():
        typed = {
            "legal_act": form.legal_act.data or "",
            "established": form.established.data or "",
            "term_end": form.term_end.data.isoformat() if form.term_end.data else "",
        }
        saved = {name for name in FIELDS if request.form.get(PICK + name) == "saved"}
        chosen = {name: getattr(team, name) if name in saved else typed[name] for name in FIELDS}
        try:
            service.save_order(store(), actor(), team.id, form.version.data or 0, **chosen)
        except Conflict as error:
            return _conflict(error.current["team"], typed)
        except Invalid as error:
            form[error.field].errors = [_(error.message)]
        else:
            flash(_("Changes saved."), "success")
            return redirect(_team(team))
    return render_template("teams/edit.html", form=form, team=team), 422 if form.errors else 200


def _order(team: Team) -> dict[str, object]:
    term_end = date.fromisoformat(team.term_end) if team.term_end else None
    return {"legal_act": team.legal_act, "established": team.established, "term_end": term_end, "version": team.version}


def _conflict(standing: Team, typed: dict[str, str]):
    """Someone saved first: both versions, a choice for each field that differs, nothing typed is lost.

    What was typed is proposed, but where it is only what stood before the other's change.
    """
    before = profiles.replaced(store(), standing.id, "team:edit")
    rows = []
    for name in FIELDS:
        saved = getattr(standing, name)
        shown = (saved, typed[name]) if name == "legal_act" else (short_date(saved), short_date(typed[name]))
        rows.append((name, WORDS[name], *shown, "saved" if typed[name] in before.get(name, ()) else "typed"))
    return render_template("teams/conflict.html", team=standing, rows=rows, typed=typed, pick=PICK), 409


@bp.route("/<team_id>/members/new", methods=["GET", "POST"])
@needs(Permission.TEAM_EDIT)
def add_member(team_id: str):
    team = service.editable(store(), actor(), team_id)
    form = _member_form(team)
    known = service.candidates(store(), actor(), team)
    form.institution.choices = options([("", _("choose")), *((each.id, each.name) for each in known.values())])
    status = 200
    if form.submitted():
        try:
            made = _member(form, form.institution.data)
            service.add_member(store(), actor(), team.id, form.version.data or 0, made)
        except AlreadyExists:
            form.institution.errors = [_("This institution is a member already")]
        except Conflict as error:
            status = _again(form, error)
        except Invalid as error:
            form[error.field].errors = [_(error.message)]
        else:
            flash(_("%(name)s was added to the team.", name=known[made.id].name), "success")
            return redirect(_team(team))
    return _member_page(form, team, None, status)


@bp.route("/<team_id>/members/<member_id>/edit", methods=["GET", "POST"])
@needs(Permission.TEAM_EDIT)
def edit_member(team_id: str, member_id: str):
    team = service.editable(store(), actor(), team_id)
    member = service.member(store(), team, member_id)
    form = _member_form(team, member)
    del form.institution
    status = 200
    if form.submitted():
        try:
            service.change_member(store(), actor(), team.id, form.version.data or 0, _member(form, member.id))
        except Conflict as error:
            status = _again(form, error)
        except Invalid as error:
            form[error.field].errors = [_(error.message)]
        else:
            flash(_("Changes saved."), "success")
            return redirect(_team(team))
    return _member_page(form, team, member, status)


@bp.route("/<team_id>/members/<member_id>/remove", methods=["GET", "POST"])
@needs(Permission.TEAM_EDIT)
def remove_member(team_id: str, member_id: str):
    team = service.editable(store(), actor(), team_id)
    member = service.member(store(), team, member_id)
    form = VersionForm()
    if request.method == "GET":
        form = VersionForm(formdata=None, data={"version": team.version})
    conflict = False
    if form.submitted():
        try:
            service.remove_member(store(), actor(), team.id, form.version.data or 0, member.id)
        except Conflict as error:
            conflict = True
            form = VersionForm(formdata=None, data={"version": error.current["team"].version})
        else:
            flash(_("%(name)s was removed from the team.", name=member.name), "success")
            return redirect(_team(team))
    page = render_template("teams/remove.html", form=form, team=team, member=member, conflict=conflict)
    return page, 409 if conflict else 200


def _member_form(team: Team, member: Member | None = None) -> MemberForm:
    form = MemberForm()
    if request.method == "GET":
        standing = {"role": member.role, "function": member.function, "since": member.since} if member else {}
        form = MemberForm(formdata=None, data={**standing, "version": team.version})
    form.role.choices = options((role, _(label("team_role", role))) for role in ROLES)
    return form


def _member(form: MemberForm, institution_id: str) -> Member:
    return Member(
        id=institution_id, role=form.role.data, function=form.function.data or "", since=form.since.data or ""
    )


def _again(form: MemberForm, error: Conflict) -> int:
    """What was typed stays in the form; sent again it is judged by the version that is shown now."""
    form.version.data = error.current["team"].version
    form.version.raw_data = [str(form.version.data)]
    return error.status


def _member_page(form: MemberForm, team: Team, member: Member | None, status: int):
    chair = next((each for each in teams.members(store(), team.id) if each.role == "chair"), None)
    page = render_template(
        "teams/member.html", form=form, team=team, member=member, chair=chair, conflict=status == 409
    )
    return page, 422 if form.errors else status


def _team(team: Team) -> str:
    return url_for(".index", voivodeship=team.voivodeship)
