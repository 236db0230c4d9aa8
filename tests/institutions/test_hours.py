"""Duty hours against an oracle that walks minute by minute and shares no code with the program."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from coordination.errors import Invalid
from coordination.hours import check, describe, duty, words
from coordination.i18n import translator

WARSAW = ZoneInfo("Europe/Warsaw")

# Public holidays of the weeks looked at, from the calendar.
HOLIDAYS = {
    date(2025, 11, 11), date(2025, 12, 24), date(2025, 12, 25), date(2025, 12, 26), date(2026, 1, 1), date(2026, 1, 6),
    date(2026, 4, 5), date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 3),
}
WORKDAYS = {0, 1, 2, 3, 4}
EVERY_DAY = {0, 1, 2, 3, 4, 5, 6}

# A schedule, and by hand: shifts that begin on these weekdays at this minute and last so long; what holidays are.
CASES = [
    ("24/7", [(EVERY_DAY, 0, 1440)], "as usual"),
    ("Mo-Fr 07:30-15:30; PH off", [(WORKDAYS, 450, 480)], "off"),
    ("Mo-Fr 07:30-15:30", [(WORKDAYS, 450, 480)], "as usual"),
    ("Mo-Th 16:00-08:00", [({0, 1, 2, 3}, 960, 960)], "as usual"),
    ("Mo-Th 16:00-08:00; PH off", [({0, 1, 2, 3}, 960, 960)], "off"),
    ("Mo-Fr 16:00-08:00; Sa,Su,PH 00:00-24:00", [(WORKDAYS, 960, 960), ({5, 6}, 0, 1440)], "whole day"),
    ("Fr 22:00-06:00", [({4}, 1320, 480)], "as usual"),
    ("Mo-Fr 08:00-12:00,20:00-02:00; PH off", [(WORKDAYS, 480, 240), (WORKDAYS, 1200, 360)], "off"),
    ("Mo-Su 00:00-12:00,12:00-24:00", [(EVERY_DAY, 0, 1440)], "as usual"),
]
# First day, days, step in minutes: New Year and Epiphany minute by minute, Christmas, Easter and May with a stride.
WEEKS = [(date(2026, 1, 1), 8, 1), (date(2025, 12, 22), 10, 7), (date(2026, 4, 2), 6, 7), (date(2026, 4, 30), 5, 7)]


def on_duty(shifts, holidays, wall: datetime) -> bool:
    """Whether a shift that began today or yesterday still runs at this minute of the wall clock."""
    for began in (wall.date(), wall.date() - timedelta(days=1)):
        todays = [(begin, length) for days, begin, length in shifts if began.weekday() in days]
        if began in HOLIDAYS and holidays != "as usual":
            todays = [(0, 1440)] if holidays == "whole day" else []
        since = (wall - datetime.combine(began, datetime.min.time())).total_seconds() / 60
        if any(begin <= since < begin + length for begin, length in todays):
            return True
    return False


@pytest.mark.parametrize(("hours", "shifts", "holidays"), CASES, ids=[case[0] for case in CASES])
def test_every_minute_of_holiday_weeks_agrees_with_a_walk_through_the_shifts(hours, shifts, holidays):
    for first, days, step in WEEKS:
        start = datetime.combine(first, datetime.min.time())
        for minute in range(0, days * 1440, step):
            wall = start + timedelta(minutes=minute)
            if duty(hours, wall.replace(tzinfo=WARSAW)).on != on_duty(shifts, holidays, wall):
                pytest.fail(f"{hours} at {wall}: expected {on_duty(shifts, holidays, wall)}")


@pytest.mark.parametrize(("hours", "shifts", "holidays"), CASES, ids=[case[0] for case in CASES])
def test_until_is_the_first_minute_at_which_the_walk_changes(hours, shifts, holidays):
    first, days, _step = WEEKS[0]
    start = datetime.combine(first, datetime.min.time())
    states = [on_duty(shifts, holidays, start + timedelta(minutes=minute)) for minute in range((days + 10) * 1440)]
    for minute in range(0, days * 1440, 61):
        until = duty(hours, (start + timedelta(minutes=minute)).replace(tzinfo=WARSAW)).until
        change = next((later for later in range(minute, len(states)) if states[later] != states[minute]), None)
        expected = None if change is None else (start + timedelta(minutes=change)).replace(tzinfo=WARSAW)
        assert until == expected, (hours, start + timedelta(minutes=minute))


def test_nobody_is_on_duty_in_the_small_hours_after_a_holiday_on_which_nobody_came():
    hours = "Mo-Th 16:00-08:00; PH off"
    assert duty(hours, datetime(2026, 1, 6, 2, tzinfo=WARSAW)).on is True  # began on Monday
    assert duty(hours, datetime(2026, 1, 6, 20, tzinfo=WARSAW)).on is False  # Epiphany
    assert duty(hours, datetime(2026, 1, 7, 2, tzinfo=WARSAW)).on is False


def test_a_night_in_which_clocks_change_ends_at_six_on_the_clock():
    for night in (datetime(2026, 3, 28, 23, tzinfo=WARSAW), datetime(2026, 10, 24, 23, tzinfo=WARSAW)):
        until = duty("22:00-06:00", night).until
        assert until is not None
        assert (until.date() - night.date(), until.hour, until.minute) == (timedelta(days=1), 6, 0)


def test_an_hour_that_comes_twice_ends_after_now():
    second = datetime(2026, 10, 25, 2, 15, fold=1, tzinfo=WARSAW)
    until = duty("00:00-02:30", second).until
    assert until is not None and until.timestamp() == second.timestamp() + 15 * 60


@pytest.mark.parametrize("hours", ["", "pn-pt 8-16", "Mo 25:00-26:00", "x" * 300])
def test_what_cannot_be_read_is_neither_on_nor_off(hours):
    assert duty(hours, datetime(2026, 1, 12, 8, tzinfo=WARSAW)).on is None
    if hours:
        with pytest.raises(Invalid):
            check(hours)


@pytest.mark.parametrize(
    ("hours", "at", "polish", "english"),
    [
        ("24/7", (2026, 1, 12, 8, 5), "Dyżur teraz, całodobowo", "On duty now, round the clock"),
        ("Mo-Fr 07:30-15:30", (2026, 1, 12, 8, 5), "Dyżur teraz, do 15:30", "On duty now, until 15:30"),
        ("Mo-Fr 08:15-16:15", (2026, 1, 12, 8, 5), "Poza dyżurem do 8:15", "Off duty until 8:15"),
        ("Mo-Fr 08:15-16:15; PH off", (2026, 1, 9, 17, 0), "Poza dyżurem do pn. 8:15", "Off duty until Mon 8:15"),
        ("Jun 08:00-10:00", (2026, 1, 9, 17), "Poza dyżurem do 01.06.2026, 8:00", "Off duty until 01.06.2026, 8:00"),
        ("", (2026, 1, 9, 17, 0), "Godziny dyżuru nieznane", "Duty hours not known"),
    ],
)
def test_duty_in_words(hours, at, polish, english):
    now = datetime(*at, tzinfo=WARSAW)
    assert describe(duty(hours, now), now, translator("pl")) == polish
    assert describe(duty(hours, now), now, translator("en")) == english


def test_the_schedule_itself_in_words():
    assert words("Mo-Fr 07:30-15:30; PH off", translator("pl")) == "pn.–pt. 7:30–15:30; święta nieczynne"
    assert words("24/7", translator("pl")) == "całodobowo"
