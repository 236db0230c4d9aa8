"""Cooperation: state what is so, take it back, say it again, and read both sides of a tie."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from coordination import fields, permissions
from coordination.clock import now, today
from coordination.cooperation import service, story
from coordination.cooperation.forms import ClaimForm
from coordination.errors import Conflict, Invalid, NotFound
from coordination.graph import claims, directory, invitations
from coordination.graph.model import Stance
from coordination.permissions import Permission, scope
from coordination.web import Form, actor, areas, needs, store

bp = Blueprint("cooperation", __name__, url_prefix="/cooperation")


@bp.get("")
@needs(Permission.CLAIM_READ)
def index():
    """The voivodeship's ties for whoever reads the network; an institution's own ties for itself."""
    who = actor()
    if permissions.ever(who, Permission.NETWORK_READ):
        return redirect(url_for("map.index", **request.args.to_dict()))  # type: ignore[arg-type]
    own = service.claimant(store(), who, who.institution_id)
    rows = story.rows(store(), scope(who, Permission.CLAIM_READ), own.id, today())
    waiting = sum(question.answer is None for question in service.questions(store(), who, own))
    return render_template("cooperation/own.html", own=own, rows=rows, waiting=waiting, areas=areas())


@bp.route("/state", methods=["GET", "POST"])
@needs(Permission.CLAIM_STATE)
def state():
    """With whom, in what, how: one page, and the next partner at once."""
    who = actor()
    claimants = directory.entries(store(), scope(who, Permission.CLAIM_STATE))
    asked = request.values.get("claimant") or who.institution_id
    own = service.claimant(store(), who, asked) if asked else None
    known = areas()
    partners = service.partners(store(), who, own) if own else {}
    said = claims.of_institution(store(), scope(who, Permission.CLAIM_READ), own.id) if own else []
    voices = claims.voices(own.id, said) if own else []
    form = ClaimForm()
    form.offer(claimants, partners, _known(voices), known)
    if own and form.submitted():
        pairs = (pair.partition("=") for pair in (form.seen.data or "").split(";") if "=" in pair)
        seen = dict.fromkeys(form.areas.data, "") | {area: claim_id for area, _equals, claim_id in pairs}
        try:
            made = service.record(
                store(), who, own, form.partner.data, form.areas.data, form.statement(), replaces=seen
            )
        except Invalid as error:
            _show(form, error)
        except Conflict:
            latest = claims.voices(
                own.id, claims.of_institution(store(), scope(who, Permission.CLAIM_READ), own.id)
            )
            current = {v.area: v.own for v in latest if v.partner_id == form.partner.data and v.own}
            form.seen.raw_data = None
            form.seen.data = ";".join(f"{area}={claim.id}" for area, claim in current.items())
            return (
                render_template(
                    "cooperation/state_conflict.html",
                    form=form,
                    own=own,
                    current=current,
                    areas=known,
                    partner=partners.get(form.partner.data),
                ),
                409,
            )
        else:
            _tell(voices, partners[form.partner.data].name, form.partner.data, made)
            if request.form.get("next") == "partner":
                return redirect(url_for(".state", claimant=own.id))
            return redirect(url_for(".tie", one=own.id, other=form.partner.data, area=made[0].area))
    if request.method == "GET":
        _prefill(form, own and own.id, voices)
    return render_template(
        "cooperation/state.html",
        form=form,
        own=own,
        claimants=claimants,
        areas=known,
        theirs={f"{v.partner_id}|{v.area}": v.theirs for v in voices if v.theirs},
        on_behalf=not who.institution_id,
    )


@bp.get("/tie/<one>/<other>")
@needs(Permission.CLAIM_READ)
def tie(one: str, other: str):
    """What exactly each side says, and how it came to be."""
    who = actor()
    reach = scope(who, Permission.CLAIM_READ)
    history = claims.of_pair(store(), reach, one, other)
    names = _names(one, other, bool(history))
    known = areas()
    area = request.args.get("area", "")
    spoken = story.spoken_areas(history, known)
    if area not in known:
        area = spoken[0] if spoken else next(iter(known))
    ignored: list[str] = []
    as_of = fields.asked_day(request.args, "as_of", ignored)
    known_on = fields.asked_day(request.args, "known_on", ignored)
    told = story.tell(history, one, other, area, as_of or today(), known_on)
    return render_template(
        "cooperation/tie.html",
        as_of=as_of,
        known_on=known_on,
        ignored=ignored,
        one=names[one],
        other=names[other],
        area=known[area],
        areas=known,
        spoken=spoken,
        told=told,
        expectations=story.expectations(store(), names[one].type, names[other].type, area),
        agreements=story.agreements(store(), one, other, area, today()),
        speaks_for=[key for key in (one, other) if service.may_speak_for(store(), who, key)],
        can_ask=permissions.ever(who, Permission.INVITE),
        sees_notes=who.role in story.NOTE_READERS,
    )


@bp.route("/claims/<claim_id>/withdraw", methods=["GET", "POST"])
@needs(Permission.CLAIM_STATE)
def withdraw(claim_id: str):
    claim, names = _claim(claim_id)
    form = Form()
    if form.submitted():
        try:
            service.withdraw(store(), actor(), claim_id)
        except (Invalid, Conflict):
            flash(
                _("Nothing was withdrawn: another statement has replaced this one. The history shows which."),
                "error",
            )
        else:
            flash(_("The statement was withdrawn. It stays in the history and can be restored."), "success")
        return redirect(url_for(".tie", one=claim.claimant_id, other=claim.partner_id, area=claim.area))
    return render_template("cooperation/withdraw.html", form=form, claim=claim, names=names, areas=areas())


@bp.post("/claims/<claim_id>/restore")
@needs(Permission.CLAIM_STATE)
def restore(claim_id: str):
    claim, _names_of = _claim(claim_id)
    try:
        service.restore(store(), actor(), claim_id)
    except Invalid as error:
        flash(_(error.message), "error")
    else:
        flash(_("The statement was made again with today’s date."), "success")
    return redirect(url_for(".tie", one=claim.claimant_id, other=claim.partner_id, area=claim.area))


@bp.route("/ask/<institution_id>", methods=["GET", "POST"])
@needs(Permission.INVITE)
def ask(institution_id: str):
    """A letter with a one-time link, to be copied, printed or mailed. Shown once: the graph keeps a hash."""
    entry = directory.entry(store(), scope(actor(), Permission.INSTITUTION_READ), institution_id)
    form = Form()
    waiting = story.waiting(store(), scope(actor(), Permission.CLAIM_READ), entry.id)
    if form.submitted():
        invitation_id, token = service.ask(store(), actor(), entry.id, [claim.id for claim, _n in waiting])
        return render_template(
            "cooperation/letter.html",
            entry=entry,
            waiting=waiting,
            address=_address(token),
            areas=areas(),
            expires_at=now() + invitations.LIFETIME,
            mailbox=story.mailbox(store(), entry.id),
            form=form,
            invitation_id=invitation_id,
        )
    return render_template(
        "cooperation/ask.html",
        form=form,
        entry=entry,
        waiting=waiting,
        areas=areas(),
        links=story.links(store(), actor(), entry.id),
    )


@bp.post("/ask/<institution_id>/revoke/<invitation_id>")
@needs(Permission.INVITE)
def revoke(institution_id: str, invitation_id: str):
    service.revoke(store(), actor(), institution_id, invitation_id)
    flash(_("The link was revoked and opens nothing any more."), "success")
    return redirect(url_for(".ask", institution_id=institution_id))


def _address(token: str) -> str:
    path = url_for("reply.open_link", token=token)
    public_url = current_app.config["SETTINGS"].public_url
    return (public_url or request.host_url.rstrip("/")) + path


def _known(voices: list[claims.Voices]) -> list[str]:
    dated = [(v.own.stated_on, v.partner_id) for v in voices if v.own and v.own.stance is Stance.COOPERATES]
    return list(dict.fromkeys(partner for _day, partner in sorted(dated, reverse=True)))


def _prefill(form: ClaimForm, own_id: str | None, voices: list[claims.Voices]) -> None:
    form.claimant.data = own_id or ""
    form.partner.data = request.args.get("partner", "")
    form.areas.data = [code for code in request.args.getlist("area") if code]
    seen = {v.area: v.own for v in voices if v.partner_id == form.partner.data and v.own}
    form.seen.data = ";".join(f"{area}={claim.id}" for area, claim in seen.items())
    if len(form.areas.data) == 1 and form.areas.data[0] in seen:
        form.prefill(seen[form.areas.data[0]])


def _show(form: ClaimForm, error: Invalid) -> None:
    field = getattr(form, error.field, form.note)
    field.errors = [*field.errors, _(error.message)]


def _tell(voices: list[claims.Voices], partner: str, partner_id: str, made: list) -> None:
    theirs = {v.area: v.theirs for v in voices if v.partner_id == partner_id and v.theirs}
    against = [
        c
        for c in made
        if c.area in theirs
        and (c.stance is Stance.COOPERATES) != (theirs[c.area].stance is Stance.COOPERATES)
        and theirs[c.area].stance is not Stance.WITHDRAWN
    ]
    silent = [c for c in made if c.area not in theirs or theirs[c.area].stance is Stance.WITHDRAWN]
    if against:
        flash(
            _(
                "Saved. %(partner)s says otherwise, so the tie is disputed until one side changes its statement.",
                partner=partner,
            ),
            "warning",
        )
    elif silent:
        flash(_("Saved. It waits for the word of the other side: %(partner)s.", partner=partner), "success")
    else:
        flash(_("Saved. Both sides say the same: %(partner)s.", partner=partner), "success")


def _names(one: str, other: str, related: bool) -> dict[str, directory.Entry]:
    """Both institutions of a tie; whoever may read a claim about them may read their names."""
    who = actor()
    reach = permissions.Scope(everything=True) if related else scope(who, Permission.CLAIM_READ)
    if (
        not related and reach.institution_id
    ):  # nothing said yet: one side is ours, the other must be visible to us
        if reach.institution_id not in (one, other):
            abort(404)
        reach = scope(who, Permission.INSTITUTION_READ)
    names = directory.entries(store(), reach, [one, other])
    if one == other or len(names) != 2:
        raise NotFound(f"{one}/{other}")
    return names


def _claim(claim_id: str):
    claim = claims.one(store(), scope(actor(), Permission.CLAIM_READ), claim_id)
    service.claimant(store(), actor(), claim.claimant_id)
    names = directory.entries(
        store(), permissions.Scope(everything=True), [claim.claimant_id, claim.partner_id]
    )
    return claim, names
