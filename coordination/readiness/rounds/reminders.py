"""Who is reminded of a self-assessment, and when: reminders that stop. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

from coordination.clock import WARSAW
from coordination.graph.responses import Record

MOST = 3  # reminders for one response
APART = 7  # days between two of them
BEFORE = (14, 7, 1)  # days before the end on which one is due; after it, the next day and every week


class Reason(StrEnum):
    """Why somebody is not reminded."""

    ANSWERED = "answered"
    STOPPED = "stopped"  # by the consultant, or the institution asked for it
    BOUNCED = "bounced"
    ENOUGH = "enough"
    RECENT = "recent"
    WAITING = "waiting"  # a letter to them is in the outbox already
    CLOSED = "closed"  # the round is not open


def due(record: Record, today: date, *, waiting: bool = False, open: bool = True) -> Reason | None:
    """Why no reminder may be prepared for this response today, or None when one may.

    Parameters
    ----------
    waiting
        A letter about this response stands in the outbox.
    open
        The round is open.
    """
    if not open:
        return Reason.CLOSED
    if record.handed_in:
        return Reason.ANSWERED
    if record.stopped:
        return Reason.STOPPED
    if record.bounced:
        return Reason.BOUNCED
    if record.reminders >= MOST:
        return Reason.ENOUGH
    if record.reminded_at and today - _day(record.reminded_at) < timedelta(days=APART):
        return Reason.RECENT
    return Reason.WAITING if waiting else None


def last_moment(closes_on: date, today: date) -> date | None:
    """The last day, `today` included, on which the calendar of a round asks for reminders; None before the first."""
    over = (today - closes_on).days
    if over >= 1:
        return closes_on + timedelta(days=1 + (over - 1) // APART * APART)
    return max((day for days in BEFORE if (day := closes_on - timedelta(days=days)) <= today), default=None)


def scheduled(record: Record, closes_on: date, today: date) -> bool:
    """Whether the calendar asks for a reminder that this response has not had, also when a day was missed.

    Somebody invited or returned to after that day is left in peace until the next one.
    """
    moment = last_moment(closes_on, today)
    if moment is None:
        return False
    known = [each for each in (record.invited_at, record.returned_at, record.reminded_at) if each]
    return all(_day(each) < moment for each in known)


def _day(at: datetime) -> date:
    return at.astimezone(WARSAW).date()
