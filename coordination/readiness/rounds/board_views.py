"""The board of a round: who stands where, and reminding those who have not answered."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import ngettext

from coordination.clock import now, today
from coordination.graph import board as counted
from coordination.graph import letters, questionnaires
from coordination.graph.letters import Kind
from coordination.graph.responses import State
from coordination.graph.rounds import Round
from coordination.i18n import nN_
from coordination.permissions import Permission, ever, scope
from coordination.readiness.rounds import board as boards
from coordination.readiness.rounds import letter_texts, mailing, reminders, running
from coordination.readiness.rounds.room_views import bp, place, secret
from coordination.web import (
    Form,
    actor,
    institution_types,
    needs,
    page_number,
    store,
    voivodeship,
    voivodeships,
)

SORTS = ("stage", "name")
STUCK = {
    State.INVITED: nN_(
        "%(num)s invited and not opened for %(days)s days",
        "%(num)s invited and not opened for %(days)s days",
    ),
    State.OPENED: nN_(
        "%(num)s opened and nothing entered for %(days)s days",
        "%(num)s opened and nothing entered for %(days)s days",
    ),
    State.IN_PROGRESS: nN_(
        "%(num)s begun and nothing saved for %(days)s days",
        "%(num)s begun and nothing saved for %(days)s days",
    ),
    State.TO_SIGN: nN_(
        "%(num)s has waited for approval in the institution for %(days)s days",
        "%(num)s have waited for approval in the institution for %(days)s days",
    ),
    State.RETURNED: nN_(
        "%(num)s returned and not handed in again for %(days)s days",
        "%(num)s returned and not handed in again for %(days)s days",
    ),
    State.SUBMITTED: nN_(
        "%(num)s was handed in and has waited for %(days)s days to be read",
        "%(num)s were handed in and have waited for %(days)s days to be read",
    ),
}
NATIONAL = "national"  # in the address: the national bodies alone


@bp.get("/<round_id>")
@needs(Permission.ROUND_MANAGE)
def board(round_id: str):
    found = running.one(store(), actor(), round_id)
    if found.state == "draft":
        return _draft(found)
    here, national = voivodeship(), request.args.get("only") == NATIONAL
    reach = scope(actor(), Permission.ROUND_MANAGE)
    teryt = "" if national else here.teryt if here and reach.everything else None
    asked, ignored = _asked()
    page = page_number()
    laid = boards.lay_out(counted.marks(store(), reach, found.id, now() - boards.LONG, teryt), asked, page)
    places = (
        counted.by_voivodeship(store(), reach, found.id) if reach.everything and not found.voivodeship else {}
    )
    return render_template(
        "readiness/round_board.html",
        round=found,
        board=laid,
        lines=counted.lines(store(), reach, laid.shown),
        asked=asked,
        ignored=ignored,
        page=page,
        size=boards.SIZE,
        every=request.args.get("all") == "1",
        sentences=[(state, stuck_sentence(state, n)) for state, n in laid.stuck.items()],
        places=places if teryt is None else {},
        voivodeships=voivodeships(),
        national=national,
        here=here if teryt else None,
        types=institution_types(),
        waiting=letters.counts(store(), reach, found.id),
        without=len(letters.without(store(), found.id)) if found.state == "open" else 0,
        may_change=running.may_change(actor(), found),
        may_answer=ever(actor(), Permission.SURVEY_ANSWER),
        most=reminders.MOST,
        today=today(),
        states=State,
    )


def _asked() -> tuple[boards.Filter, list[str]]:
    """The filter of the address, and what in it means nothing."""
    ignored: list[str] = []

    def known(name: str, allowed: Any) -> str:
        raw = request.args.get(name, "").strip()
        if raw and raw not in allowed:
            ignored.append(f"{name}={raw[:40]}")
            return ""
        return raw

    stage = known("stage", set(map(str, State)))
    sort = request.args.get("sort", "")
    return boards.Filter(
        stage=State(stage) if stage else None,
        type=known("type", institution_types()),
        bounced=request.args.get("bounced") == "1",
        stuck=request.args.get("stuck") == "1",
        sort=sort if sort.removeprefix("-") in SORTS else "stage",
    ), ignored


def stuck_sentence(state: State, n: int) -> str:
    """How many have stood at a stage for long, in a sentence."""
    one, many = STUCK[state]
    return ngettext(one, many, n, days=boards.LONG.days)


def _draft(found: Round):
    asked = running.audience(store(), actor(), found)
    return render_template(
        "readiness/round_draft.html",
        round=found,
        groups=running.by_type(asked),
        total=len(asked),
        addresses=letters.mailboxes(store(), [each.id for each in asked]),
        version=questionnaires.one(store(), found.questionnaire_id),
        scores=running.target_scores(found),
        voivodeships=voivodeships(),
        types=institution_types(),
        today=today(),
    )


@bp.route("/<round_id>/remind", methods=["GET", "POST"])
@needs(Permission.ROUND_MANAGE)
def remind(round_id: str):
    """The letter and the exact list, with who is left out and why; then the letters go into the outbox."""
    found = running.one(store(), actor(), round_id)
    if found.state == "draft":
        abort(404)
    form = Form()
    chosen = (request.form if request.method == "POST" else request.args).getlist("response")
    if form.submitted():
        made = mailing.remind(store(), actor(), found, chosen, secret())
        flash(
            ngettext(
                "%(num)s reminder waits in the outbox; nothing has been sent.",
                "%(num)s reminders wait in the outbox; nothing has been sent.",
                made,
            ),
            "success",
        )
        return redirect(url_for(".outbox", round_id=found.id, **place()))
    picked = mailing.who_to_remind(store(), actor(), found, chosen)
    subject, body = letter_texts.text(
        Kind.REMINDER, found, questionnaires.load(store(), found.questionnaire_id), actor(), today()
    )
    return render_template(
        "readiness/round_remind.html",
        form=form,
        round=found,
        picked=picked,
        addresses=letters.mailboxes(store(), [each.institution_id for each in picked.to_remind]),
        subject=subject,
        body=body,
        most=reminders.MOST,
        types=institution_types(),
    )
