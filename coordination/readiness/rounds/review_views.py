"""One response as its reader sees it: what was handed in, comments, accepting, returning, reopening, links, history."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from coordination.accounts import audit_words
from coordination.clock import now
from coordination.errors import Conflict, Invalid
from coordination.graph.responses import State
from coordination.i18n import N_
from coordination.permissions import Permission, ever
from coordination.readiness import sheet
from coordination.readiness.rounds import mailing, reminders, reviewing
from coordination.readiness.rounds.forms import ReasonForm, StopForm
from coordination.readiness.rounds.room_views import bp, secret, seen_version
from coordination.web import Form, actor, institution_types, language, needs, store


@bp.route("/responses/<response_id>", methods=["GET", "POST"])
@needs(Permission.RESPONSE_REVIEW)
def review(response_id: str):
    """Read what was handed in; accept it, or return it with comments."""
    found = reviewing.record(store(), actor(), response_id)
    form = Form()
    wrong: dict[str, str] = {}
    if form.submitted():
        version = seen_version()
        try:
            if request.form.get("action") == "accept":
                reviewing.accept(store(), actor(), found, version)
                flash(_("The self-assessment was accepted."), "success")
            elif request.form.get("action") != "return":
                raise Invalid(N_("Choose: accept the self-assessment, or return it."))
            else:
                reviewing.give_back(
                    store(),
                    actor(),
                    found,
                    version,
                    note=request.form.get("note", "").strip(),
                    comments=_comments(),
                    secret=secret(),
                )
                flash(
                    _("The self-assessment was returned. The letter about it waits in the outbox."), "success"
                )
            return redirect(url_for(".board", round_id=found.round_id))
        except Invalid as error:
            wrong[error.field] = reviewing.said(error, _)
        except Conflict:
            wrong[""] = _(
                "The self-assessment moved on meanwhile; read it again. What was written is kept below."
            )
    return _page(response_id, form, wrong), 422 if wrong else 200


def _page(response_id: str, form: Form, wrong: dict[str, str]):
    case = reviewing.case(store(), actor(), response_id)
    kept = _comments() if request.method == "POST" else dict(case.record.comments)
    lang = language()
    return render_template(
        "readiness/round_review.html",
        form=form,
        case=case,
        record=case.record,
        round=case.round,
        wrong=wrong,
        comments=kept,
        note=request.form.get("note", "") if request.method == "POST" else case.record.return_note,
        words={
            item.id: sheet.words(item, answer, lang)
            for section in case.sections
            for item, answer in section.items
            if answer is not None
        },
        steps=[
            (each, audit_words.action(each.action, _)) for each in case.steps if each.action != "answer:save"
        ],
        type=institution_types().get(case.record.institution_type),
        may_answer=ever(actor(), Permission.SURVEY_ANSWER),
        most=reminders.MOST,
        at=now(),
        states=State,
    )


def _comments() -> dict[str, str]:
    return {
        name.removeprefix("comment-"): text.strip()
        for name, text in request.form.items()
        if name.startswith("comment-") and text.strip()
    }


@bp.route("/responses/<response_id>/reopen", methods=["GET", "POST"])
@needs(Permission.RESPONSE_REVIEW)
def reopen(response_id: str):
    """Open an accepted response again; the reason is required and goes into the letter."""
    found = reviewing.record(store(), actor(), response_id)
    form = ReasonForm()
    if request.method == "GET":
        if found.state is not State.ACCEPTED:
            abort(409)
        form.version.data = str(found.version)
    if form.submitted():
        try:
            reviewing.reopen(
                store(), actor(), found, seen_version(), reason=form.reason.data or "", secret=secret()
            )
        except Invalid as error:
            form.reason.errors = [reviewing.said(error, _)]
        except Conflict:
            form.form_errors.append(_("The self-assessment moved on meanwhile; read it again."))
        else:
            flash(_("The self-assessment is open again. The letter about it waits in the outbox."), "success")
            return redirect(url_for(".review", response_id=found.id))
    return _small("readiness/round_reopen.html", form, record=found, round=reviewing.round_of(store(), found))


@bp.route("/responses/<response_id>/reminders", methods=["GET", "POST"])
@needs(Permission.RESPONSE_REVIEW)
def stop(response_id: str):
    """Stop the reminders of one response with a reason, or allow them again."""
    found = reviewing.record(store(), actor(), response_id)
    form = StopForm()
    if request.method == "POST" and request.form.get("again") == "1":
        plain = Form()
        if plain.submitted():
            reviewing.stop(store(), actor(), found, "")
            flash(_("Reminders are allowed again."), "success")
            return redirect(url_for(".review", response_id=found.id))
    elif form.submitted():
        try:
            reviewing.stop(store(), actor(), found, form.reason.data or "")
        except Invalid as error:
            form.reason.errors = [reviewing.said(error, _)]
        else:
            flash(_("No more reminders will be prepared for this institution in this round."), "success")
            return redirect(url_for(".review", response_id=found.id))
    return _small("readiness/round_stop.html", form, record=found, round=reviewing.round_of(store(), found))


def _small(template: str, form: Form, **values: Any):
    return render_template(template, form=form, **values), 422 if form.errors else 200


@bp.post("/responses/<response_id>/links")
@needs(Permission.RESPONSE_REVIEW)
def link(response_id: str):
    """A new link to the whole response, in a letter that waits in the outbox."""
    found = reviewing.record(store(), actor(), response_id)
    held = reviewing.round_of(store(), found)
    if held.state != "open":
        abort(409)
    letter_id = mailing.new_link(store(), actor(), held, found, secret())
    flash(_("The link was made. Its letter waits in the outbox; nothing has been sent."), "success")
    return redirect(url_for(".letter", round_id=held.id, letter_id=letter_id))


@bp.post("/responses/<response_id>/links/<link_id>/revoke")
@needs(Permission.RESPONSE_REVIEW)
def revoke(response_id: str, link_id: str):
    found = reviewing.record(store(), actor(), response_id)
    reviewing.revoke(store(), actor(), found, link_id)
    flash(_("The link was revoked and opens nothing any more."), "success")
    return redirect(url_for(".review", response_id=found.id) + "#links")
