"""Passing sections on, checking the answers, and handing in."""

from __future__ import annotations

import segno
from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from coordination.errors import Conflict, Invalid
from coordination.fields import CheckBoxes, no_personal_data, options
from coordination.graph import survey_links
from coordination.i18n import N_, local
from coordination.permissions import Permission
from coordination.readiness.answering import handing
from coordination.readiness.answering.desk_views import bp, common, paper_of
from coordination.readiness.answering.service import Paper
from coordination.surveys.progress import SectionState
from coordination.web import Form, account_or_link, actor, language, store

FUNCTION_LONGEST = 120


def _function(label: str, hint: str, missing: str) -> StringField:
    """A function or department, never a person."""
    return StringField(
        label,
        description=hint,
        validators=[
            InputRequired(missing),
            Length(max=FUNCTION_LONGEST, message=N_("Shorten it to at most 120 characters.")),
            no_personal_data,
        ],
    )


class PassOn(Form):
    sections = CheckBoxes(N_("Sections"))
    to_function = _function(
        N_("Function or department"),
        N_("For example: personnel department. A name of a person is not needed."),
        N_("Say which function or department it is passed on to."),
    )


class Approve(Form):
    signed_by = _function(
        N_("Approved by (function)"),
        N_("For example: deputy head. Only the function, without a name."),
        N_("Say which function approves it, for example: deputy head."),
    )


class AskToSign(Form):
    to_function = _function(
        N_("Who approves it (function)"),
        N_("For example: head of the unit. Only the function, without a name."),
        N_("Say which function approves it, for example: deputy head."),
    )


@bp.route("/<response_id>/pass-on", methods=["GET", "POST"])
@account_or_link(Permission.SURVEY_ANSWER)
def pass_on(response_id: str):
    """Links to single sections: making one, and those made so far."""
    found = handing.whole(paper_of(response_id))
    asked = [each for each in found.sections if each.state is not SectionState.NOT_APPLICABLE]
    form = PassOn(data=None if request.method == "POST" else {"sections": request.args.getlist("section")})
    form.sections.choices = options((each.dimension.id, local(each.dimension, "name", language())) for each in asked)
    status = 200
    if form.submitted():
        try:
            id = handing.pass_on(
                store(), actor(), found, _secret(), form.sections.data or (), form.to_function.data or ""
            )
        except Invalid as error:
            form.sections.errors = [_(error.message)]
        except Conflict:
            flash(_("No link was made: the self-assessment can no longer be changed."), "error")
            return redirect(url_for(".start", response_id=found.id))
        else:
            return redirect(url_for(".link", response_id=found.id, link_id=id))
    if form.errors:
        status = 422
    links = handing.passed_on(store(), found)
    return render_template("readiness/survey_pass_on.html", **common(found), form=form, links=links), status


@bp.get("/<response_id>/pass-on/<link_id>")
@account_or_link(Permission.SURVEY_ANSWER)
def link(response_id: str, link_id: str):
    """One link, to be copied, printed or sent from one's own mail program."""
    found = handing.whole(paper_of(response_id))
    made = handing.one_link(store(), found, link_id)
    address = url_for("reply.open_link", token=survey_links.token_of(_secret(), made.id), _external=True)
    names = [each.dimension for each in found.sections if each.dimension.id in made.sections]
    return render_template(
        "readiness/survey_link.html",
        **common(found),
        link=made,
        address=address,
        qr=_qr(address),
        sections=names,
    )


@bp.post("/<response_id>/pass-on/<link_id>/revoke")
@account_or_link(Permission.SURVEY_ANSWER)
def revoke(response_id: str, link_id: str):
    found = handing.whole(paper_of(response_id))
    made = handing.one_link(store(), found, link_id)
    if made.revoked_at is None:
        handing.revoke(store(), actor(), found, link_id)
    flash(_("The link was revoked. Answers given by it stay."), "success")
    return redirect(url_for(".pass_on", response_id=found.id))


@bp.post("/<response_id>/reminders")
@account_or_link(Permission.SURVEY_ANSWER)
def reminders(response_id: str):
    """End the reminders of this self-assessment, or ask for them again."""
    found = handing.whole(paper_of(response_id))
    wanted = request.form.get("wanted") == "1"
    try:
        handing.remind(store(), actor(), found, wanted)
    except Conflict:
        flash(_("Nothing was changed: no reminder of this self-assessment comes any more."), "info")
    else:
        told = _("Reminders will come again.") if wanted else _("No more reminders of this self-assessment will come.")
        flash(told, "success")
    return redirect(url_for(".start", response_id=found.id))


@bp.route("/<response_id>/check", methods=["GET", "POST"])
@account_or_link(Permission.SURVEY_ANSWER)
def check(response_id: str):
    """The answers before they are handed in; handing in is asked for once more on a page of its own."""
    found = handing.whole(paper_of(response_id))
    step = request.form.get("step", "ask") if request.method == "POST" else ""
    approve = Approve() if step in ("ask", "send") else Approve(formdata=None)
    if not step and found.desk.link and found.desk.link.role == "sign":
        approve.signed_by.data = found.desk.link.to_function
    sign = AskToSign(prefix="sign-") if step == "sign" else AskToSign(formdata=None, prefix="sign-")
    if step and found.desk.record.handed_in:
        return redirect(url_for(".result", response_id=found.id))
    try:
        if step == "sign" and sign.submitted():
            id = handing.ask_to_sign(store(), actor(), found, _secret(), sign.to_function.data or "")
            flash(_("It waits for approval. The link below leads to the answers and to handing in."), "success")
            return redirect(url_for(".link", response_id=found.id, link_id=id))
        if step == "ask" and approve.submitted():
            if found.ready and found.desk.writable:
                stamp = handing.stamp(found)
                return render_template("readiness/survey_confirm.html", **common(found), form=approve, stamp=stamp)
            raise Invalid(handing.STILL_MISSING)
        if step == "send" and approve.submitted():
            function, stamp = approve.signed_by.data or "", request.form.get("checked", "")
            done = handing.hand_in(store(), actor(), found, function, stamp)
            if done is not None:
                flash(_("Handed in. The voivodeship consultant sees the answers; the result is below."), "success")
            return redirect(url_for(".result", response_id=found.id))
    except Invalid as error:
        return _check_page(paper_of(response_id), approve, sign, _(error.message))
    except Conflict:
        return _check_page(paper_of(response_id), approve, sign, _moved_on(paper_of(response_id)), 409)
    return _check_page(found, approve, sign)


def _check_page(found: Paper, approve: Form, sign: Form, problem: str = "", status: int = 422):
    wrong = problem or approve.errors or sign.errors
    return render_template(
        "readiness/survey_check.html",
        **common(found),
        form=sign if sign.errors else approve,
        approve=approve,
        sign=sign,
        problem=problem,
        critical=[item for each in found.sections for item in each.items if item.critical],
    ), status if wrong else 200


def _moved_on(found: Paper) -> str:
    if found.closed:
        return _("Not handed in: the round was closed.")
    return _("Not handed in: somebody changed the state of the self-assessment meanwhile. Check it again.")


def _secret() -> str:
    return current_app.config["SECRET_KEY"]


def _qr(address: str) -> Markup:
    """The code of an address as a picture that needs no file and no style of its own."""
    made = segno.make(address, error="m")
    return Markup(made.svg_inline(scale=4, border=2, svgclass="k-qr", lineclass=None, title=_("QR code of the link")))
