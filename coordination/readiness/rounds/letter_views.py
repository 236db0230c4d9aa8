"""The outbox of a round: letters are read and edited here, then sent, copied, printed or dropped. Nothing leaves unseen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import segno
from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from coordination.clock import now
from coordination.errors import Conflict, Invalid, NotFound
from coordination.graph import letters
from coordination.graph.letters import EDITABLE, LEFT, OPEN, PLACE, Letter, State
from coordination.graph.rounds import Round
from coordination.graph.survey_links import token_of
from coordination.i18n import N_, polish_key
from coordination.mail import Mailer
from coordination.permissions import Permission
from coordination.readiness.rounds import mailing, reviewing, running
from coordination.readiness.rounds.forms import LetterForm
from coordination.readiness.rounds.room_views import bp, link_address, place, secret
from coordination.web import Form, actor, needs, page_number, store

SIZE = 50
GROUPS = {"waiting": OPEN, "left": LEFT, "dropped": (State.DROPPED,)}
MARKED = {
    "dropped": N_("the letter was dropped"),
    "printed": N_("the letter was handed over"),
    "bounced": N_("the letter came back undelivered"),
    "sent": N_("the letter was sent"),
    "draft": N_("the letter was not sent and waits again"),
}
WAITS = {State.DRAFT, State.FAILED}


def can_mail() -> bool:
    """Whether a mail server is set; without one, letters are copied or printed."""
    return bool(current_app.config["SETTINGS"].smtp_host)


def addresses(found: Sequence[Letter]) -> dict[str, str]:
    """The address of each letter's link, by link id: worked out here, kept nowhere."""
    return {each.link_id: link_address(token_of(secret(), each.link_id)) for each in found}


@lru_cache(maxsize=256)
def code(address: str) -> str:
    """The QR code of an address as an image for a page."""
    return segno.make(address, error="m", micro=False).svg_data_uri(scale=4, border=2)


@bp.get("/<round_id>/letters")
@needs(Permission.ROUND_MANAGE)
def outbox(round_id: str):
    held = _round(round_id)
    shown = request.args.get("show", "")
    shown = shown if shown in GROUPS else "waiting"
    found = letters.of_round(store(), mailing.reached(actor()), held.id, states=GROUPS[shown])
    # What needs a person comes first; then by name.
    found.sort(
        key=lambda each: (
            each.state is not State.SENDING,
            each.state is State.DRAFT,
            polish_key(each.name),
            each.id,
        )
    )
    page = page_number()
    counts = letters.counts(store(), mailing.reached(actor()), held.id)
    return render_template(
        "readiness/round_outbox.html",
        round=held,
        letters=found[(page - 1) * SIZE : page * SIZE],
        total=len(found),
        page=page,
        size=SIZE,
        shown=shown,
        every=request.args.get("all") == "1",
        counts={name: sum(counts.get(state, 0) for state in states) for name, states in GROUPS.items()},
        ready=sum(each.state in WAITS and bool(each.mailbox) and not each.overtaken for each in found),
        no_address=sum(each.state in EDITABLE and not each.mailbox for each in found),
        can_mail=can_mail(),
        editable=EDITABLE,
    )


@bp.route("/<round_id>/letters/<letter_id>", methods=["GET", "POST"])
@needs(Permission.ROUND_MANAGE)
def letter(round_id: str, letter_id: str):
    held, found = _letter(round_id, letter_id)
    form = LetterForm()
    if request.method == "GET":
        for name in ("mailbox", "subject", "body", "version"):
            form[name].data = getattr(found, name)
    if form.submitted():
        try:
            changed = mailing.edit(
                store(),
                actor(),
                _read(found, form.version.data),
                mailbox=form.mailbox.data or "",
                subject=form.subject.data or "",
                body=form.body.data or "",
                alike=bool(form.alike.data),
            )
        except Invalid as error:
            form[error.field].errors = [reviewing.said(error, _)]
        except Conflict:
            form.form_errors.append(_("Somebody changed or sent the letter meanwhile. Open it again."))
        else:
            flash(ngettext("%(num)s letter was saved.", "%(num)s letters were saved.", changed), "success")
            return redirect(url_for(".outbox", round_id=held.id, **place()))
    address = addresses([found])[found.link_id]
    return render_template(
        "readiness/round_letter.html",
        form=form,
        round=held,
        letter=found,
        address=address,
        text=mailing.filled(found, address),
        code=code(address),
        editable=found.state in EDITABLE,
        left=found.state in LEFT,
        place_of_link=PLACE,
        can_mail=can_mail(),
        states=State,
    ), 422 if form.errors else 200


@bp.post("/<round_id>/letters/<letter_id>/mark")
@needs(Permission.ROUND_MANAGE)
def mark(round_id: str, letter_id: str):
    """What a person says of a letter: dropped, came back, left after all or not."""
    held, found = _letter(round_id, letter_id)
    found = _read(found, request.form.get("version", ""))
    what, at = request.form.get("as", ""), now()
    try:
        if what == "dropped":
            store().change(letters.drop, actor(), found, at)
        elif what == "printed":
            store().change(letters.printed, actor(), found, at)
        elif what == "bounced":
            store().change(letters.came_back, actor(), found, at)
        elif what in ("sent", "draft"):
            store().change(letters.finish, actor(), found.id, State(what), at)
        else:
            raise Invalid(N_("Choose what became of the letter."))
    except Conflict:
        flash(_("Somebody changed or sent the letter meanwhile. Open it again."), "error")
    except Invalid as error:
        flash(_(error.message), "error")
    else:
        flash(_("Noted: %(what)s.", what=_(MARKED[what])), "success")
    return redirect(url_for(".outbox", round_id=held.id, **place()))


