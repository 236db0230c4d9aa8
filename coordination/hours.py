"""Duty hours in the opening_hours syntax of OpenStreetMap, read on Polish clocks and holidays. No Flask.

`Mo-Fr 07:30-15:30; PH off` · `24/7` · `Mo-Th 16:00-08:00` (over midnight: the night belongs to the day it began).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from opening_hours import OpeningHours, ParserError

from coordination.clock import WARSAW
from coordination.errors import Invalid
from coordination.i18n import N_, Translator, short_date

# A schedule without any change would be searched to the year 9999 (measured: 2 s). Beyond 400 days "always" or
# "never" is answer enough.
_HORIZON_DAYS = 400

_ABBREVIATIONS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
_CODES = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


@dataclass(frozen=True, slots=True)
class Duty:
    """Whether someone is on duty at an instant, and until when that stays so.

    `on` is None where no hours were given or they cannot be read: not known is neither on nor off.
    `until` is None when nothing changes within 400 days.
    """

    on: bool | None
    until: datetime | None = None


UNKNOWN = Duty(None)


@lru_cache(maxsize=4096)
def _schedule(hours: str) -> OpeningHours | None:
    try:
        return OpeningHours(hours, timezone=WARSAW, country="PL", max_interval_days=_HORIZON_DAYS)
    except ParserError:
        return None


def check(hours: str) -> None:
    """Raises Invalid when the text is not a schedule."""
    if hours and _schedule(hours) is None:
        raise Invalid(
            N_("Write duty hours like “Mo-Fr 07:30-15:30; PH off” or “24/7”"), field="hours"
        )


def duty(hours: str, at: datetime) -> Duty:
    """The duty at the instant `at` (aware), with its next change in Polish time."""
    schedule = _schedule(hours) if hours else None
    if schedule is None:
        return UNKNOWN
    # Whole minutes: the syntax knows no seconds, and "until 15:30" ends at 15:30:00.
    there = at.astimezone(WARSAW).replace(second=0, microsecond=0)
    if schedule.is_unknown(there):
        return UNKNOWN
    on = schedule.is_open(there)
    return Duty(on, _end(schedule, there, on))


def _end(schedule: OpeningHours, there: datetime, on: bool) -> datetime | None:
    """The next instant at which on becomes off, or off becomes on."""
    moment = there
    for _ in range(20):  # rules that meet ("00:00-12:00, 12:00-24:00") change the rule, not the duty
        change = schedule.next_change(moment)
        if change is None or change <= moment:
            return None
        if schedule.is_open(change) != on:
            return change.astimezone(WARSAW)
        moment = change
    return None


def describe(state: Duty, at: datetime, translator: Translator) -> str:
    """"Dyżur teraz, do 15:30" · "Dyżur teraz, całodobowo" · "Poza dyżurem do pn. 8:15" · "Dyżur nieznany"."""
    _ = translator._
    if state.on is None:
        return _("Duty hours not known")
    if state.until is None:
        return _("On duty now, round the clock") if state.on else _("Off duty")
    when = _when(state.until, at.astimezone(WARSAW), translator)
    return _("On duty now, until %(when)s", when=when) if state.on else _("Off duty until %(when)s", when=when)


def _when(until: datetime, now: datetime, translator: Translator) -> str:
    clock = f"{until.hour}:{until.minute:02}"
    days = (until.date() - now.date()).days
    if days == 0:
        return clock
    if days == 1 and clock == "0:00":
        return "24:00"
    if days < 7:
        return f"{translator._(_ABBREVIATIONS[until.weekday()])} {clock}"
    return f"{short_date(until)}, {clock}"


_WORD = re.compile(r"\b(Mo|Tu|We|Th|Fr|Sa|Su|PH|off|closed|24/7)\b")


def words(hours: str, translator: Translator) -> str:
    """The schedule as people write it: "pn.-pt. 7:30-15:30; święta: nieczynne"."""
    _ = translator._
    if not hours:
        return ""
    if hours == "24/7":
        return _("round the clock")
    names = {code: _(name) for code, name in zip(_CODES, _ABBREVIATIONS, strict=True)}
    names |= {"PH": _("holidays"), "off": _("closed"), "closed": _("closed"), "24/7": _("round the clock")}
    spoken = _WORD.sub(lambda found: names[found[0]], hours)
    return re.sub(r"\b0(\d:\d\d)", r"\1", spoken).replace("-", "–")
