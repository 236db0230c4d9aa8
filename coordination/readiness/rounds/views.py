"""Rounds of the self-assessment: the audience, opening, moving the end, closing. Letters, the board and reviews follow
in views of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext, pgettext

from coordination.clock import today
from coordination.errors import Conflict, Invalid
from coordination.fields import options
from coordination.graph import board, letters, questionnaires
from coordination.graph.letters import State
from coordination.graph.rounds import Round
from coordination.i18n import local
from coordination.permissions import Permission, scope
from coordination.readiness.rounds import board_views, letter_views, review_views, running
from coordination.readiness.rounds.forms import RoundForm, VersionForm
from coordination.readiness.rounds.room_views import bp, place, secret, seen_version
from coordination.web import Form, actor, institution_types, language, needs, store, voivodeship

HIGHEST = 100  # of a target
PARTS = (board_views, letter_views, review_views)  # their pages are of the same blueprint


@bp.get("")
@needs(Permission.ROUND_MANAGE)
def index():
    here = voivodeship()
    found = running.listed(store(), actor(), here.teryt if here else "")
    reach = scope(actor(), Permission.ROUND_MANAGE)
    return render_template(
        "readiness/round_index.html",
        rounds=found,
        rates=board.rates(store(), reach, [each.id for each in found], here.teryt if here else None),
        drafts={
            each.id: len(running.audience(store(), actor(), each)) for each in found if each.state == "draft"
        },
        versions={each.id: each for each in questionnaires.listed(store())},
        here=here,
        today=today(),
    )


@bp.route("/new", methods=["GET", "POST"])
@needs(Permission.ROUND_MANAGE)
def new():
    here = voivodeship()
    versions = [each for each in questionnaires.listed(store()) if each.published]
    form = _form(versions)
    groups = running.by_type(running.candidates(store(), actor(), here.teryt if here else ""))
    wrong: dict[str, str] = {}
    if request.method == "GET":
        form.questionnaire.data = versions[0].id if versions else None
        form.opens_on.data = today()
    chosen = (
        {code for code in request.form.getlist("type") if code in groups} if request.form else set(groups)
    )
    if form.submitted():
        scores, wrong = _targets(chosen)
        if not wrong:
            audience = tuple(
                each.id for code, members in groups.items() if code in chosen for each in members
            )
            made = _save(form, None, here.teryt if here else "", scores, audience)
            if made:
                flash(_("The draft was saved. Nothing has been opened or sent."), "success")
                return redirect(url_for(".board", round_id=made.id, **place()))
    return _page(form, None, groups, chosen, _posted_targets(groups), wrong, here)


@bp.route("/<round_id>/edit", methods=["GET", "POST"])
@needs(Permission.ROUND_MANAGE)
def edit(round_id: str):
    found = _own(round_id)
    if found.state == "closed":
        abort(409)
    form = _form([questionnaires.one(store(), found.questionnaire_id)])
    groups = (
        running.by_type(running.audience(store(), actor(), found))
        if found.state == "draft"
        else _asked(found)
    )
    scores = {code: str(score) for code, score in running.target_scores(found).items()}
    wrong: dict[str, str] = {}
    if request.method == "GET":
        for name in ("title", "opens_on", "closes_on", "note"):
            form[name].data = getattr(found, name)
        form.questionnaire.data = found.questionnaire_id
    if form.submitted():
        given, wrong = _targets(set(groups))
        scores = _posted_targets(groups)
        if not wrong and _save(form, found, found.voivodeship, given, found.audience):
            moved = found.state == "open" and form.closes_on.data != found.closes_on
            flash(
                _("Saved. The open links live on with the new last day.")
                if moved
                else _("The changes were saved."),
                "success",
            )
            return redirect(url_for(".board", round_id=found.id, **place()))
    return _page(form, found, groups, set(groups), scores, wrong, None)


def _own(round_id: str) -> Round:
    """A round that is theirs to change; NotFound for any other."""
    return running.changeable(actor(), running.one(store(), actor(), round_id))


def _form(versions: list[questionnaires.Version]) -> RoundForm:
    form = RoundForm()
    form.questionnaire.choices = options(
        (each.id, f"{local(each, 'title', language())} {each.number}") for each in versions
    )
    return form


def _page(
    form: RoundForm, found: Round | None, groups: Any, chosen: set[str], scores: Any, wrong: Any, here: Any
):
    status = 422 if form.errors or wrong else 200
    return render_template(
        "readiness/round_edit.html",
        form=form,
        round=found,
        groups=groups,
        chosen=chosen,
        scores=scores,
        wrong=wrong,
        types=institution_types(),
        here=here,
    ), status


def _asked(found: Round) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for institution_id, type in _there(found).items():
        groups.setdefault(type, []).append(institution_id)
    return groups


def _posted_targets(groups: Any) -> dict[str, str]:
    return {code: request.form.get(f"target-{code}", "").strip() for code in groups}


def _targets(codes: set[str]) -> tuple[dict[str, int], dict[str, str]]:
    """The targets that were given by type, and what is wrong with the others."""
    scores: dict[str, int] = {}
    wrong: dict[str, str] = {}
    for code in codes:
        raw = request.form.get(f"target-{code}", "").strip()
        if raw.isascii() and raw.isdecimal() and int(raw[:4]) <= HIGHEST:
            scores[code] = int(raw)
        elif raw:
            wrong[code] = _("Give the target as a whole number from 0 to 100, or leave it empty.")
    return scores, wrong


def _save(
    form: RoundForm, found: Round | None, teryt: str, scores: dict[str, int], audience: tuple[str, ...]
) -> Round | None:
    questionnaire_id = found.questionnaire_id if found else str(form.questionnaire.data)
    try:
        return running.save_draft(
            store(),
            actor(),
            found,
            title=form.title.data or "",
            voivodeship=teryt,
            questionnaire_id=questionnaire_id,
            opens_on=form.opens_on.data,
            closes_on=form.closes_on.data,
            note=form.note.data or "",
            targets=running.targets_of(store(), questionnaire_id, scores),
            audience=audience,
        )
    except Invalid as error:
        form.closes_on.errors = [_(error.message)]
    except Conflict:
        form.form_errors.append(
            _("Somebody changed the round meanwhile. Open the page again; what was typed is below.")
        )
    return None


@bp.route("/<round_id>/institutions", methods=["GET", "POST"])
@needs(Permission.ROUND_MANAGE)
def audience(round_id: str):
    """The exact list by name: of a draft, to choose from; of an open round, to ask more."""
    found = _own(round_id)
    if found.state == "closed":
        abort(409)
    there = set(found.audience) if found.state == "draft" else _there(found)
    form = Form()
    if form.submitted():
        chosen = request.form.getlist("institution")
        try:
            if found.state == "draft":
                made = len(running.choose(store(), actor(), found, chosen).audience)
                flash(
                    ngettext(
                        "The round will ask %(num)s institution.",
                        "The round will ask %(num)s institutions.",
                        made,
                    ),
                    "success",
                )
            else:
                made = running.add(store(), actor(), found, chosen, secret())
                flash(
                    ngettext(
                        "%(num)s institution was added. Its letter is in the outbox.",
                        "%(num)s institutions were added. Their letters are in the outbox.",
                        made,
                    ),
                    "success",
                )
        except Conflict:
            flash(_("Somebody changed the round meanwhile. Nothing was saved; choose again."), "error")
            return redirect(url_for(".audience", round_id=found.id, **place()))
        return redirect(url_for(".board", round_id=found.id, **place()))
    return render_template(
        "readiness/round_audience.html",
        form=form,
        round=found,
        groups=running.by_type(running.candidates(store(), actor(), found.voivodeship)),
        there=there,
        types=institution_types(),
    )


def _there(found: Round) -> dict[str, str]:
    return board.asked(store(), scope(actor(), Permission.ROUND_MANAGE), found.id)


@bp.route("/<round_id>/open", methods=["GET", "POST"], endpoint="open")
@needs(Permission.ROUND_MANAGE)
def open_round(round_id: str):
    found = _own(round_id)
    form = Form()
    if found.state != "draft":
        abort(409)
    if form.submitted():
        try:
            asked = running.open_(store(), actor(), found, secret())
        except Invalid as error:
            flash(_(error.message), "error")
            return redirect(url_for(".audience", round_id=found.id, **place()))
        except Conflict:
            flash(_("Somebody changed the round meanwhile. Read it again before it is opened."), "error")
            return redirect(url_for(".board", round_id=found.id, **place()))
        flash(
            ngettext(
                "The round is open. %(num)s letter waits in the outbox; nothing has been sent.",
                "The round is open. %(num)s letters wait in the outbox; nothing has been sent.",
                asked,
            ),
            "success",
        )
        return redirect(url_for(".outbox", round_id=found.id, **place()))
    asked_now = running.audience(store(), actor(), found)
    addresses = letters.mailboxes(store(), [each.id for each in asked_now])
    return render_template(
        "readiness/round_open.html", form=form, round=found, asked=asked_now, addresses=len(addresses)
    )


@bp.route("/<round_id>/close", methods=["GET", "POST"])
@needs(Permission.ROUND_MANAGE)
def close(round_id: str):
    found = _own(round_id)
    form = Form()
    if found.state != "open":
        abort(409)
    if form.submitted():
        try:
            running.close(store(), actor(), found)
        except Conflict:
            flash(_("Somebody changed the round meanwhile. Read it again before it is closed."), "error")
        else:
            flash(_("The round is closed. Results stay; nothing can be answered in it any more."), "success")
        return redirect(url_for(".board", round_id=found.id, **place()))
    reach = scope(actor(), Permission.ROUND_MANAGE)
    return render_template(
        "readiness/round_close.html",
        form=form,
        round=found,
        rate=board.rates(store(), reach, [found.id]).get(found.id, board.Rate()),
        waiting=letters.counts(store(), reach, found.id).get(State.DRAFT, 0),
    )


@bp.route("/<round_id>/drop", methods=["GET", "POST"])
@needs(Permission.ROUND_MANAGE)
def drop(round_id: str):
    """Throw a draft away, after asking."""
    found = _own(round_id)
    form = VersionForm()
    if found.state != "draft":
        abort(409)
    if form.submitted():
        try:
            running.drop(store(), actor(), replace(found, version=seen_version()))
        except Conflict:
            flash(_("Somebody changed the round meanwhile. Read it again before it is thrown away."), "error")
            return redirect(url_for(".board", round_id=found.id, **place()))
        flash(pgettext("round", "The draft was thrown away."), "success")
        return redirect(url_for(".index", **place()))
    form.version.data = str(found.version)
    asked_now = len(running.audience(store(), actor(), found))
    return render_template("readiness/round_drop.html", form=form, round=found, asked=asked_now)


@bp.post("/<round_id>/complete")
@needs(Permission.ROUND_MANAGE)
def complete(round_id: str):
    """Prepare the invitations that an interrupted opening left out."""
    found = _own(round_id)
    if found.state != "open":
        abort(409)
    made = running.complete(store(), actor(), found, secret())
    flash(ngettext("%(num)s letter was prepared.", "%(num)s letters were prepared.", made), "success")
    return redirect(url_for(".outbox", round_id=found.id, **place()))
