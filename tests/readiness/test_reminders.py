"""Reminders that stop: whom one may be prepared for, and on which days the calendar asks for them."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest

from coordination.graph.responses import Record, State
from coordination.readiness.rounds.reminders import MOST, Reason, due, last_moment, scheduled

TODAY = date(2026, 3, 10)


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def days(number: int) -> datetime:
    """The moment so many days before today."""
    return at(TODAY - timedelta(days=number))


def record(state: State = State.INVITED, **changed) -> Record:
    known = {"invited_at": days(60), **changed}
    return Record(
        id="r", round_id="o", institution_id="ksp", institution_type="police_regional", state=state, version=1, **known
    )


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (record(State.INVITED), None),
        (record(State.OPENED), None),
        (record(State.IN_PROGRESS), None),
        (record(State.TO_SIGN), None),
        (record(State.RETURNED, number=1), None),
        (record(State.SUBMITTED, number=1), Reason.ANSWERED),
        (record(State.ACCEPTED, number=1), Reason.ANSWERED),
        (record(stopped="odpowiada na papierze"), Reason.STOPPED),
        (record(bounced=True), Reason.BOUNCED),
        (record(reminders=MOST - 1, reminded_at=days(7)), None),
        (record(reminders=MOST, reminded_at=days(30)), Reason.ENOUGH),
        (record(reminders=1, reminded_at=days(0)), Reason.RECENT),
        (record(reminders=1, reminded_at=days(6)), Reason.RECENT),
        (record(reminders=1, reminded_at=days(7)), None),
        # What comes first is what is told: the answer before everything, then what somebody decided.
        (record(State.SUBMITTED, stopped="x", bounced=True, reminders=MOST), Reason.ANSWERED),
        (record(stopped="x", bounced=True, reminders=MOST), Reason.STOPPED),
    ],
)
def test_who_may_be_reminded(found, reason):
    assert due(found, TODAY) is reason


def test_a_letter_that_waits_and_a_closed_round_ask_for_no_other():
    assert due(record(), TODAY, waiting=True) is Reason.WAITING
    assert due(record(State.SUBMITTED), TODAY, waiting=True) is Reason.ANSWERED
    assert due(record(), TODAY, open=False) is Reason.CLOSED


def test_the_seven_days_are_days_in_poland():
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)  # already the third of March in Warsaw
    assert due(record(reminders=1, reminded_at=late), date(2026, 3, 9)) is Reason.RECENT
    assert due(record(reminders=1, reminded_at=late), date(2026, 3, 10)) is None


@pytest.mark.parametrize(
    ("left", "moment"),  # days until the last day of the round; the day of the calendar, as days until it
    [
        (15, None),
        (14, 14), (13, 14), (8, 14),
        (7, 7), (2, 7),
        (1, 1), (0, 1),
        (-1, -1), (-2, -1), (-7, -1),
        (-8, -8), (-14, -8),
        (-15, -15),
    ],
)  # fmt: skip
def test_the_calendar_of_a_round(left, moment):
    closes_on = TODAY + timedelta(days=left)
    expected = None if moment is None else closes_on - timedelta(days=moment)
    assert last_moment(closes_on, TODAY) == expected


@pytest.mark.parametrize(
    ("left", "found", "asked"),
    [
        (14, record(), True),
        (15, record(), False),
        (12, record(), True),  # the machine was off on the day
        (14, record(reminders=1, reminded_at=days(0)), False),
        (7, record(reminders=1, reminded_at=days(7)), True),
        (5, record(reminders=1, reminded_at=days(5)), True),  # that one was of the day before the seventh
        (5, record(reminders=1, reminded_at=days(2)), False),
        (14, record(invited_at=days(0)), False),  # invited on the day itself
        (10, record(invited_at=days(3)), False),  # invited after it: the next one is in three days
        (7, record(invited_at=days(3)), True),
        (-1, record(), True),
        (-1, record(State.RETURNED, returned_at=days(0)), False),
        (-8, record(State.RETURNED, returned_at=days(3)), True),
    ],
)
def test_what_the_calendar_asks_for(left, found, asked):
    assert scheduled(found, TODAY + timedelta(days=left), TODAY) is asked


def test_a_silent_institution_gets_three_and_never_two_within_a_week():
    closes_on, sent = date(2026, 4, 1), []
    for number in range(90):
        day = date(2026, 2, 15) + timedelta(days=number)
        found = record(
            invited_at=at(date(2026, 2, 1)), reminders=len(sent), reminded_at=at(sent[-1]) if sent else None
        )
        if scheduled(found, closes_on, day) and due(found, day) is None:
            sent.append(day)
    assert sent == [closes_on - timedelta(days=14), closes_on - timedelta(days=7), closes_on]
    assert all(later - earlier >= timedelta(days=7) for earlier, later in itertools.pairwise(sent))