@bp.route("/<round_id>/letters/send", methods=["GET", "POST"])
@needs(Permission.ROUND_MANAGE)
def send(round_id: str):
    """The exact list and the letter; after the second click they are sent one by one."""
    held = _round(round_id)
    if not can_mail() or held.state != "open":
        raise NotFound("send")
    chosen = _chosen(held, WAITS)
    sendable = [each for each in chosen if each.mailbox and not each.overtaken]
    ready = sendable[: mailing.AT_ONCE]
    form = Form()
    if form.submitted():
        outcome = mailing.send(
            store(), actor(), ready, Mailer(current_app.config["SETTINGS"]), addresses(ready)
        )
        _tell(outcome)
        return redirect(url_for(".outbox", round_id=held.id, **place()))
    return render_template(
        "readiness/round_send.html",
        form=form,
        round=held,
        ready=ready,
        without=[each for each in chosen if not each.mailbox],
        overtaken=[each for each in chosen if each.overtaken],
        later=len(sendable) - len(ready),
        sender=current_app.config["SETTINGS"].smtp_from,
    )


def _tell(outcome: mailing.Outcome) -> None:
    words = {
        State.SENT: lambda n: ngettext("%(num)s letter was sent.", "%(num)s letters were sent.", n),
        State.BOUNCED: lambda n: ngettext(
            "%(num)s address was refused.", "%(num)s addresses were refused.", n
        ),
        State.FAILED: lambda n: ngettext(
            "%(num)s letter could not be sent and can be tried again.",
            "%(num)s letters could not be sent and can be tried again.",
            n,
        ),
        State.SENDING: lambda n: ngettext(
            "Of %(num)s letter nobody knows whether it left; it is marked so.",
            "Of %(num)s letters nobody knows whether they left; they are marked so.",
            n,
        ),
    }
    for state, word in words.items():
        if number := outcome.counts.get(state, 0):
            flash(word(number), "success" if state is State.SENT else "warning")
    if outcome.passed:
        passed = ngettext(
            "%(num)s letter was changed or sent by somebody else.",
            "%(num)s letters were changed or sent by somebody else.",
            outcome.passed,
        )
        flash(passed, "warning")


@bp.route("/<round_id>/letters/print", methods=["GET", "POST"], endpoint="print")
@needs(Permission.ROUND_MANAGE)
def print_letters(round_id: str):
    """Letters one to a page, each with its link and QR code; then they are marked as handed over."""
    held = _round(round_id)
    # A letter into a closed round would lead nowhere.
    found = _chosen(held, {*EDITABLE}) if held.state == "open" else []
    printable = [each for each in found if not each.overtaken]
    chosen = printable[:SIZE]
    form = Form()
    if form.submitted():
        marked = 0
        for each in chosen:
            try:
                store().change(letters.printed, actor(), each, now())
                marked += 1
            except Conflict:
                flash(_("Somebody changed or sent the letter meanwhile: %(name)s", name=each.name), "warning")
        flash(
            ngettext(
                "%(num)s letter is marked as handed over.",
                "%(num)s letters are marked as handed over.",
                marked,
            ),
            "success",
        )
        return redirect(url_for(".outbox", round_id=held.id, **place()))
    links = addresses(chosen)
    return render_template(
        "readiness/round_print.html",
        form=form,
        round=held,
        later=len(printable) - len(chosen),
        letters=[
            (each, links[each.link_id], code(links[each.link_id]), mailing.filled(each, links[each.link_id]))
            for each in chosen
        ],
    )


def _round(round_id: str) -> Round:
    found = running.one(store(), actor(), round_id)
    if found.state == "draft":
        raise NotFound(round_id)
    return found


def _letter(round_id: str, letter_id: str) -> tuple[Round, Letter]:
    held = _round(round_id)
    found = letters.one(store(), mailing.reached(actor()), letter_id)
    if found.round_id != held.id:
        raise NotFound(letter_id)
    return held, found


def _read(found: Letter, version: object) -> Letter:
    """The letter as its reader saw it: the version they sent decides whether it is still that one."""
    raw = str(version or "")
    return replace(found, version=int(raw)) if raw.isdecimal() and len(raw) < 9 else found


def _chosen(held: Round, states: set[State]) -> list[Letter]:
    """The letters an address or a form names, `id` or `id version`, in the order of names."""
    # What is sent or printed is what the page showed, not what its address had asked for.
    given = request.form if request.method == "POST" else request.args
    if given.get("every") == "1":
        found = letters.of_round(store(), mailing.reached(actor()), held.id, states=states)
    else:
        asked = dict(
            (raw.rpartition(" ")[0], raw.rpartition(" ")[2]) if " " in raw else (raw, "")
            for raw in given.getlist("letter")
        )
        there = letters.of_round(store(), mailing.reached(actor()), held.id, states=states, ids=asked)
        found = [_read(each, asked[each.id]) for each in there]
    return sorted(found, key=lambda each: (polish_key(each.name), each.id))
