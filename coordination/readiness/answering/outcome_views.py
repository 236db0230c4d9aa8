"""What an institution gets back once it has handed in: its profile, the first steps, and the ties its answers suggest."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from coordination.errors import Conflict, NotFound
from coordination.graph import responses, submissions
from coordination.i18n import translator
from coordination.permissions import Permission, Scope
from coordination.readiness.answering import handing, ties
from coordination.readiness.answering.desk_views import bp, common, paper_of
from coordination.readiness.answering.service import Paper
from coordination.readiness.results import service as results
from coordination.readiness.results.service import Own
from coordination.readiness.sheet import sheet, targets_of
from coordination.web import Form, account_or_link, actor, areas, institution_types, language, store


@bp.get("/<response_id>/result")
@account_or_link(Permission.SURVEY_ANSWER)
def result(response_id: str):
    """The profile of what was handed in last; before that it says that there is none yet."""
    found = handing.whole(paper_of(response_id))
    own = _handed_in(found)
    if own is None:
        return render_template("readiness/survey_no_result.html", **common(found))
    # Means and helpers come from the whole round; no score of another institution is shown.
    everybody = results.of_round(store(), Scope(everything=True), own.round)
    compared = results.compared(store(), own)
    drawn = sheet(
        own.result,
        translator(language()),
        targets=targets_of(own.round.targets, own.record.institution_type),
        others=results.others(everybody, own.record.institution_id, institution_types()),
        change=compared.change if compared else None,
        helpers=results.who_can_help(everybody, own.record, own.result),
    )
    return render_template(
        "readiness/survey_result.html",
        **common(found),
        own=own,
        sheet=drawn,
        compared=compared,
        suggested=len(ties.suggested(store(), actor(), own)),
    )


@bp.route("/<response_id>/ties", methods=["GET", "POST"], endpoint="ties")
@account_or_link(Permission.SURVEY_ANSWER)
def suggested_ties(response_id: str):
    """Proposed statements: one button confirms one of them; left alone, it stays a proposal."""
    found = handing.whole(paper_of(response_id))
    own, form = _handed_in(found), Form()
    if own is None:
        return render_template("readiness/survey_no_result.html", **common(found))
    if form.submitted():
        partner_id, _sep, area = request.form.get("claim", "").partition("|")
        try:
            ties.confirm(store(), actor(), own, partner_id, area)
        except (NotFound, Conflict):
            flash(_("Nothing was recorded: this statement is not proposed any more, or somebody made it meanwhile."), "error")  # fmt: skip
        else:
            flash(_("The statement was recorded. The other side is asked to confirm it."), "success")
        return redirect(url_for(".ties", response_id=found.id))
    return render_template(
        "readiness/survey_ties.html",
        **common(found),
        form=form,
        own=own,
        proposed=ties.suggested(store(), actor(), own),
        areas=areas(),
    )


def _handed_in(found: Paper) -> Own | None:
    """What was handed in last, with its result. A response that was returned keeps it until it is handed in again."""
    record = found.desk.record
    reach = Scope(institution_id=record.institution_id)
    handed = submissions.submissions(store(), reach, record.id)
    if not handed:
        return None
    return Own(
        round=found.desk.round,
        record=responses.one(store(), reach, record.id),
        submission=handed[0],
        questionnaire=found.desk.questionnaire,
        result=results.scored(found.desk.questionnaire, handed[0]),
    )
