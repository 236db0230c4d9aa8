"""Duty hours in the opening_hours syntax of OpenStreetMap, read on Polish clocks and holidays. No Flask.

`Mo-Fr 07:30-15:30; PH off` · `24/7` · `Mo-Th 16:00-08:00` (over midnight: the night belongs to the day it began).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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


@dataclass(frozen=True, slots=True)
class _Schedule:
    """`day`: what happens on a day until midnight. `night`: what a day leaves for the morning after it, on that
    day's own date; None where no duty runs over midnight."""

    day: OpeningHours
    night: OpeningHours | None = None

    def on(self, wall: datetime) -> bool:
        return self.day.is_open(wall) or (self.night is not None and self.night.is_open(wall - _DAY))

    def next_change(self, wall: datetime) -> datetime | None:
        """The next minute at which a rule begins or ends; the duty itself may go on."""
        found = [self.day.next_change(wall)]
        if self.night is not None:
            after = self.night.next_change(wall - _DAY)
            found.append(after + _DAY if after else None)
        return min((each for each in found if each is not None and each > wall), default=None)


_DAY = timedelta(days=1)
_SPAN = re.compile(r"(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)")
_TIMES = re.compile(rf"{_SPAN.pattern}(?:\s*,\s*{_SPAN.pattern})*$")
_PLAIN_RULE = re.compile(r"[A-Za-z0-9 ,:\-\[\]]*$")


@lru_cache(maxsize=4096)
def _schedule(hours: str) -> _Schedule | None:
    try:
        whole = _read(hours)
        split = _by_the_day_it_began(hours)
        return _Schedule(*(_read(each) for each in split)) if split else _Schedule(whole)
    except ParserError:
        return None


def _read(hours: str) -> OpeningHours:
    return OpeningHours(hours, country="PL", max_interval_days=_HORIZON_DAYS)


def _by_the_day_it_began(hours: str) -> tuple[str, str] | None:
    """The schedule cut at midnight, or None where nothing runs over midnight or the rules are too involved.

    The library lets a night follow the weekday alone: with "Mo-Th 16:00-08:00; PH off" it reports somebody on duty in
    the small hours after a holiday on which nobody came. Here the night belongs to the day on which it began.
    """
    days, nights, over = [], [], False
    for rule in hours.split(";"):
        text = rule.strip()
        times = _TIMES.search(text)
        if not _PLAIN_RULE.match(text) or (times and re.search(r"\d:\d\d", text[: times.start()])):
            return None
        if times is None:
            days.append(text)
            nights.append(text if re.search(r"\b(off|closed)$", text) else f"{text} off")
            continue
        who = text[: times.start()]
        kept, left = [], []
        for span in _SPAN.finditer(times[0]):
            begin, end = int(span[1]) * 60 + int(span[2]), int(span[3]) * 60 + int(span[4])
            end += 24 * 60 if end <= begin else 0
            kept.append(f"{_clock(begin)}-{_clock(min(end, 24 * 60))}")
            if end > 24 * 60:
                left.append(f"00:00-{_clock(end - 24 * 60)}")
        over = over or bool(left)
        days.append(who + ",".join(kept))
        nights.append(who + (",".join(left) or "off"))
    return ("; ".join(days), "; ".join(nights)) if over else None


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


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
    wall = there.replace(tzinfo=None)
    if schedule.day.is_unknown(wall):
        return UNKNOWN
    on = schedule.on(wall)
    end = _end(schedule, wall, on)
    return Duty(on, _instant(end, there) if end else None)


def _end(schedule: _Schedule, wall: datetime, on: bool) -> datetime | None:
    """The next minute on the wall clock at which on becomes off, or off becomes on."""
    moment = wall
    for _ in range(50):  # rules that meet ("00:00-12:00,12:00-24:00") change the rule, not the duty
        change = schedule.next_change(moment)
        if change is None or change - wall > timedelta(days=_HORIZON_DAYS):
            return None
        if schedule.on(change) != on:
            return change
        moment = change
    return None


def _instant(wall: datetime, after: datetime) -> datetime:
    """The wall clock's minute as an instant; of an hour that comes twice the one that is still ahead."""
    found = wall.replace(tzinfo=WARSAW)
    if found.astimezone(UTC) <= after.astimezone(UTC):
        found = found.replace(fold=1)
    return found.astimezone(UTC).astimezone(WARSAW)


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
