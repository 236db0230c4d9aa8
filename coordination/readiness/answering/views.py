"""Filling in a self-assessment, by an account or a link: the list of sections, and a section with its answers."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from coordination.clock import now
from coordination.errors import Conflict
from coordination.graph import responses, rounds, survey_links
from coordination.i18n import translator
from coordination.permissions import Permission, Role, Scope, scope
from coordination.readiness.answering import hand_in_views, outcome_views
from coordination.readiness.answering import service as answering
from coordination.readiness.answering.desk_views import (
    at_time,
    bp,
    common,
    link_id,
    paper_of,
    progress_text,
    session_ends,
)
from coordination.readiness.answering.posted import mark_of
from coordination.readiness.answering.service import Outcome, Paper
from coordination.surveys.progress import next_section
from coordination.web import Form, account_or_link, actor, guest_link, language, needs, store

PARTS = (hand_in_views, outcome_views)  # their pages are of the same blueprint
WARN_MINUTES = 5  # before a session ends


@bp.get("")
@needs(Permission.SURVEY_ANSWER)
def index():
    """The rounds an institution was asked in; a consultant works from the rounds."""
    who = actor()
    if who.role is not Role.INSTITUTION:
        return redirect(url_for("rounds.index"))
    records = responses.of_institution(store(), scope(who, Permission.SURVEY_ANSWER), who.institution_id)
    everywhere = Scope(everything=True)
    asked = [(each, rounds.one(store(), everywhere, each.round_id)) for each in records]
    asked.sort(key=lambda pair: (pair[1].state == "open", pair[1].opens_on), reverse=True)
    return render_template("readiness/survey_index.html", asked=asked)


@bp.get("/opened")
@guest_link
def opened():
    """Where a fresh link lands: at the sections, or at the answers to approve."""
    link = survey_links.by_id(store(), link_id(), now())
    page = ".check" if link.role == "sign" else ".start"
    return redirect(url_for(page, response_id=link.response_id))


@bp.get("/alive")
@account_or_link(Permission.SURVEY_ANSWER)
def alive():
    """Asked for by whoever goes on filling in: being asked is what keeps the session."""
    return {"ends": session_ends().isoformat()}


@bp.get("/<response_id>")
@account_or_link(Permission.SURVEY_ANSWER)
def start(response_id: str):
    found = paper_of(response_id)
    return render_template(
        "readiness/survey_start.html",
        **common(found),
        next=next_section(found.own),
        link_until=found.desk.link.expires_at if found.desk.link else None,
    )


@bp.route("/<response_id>/section/<section>", methods=["GET", "POST"])
@account_or_link(Permission.SURVEY_ANSWER)
def section(response_id: str, section: str):
    found = paper_of(response_id, saving=request.method == "POST")
    found.section(section)
    form = Form()
    if not form.submitted():
        return _page(found, section, form)
    tr = translator(language())
    before = {item.id for item in found.section(section).items}
    clear = request.form.get("clear", "")
    outcome = answering.save(store(), actor(), found, section, request.form, tr, clear=clear)
    if request.accept_mimetypes.best == "application/json":
        return _json(outcome, section)
    if not outcome.complete:
        return _page(answering.with_links(store(), outcome.paper), section, form, outcome)
    if request.form.get("go") == "take_over":
        return _take_over(outcome.paper, section)
    return redirect(_onward(outcome.paper, section, before, clear))


def _onward(found: Paper, section: str, before: set[str], clear: str) -> str:
    """Where one goes after a saving by a button."""
    here, go = url_for(".section", response_id=found.id, section=section), request.form.get("go", "")
    if clear:
        flash(_("The answer to %(item)s was removed.", item=clear), "success")
        return f"{here}#item-{clear}"
    new = [item.id for item in found.section(section).items if item.id not in before and item.id not in found.kept]
    if new:
        told = ngettext(
            "Saved. %(num)s more question is asked now: %(items)s.",
            "Saved. %(num)s more questions are asked now: %(items)s.",
            len(new),
            items=", ".join(new),
        )
        flash(told, "success")
        return f"{here}#item-{new[0]}"
    if go == "next":
        after = found.after(section)
        if after is not None:
            return url_for(".section", response_id=found.id, section=after.dimension.id)
        return url_for(".check" if found.desk.whole else ".start", response_id=found.id)
    flash(_("Saved. The answers can be finished later, also on another device."), "success")
    return url_for(".start", response_id=found.id) if go == "list" else here


def _take_over(found: Paper, section: str):
    here = url_for(".section", response_id=found.id, section=section)
    try:
        count = answering.take_over(store(), actor(), found, section)
    except Conflict:
        flash(_("Nothing was taken over: the self-assessment can no longer be changed."), "error")
        return redirect(here)
    if count:
        told = ngettext(
            "%(num)s answer was taken over. It counts once it is confirmed.",
            "%(num)s answers were taken over. Each counts once it is confirmed.",
            count,
        )
        flash(told, "success")
    else:
        flash(_("There was nothing to take over: no empty question here had an answer before."), "info")
    return redirect(here)


def _page(found: Paper, section: str, form: Form, outcome: Outcome | None = None):
    last = answering.earlier(store(), found)
    status = 200
    if outcome is not None:
        status = 409 if outcome.refused or outcome.conflicts else 422
    order, after = [each.dimension.id for each in found.own], found.after(section)
    return render_template(
        "readiness/survey_section.html",
        **common(found),
        form=form,
        here=found.section(section),
        number=order.index(section) + 1,
        items=answering.lay(found, section, last, language(), outcome),
        last=last,
        outcome=outcome,
        next=after,
        next_number=order.index(after.dimension.id) + 1 if after else 0,
        saved_at=found.desk.record.saved_at,
        ends=session_ends(),
        warn_minutes=min(WARN_MINUTES, current_app.config["SETTINGS"].session_minutes - 1),
    ), status


def _json(outcome: Outcome, section: str):
    """The same for the script: what was saved, what was not, which items are asked now."""
    found = outcome.paper
    if outcome.refused:
        return {"refused": _refusal(found)}, 409
    decided = [each.item.id for each in outcome.sent if each.keep]
    last = answering.earlier(store(), found) if decided else None
    laid = {each.item.id: each for each in answering.lay(found, section, last, language(), outcome)}
    sent = [each.item.id for each in outcome.sent]
    answer: dict[str, Any] = {
        "saved": _("Saved at %(time)s", time=at_time(now())),
        "editions": {id: found.kept[id].edition if id in found.kept else 0 for id in sent if id not in outcome.conflicts},
        "was": {id: mark_of(found.kept[id].answer if id in found.kept else None) for id in sent},
        "copied": {id: laid[id].copied for id in sent},
        "troubles": {id: [{"part": each.part, "text": each.text} for each in laid[id].troubles] for id in sent},
        "conflicts": {
            id: render_template("readiness/survey_conflict_one.html", each=laid[id]) for id in outcome.conflicts
        },
        "items": {
            id: render_template("readiness/survey_item_one.html", **common(found), each=laid[id], last=last)
            for id in decided
        },
        "shown": [item.id for item in found.section(section).items],
        "progress": {each.dimension.id: progress_text(each) for each in found.own},
        "ends": session_ends().isoformat(),
    }
    return answer, 409 if outcome.conflicts else 422 if outcome.troubles else 200


def _refusal(found: Paper) -> str:
    if found.closed:
        return _("Not saved: the round was closed.")
    return _("Not saved: the self-assessment was handed in meanwhile.")


