"""What others said about an institution, and its answer: signed in, or by a one-time link without an account."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user

from coordination import guard
from coordination.accounts import service as accounts
from coordination.accounts import sessions
from coordination.clock import now
from coordination.cooperation import service
from coordination.cooperation.service import Answer, Question
from coordination.errors import Conflict, Gone, Invalid
from coordination.graph import drafts, invitations, throttles
from coordination.graph.directory import Entry
from coordination.graph.model import Basis, Form, Frequency, Stance
from coordination.graph.sessions import Guest
from coordination.i18n import N_
from coordination.links import DOORS
from coordination.permissions import Actor, Permission, Role
from coordination.web import Form as BaseForm
from coordination.web import actor, areas, guest_link, needs, public, store

bp = Blueprint("reply", __name__)

WAITING = "waiting_link"  # in a session: the id of the invitation whose link was followed. Never its token.

CHOICES = {
    "yes": N_("Yes, that is so"),
    "corrected": N_("Yes, with a correction"),
    "no": N_("There is no cooperation in this area"),
    "other_unit": N_("Another unit is the right one"),
    "agree": N_("That is so, there is no cooperation"),
    "exists": N_("There is cooperation"),
}
FIXES = ("forms", "basis", "frequency", "intensity")


@bp.get("/l/<token>")
@public
def open_link(token: str):
    """Takes the token out of the address at once: what follows is a session bound to one institution.

    A session that goes on in this browser is not ended by an address alone; its reader is asked first.
    """
    keys = accounts.link_keys(request.remote_addr or "")
    receipt = throttles.take(store(), keys, now())
    found = invitations.by_token(store(), token)
    throttles.give_back(store(), keys, receipt)
    if not actor().id:
        return _open(found)
    if current_user.is_guest and current_user.guest.invitation_id == found.id:
        return redirect(_door(found.purpose))
    session[WAITING] = found.id
    return redirect(url_for(".open_instead"))


@bp.route("/l", methods=["GET", "POST"])
@public
def open_instead():
    """Asks whether the link takes the place of the session that goes on here."""
    if not actor().id or WAITING not in session:
        abort(404)
    found = invitations.by_id(store(), session[WAITING])
    form = BaseForm()
    if form.submitted():
        return _open(found)
    return render_template(
        "cooperation/open_link.html",
        form=form,
        own=service.claimant(store(), _holder(found), found.institution_id),
        guest=current_user.guest,
        back=_door(current_user.guest.purpose) if current_user.is_guest else url_for("home.start"),
    )


def _open(found: invitations.Invitation):
    door = _door(found.purpose)
    sessions.begin_guest(found.id)
    if found.opened_at is None:
        store().change(invitations.opened, _holder(found), found.id, now())
    return redirect(door)


def _holder(found: invitations.Invitation) -> Actor:
    return Actor(id=f"link:{found.id}", role=Role.GUEST, institution_id=found.institution_id)


def _door(purpose: str) -> str:
    """Where links of a purpose lead. Raises Gone for one that no room opens: to its holder it is a dead link."""
    endpoint = DOORS.get(purpose, "")
    if endpoint not in current_app.view_functions:
        raise Gone("link")
    return url_for(endpoint)


@bp.route("/reply", methods=["GET", "POST"])
@guest_link
def reply():
    invitation = invitations.by_id(store(), _guest().invitation_id)
    return _said(_own(), f"link|{invitation.id}", "reply.check", expires_at=invitation.expires_at)


@bp.route("/reply/check", methods=["GET", "POST"])
@guest_link
def check():
    invitation = invitations.by_id(store(), _guest().invitation_id)
    return _check(_own(), f"link|{invitation.id}", "reply.reply", "reply.done", invitation.id)


@bp.get("/reply/done")
@guest_link
def done():
    _guest()
    return render_template("cooperation/done.html", own=_own())


def _guest() -> Guest:
    """The holder of a link to this room; for one of another purpose its pages do not exist."""
    if DOORS.get(current_user.guest.purpose) != "reply.reply":
        abort(404)
    return current_user.guest


@bp.route("/cooperation/said", methods=["GET", "POST"])
@needs(Permission.CLAIM_STATE)
def said():
    own = _own()
    return _said(own, f"said|{own.id}|{actor().id}", "reply.said_check")


@bp.route("/cooperation/said/check", methods=["GET", "POST"])
@needs(Permission.CLAIM_STATE)
def said_check():
    own = _own()
    return _check(own, f"said|{own.id}|{actor().id}", "reply.said", "reply.said", "")


def _own() -> Entry:
    asked = actor().institution_id or request.args.get("institution", "")
    return service.claimant(store(), actor(), asked)


def _place(own: Entry) -> dict[str, Any]:
    return {} if actor().institution_id else {"institution": own.id}


def _said(own: Entry, key: str, next_page: str, *, expires_at: Any = None):
    form = BaseForm()
    asked = service.questions(store(), actor(), own)
    draft, saved_at = drafts.load(store(), key)
    errors: dict[str, str] = {}
    status = 200
    if form.submitted():
        draft, errors = _read(asked)
        saved_at = now()
        store().change(
            drafts.save, key, draft, saved_at
        )  # also a wrong answer is kept, so that nothing is typed twice
        if request.headers.get("Accept") == "application/json":
            return {"saved_at": saved_at.isoformat(), "errors": errors}
        if request.form.get("action") == "check" and not errors:
            if draft:
                return redirect(url_for(next_page, **_place(own)))
            errors = {"": _("No answer has been chosen yet. Choose one, or come back later.")}
        elif not errors:
            flash(_("Saved. The answers can be finished later under the same address."), "success")
            return redirect(url_for(request.endpoint or "", **_place(own)))
        status = 422
    return render_template(
        "cooperation/said.html",
        form=form,
        own=own,
        asked=asked,
        draft=draft,
        saved_at=saved_at,
        errors=errors,
        expires_at=expires_at,
        areas=areas(),
        choices=CHOICES,
        on_behalf=actor().role is Role.CONSULTANT,
        waiting=sum(question.answer is None for question in asked),
        sees_notes=True,
    ), status


def _check(own: Entry, key: str, back: str, after: str, invitation_id: str):
    form = BaseForm()
    asked = {question.claim.id: question for question in service.questions(store(), actor(), own)}
    draft, _saved_at = drafts.load(store(), key)
    kept = [(asked[claim_id], chosen) for claim_id, chosen in draft.items() if claim_id in asked]
    if not kept:
        return redirect(url_for(back, **_place(own)))
    if form.submitted():
        try:
            answers = [_answer(question, chosen) for question, chosen in kept]
            service.answer_all(store(), actor(), own, answers, invitation_id=invitation_id, draft_key=key)
        except (Invalid, Conflict) as error:
            message = (
                error.message
                if isinstance(error, Invalid)
                else N_(
                    "Somebody stated something else for this institution meanwhile. Read the answers again."
                )
            )
            flash(_(message), "error")
            return redirect(url_for(back, **_place(own)))
        flash(_("The answers were saved. Both sides and the voivodeship consultant see them."), "success")
        return redirect(url_for(after, **_place(own)))
    return render_template(
        "cooperation/check.html",
        form=form,
        own=own,
        kept=kept,
        choices=CHOICES,
        back=url_for(back, **_place(own)),
        areas=areas(),
        unanswered=len(asked) - len(kept),
        by_link=bool(invitation_id),
    )


def _read(asked: list[Question]) -> tuple[dict[str, Any], dict[str, str]]:
    """The chosen answers by claim id, and what is wrong with them. Unanswered claims are simply absent."""
    draft: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for question in asked:
        key = question.claim.id
        choice = request.form.get(f"choice-{key}", "")
        if choice not in allowed(question):
            continue
        kept: dict[str, Any] = {"choice": choice}
        if choice == "corrected":
            kept["fix"] = {
                name: _posted(name, key) for name in FIXES if name in request.form.getlist(f"fix-{key}")
            }
            if not kept["fix"]:
                errors[key] = _("Tick what is different, or choose “Yes, that is so”.")
        if choice == "other_unit":
            kept["note"] = request.form.get(f"unit-{key}", "").strip()[:300]
            found = guard.find(kept["note"])
            if found:
                errors[key] = _(
                    "%(sentence)s Fragment: %(fragment)s",
                    sentence=_(found[0].sentence),
                    fragment=found[0].fragment,
                )
                kept["note"] = ""
            elif not kept["note"]:
                errors[key] = _("Name the unit that is the right one.")
        draft[key] = kept
    return draft, errors


def allowed(question: Question) -> tuple[str, ...]:
    if question.claim.stance is Stance.COOPERATES:
        return ("yes", "corrected", "no", "other_unit")
    return ("agree", "exists", "other_unit")


_KNOWN = {"forms": {*Form}, "basis": {*Basis}, "frequency": {*Frequency}, "intensity": {"1", "2", "3", "4"}}


def _posted(name: str, key: str) -> Any:
    if name == "forms":
        return [each for each in request.form.getlist(f"forms-{key}") if each in _KNOWN["forms"]]
    value = request.form.get(f"{name}-{key}", "")
    return value if value in _KNOWN[name] else ""


def _answer(question: Question, chosen: dict[str, Any]) -> Answer:
    fix = chosen.get("fix") or {}
    corrections: dict[str, object] = {}
    if "forms" in fix:
        corrections["forms"] = tuple(Form(each) for each in fix["forms"])
    if "basis" in fix:
        corrections["basis"] = Basis(fix["basis"]) if fix["basis"] else None
    if "frequency" in fix:
        corrections["frequency"] = Frequency(fix["frequency"]) if fix["frequency"] else None
    if "intensity" in fix:
        corrections["intensity"] = int(fix["intensity"]) if fix["intensity"] else None
    return Answer(
        claim_id=question.claim.id,
        choice=chosen["choice"],
        corrections=corrections,
        note=chosen.get("note", ""),
    )
