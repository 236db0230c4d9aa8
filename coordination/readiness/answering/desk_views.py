"""What the pages of filling in share: the blueprint, whose response it is, and until when the session lasts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, current_app, session
from flask_babel import gettext as _
from flask_login import current_user

from coordination.accounts.sessions import TOUCH_AFTER
from coordination.clock import WARSAW, now
from coordination.errors import NotFound
from coordination.i18n import moment
from coordination.permissions import Role
from coordination.phrases import by_reader
from coordination.readiness.answering import service as answering
from coordination.readiness.answering.service import Paper
from coordination.readiness.sheet import words
from coordination.surveys.model import Answer, Item, Said
from coordination.surveys.progress import Section, SectionState
from coordination.web import actor, language, store

bp = Blueprint("survey", __name__, url_prefix="/survey")


def link_id() -> str:
    """The link of a link holder, "" for an account. A link made for something else opens nothing here."""
    if actor().role is not Role.GUEST:
        return ""
    guest = current_user.guest
    if guest is None or guest.purpose != "survey":
        raise NotFound("link")
    return guest.invitation_id


def paper_of(response_id: str, *, saving: bool = False) -> Paper:
    """The response an address names, if it is this reader's."""
    return answering.paper(store(), actor(), response_id, link_id(), saving=saving)


def session_ends() -> datetime:
    """Until when the session lasts if nothing more is asked."""
    record = session.record  # type: ignore[attr-defined]
    idle = now() + timedelta(minutes=current_app.config["SETTINGS"].session_minutes) - TOUCH_AFTER
    return min(idle, record.expires_at) if record else idle


@bp.app_template_filter("clock")
def at_time(instant: datetime | None) -> str:
    """10:42 of today, otherwise 12.01.2026, 10:42."""
    if instant is None:
        return ""
    there, today = instant.astimezone(WARSAW), now().astimezone(WARSAW).date()
    return f"{there.hour}:{there.minute:02}" if there.date() == today else moment(instant)


def progress_text(section: Section) -> str:
    """How far a section is, in words."""
    if section.state is SectionState.NOT_APPLICABLE:
        return _("not applicable")
    if section.state is SectionState.NOT_STARTED:
        return _("not started")
    if section.state is SectionState.DONE:
        return _("done")
    return _("in progress, %(answered)s of %(wanted)s", answered=section.answered, wanted=section.wanted)


bp.add_app_template_filter(by_reader(progress_text), "progress")


@bp.app_template_global("answer_text")
def answer_text(item: Item, answer: Answer | None) -> str:
    """An answer in words, the three ways of not giving a value included."""
    if answer is None:
        return _("no answer")
    if answer.said is Said.NOT_APPLICABLE:
        return _("not applicable: %(reason)s", reason=answer.reason)
    if answer.said is Said.UNKNOWN:
        return _("don’t know")
    return _("none of these") if answer.value == () else words(item, answer, language())


@bp.app_template_global("unit_text")
def unit_text(unit: str) -> str:
    """The unit of a number in the reader's language; a questionnaire writes both as "miejsca/places"."""
    polish, _sep, english = unit.partition("/")
    return english.strip() if english and language() != "pl" else polish.strip()


def common(found: Paper) -> dict[str, Any]:
    """What every page of a response shows: whose it is, who answers, the round."""
    return {"paper": found, "desk": found.desk, "record": found.desk.record, "round": found.desk.round}
