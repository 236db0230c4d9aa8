"""Ties: what follows on a day from what two institutions say of their cooperation in an area. Pure.

A tie is never stored. Every function takes the day D as `on`; a fact dated after D does not exist at D, and
each date is judged singly: a statement of before D counts even where its last activity is dated after D.
The rules are told to readers in docs/method.md.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Container, Iterable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple

from coordination.graph.facts import Statement, World, end_of
from coordination.graph.model import Event, Stance, TieState

FRESH_MONTHS = 24
_KEPT = 4  # results a world remembers: today, two dates compared, one more
# Looking a member up in its enum costs more than comparing it; hundreds of thousands are.
_COOPERATES, _WITHDRAWN = str(Stance.COOPERATES), str(Stance.WITHDRAWN)
_CONFIRMED, _ONE_SIDED, _DISPUTED = TieState.CONFIRMED, TieState.ONE_SIDED, TieState.DISPUTED
_NONE, _UNKNOWN = TieState.NONE, TieState.UNKNOWN
_new = tuple.__new__  # half the time of a call by the fields' names
_ALWAYS = datetime.min.replace(tzinfo=UTC)


class Tie(NamedTuple):
    """Two institutions in one area on a day; `a` < `b`. A side that has said nothing that counts is None.

    `a_fresh`, `b_fresh`: whether that side's statement is within the window. `joint`: the last event on or
    before the day, in the area, that involved both.
    """

    a: str
    b: str
    area: str
    state: TieState
    a_says: Statement | None
    b_says: Statement | None
    a_fresh: bool
    b_fresh: bool
    joint: date | None = None

    @property
    def met(self) -> bool:
        """Confirmed, and both statements fresh."""
        return self.a_fresh and self.b_fresh and self.state is _CONFIRMED

    @property
    def holders(self) -> tuple[Statement, ...]:
        """The statements that there is cooperation, `a`'s first."""
        return tuple(s for s in (self.a_says, self.b_says) if s is not None and s.stance == Stance.COOPERATES)

    @property
    def stale(self) -> bool:
        """Whether a side says there is cooperation and one of the sides that do said so too long ago."""
        return any(not fresh for s, fresh in self._sides() if s is not None and s.stance == Stance.COOPERATES)

    @property
    def fresh_claim(self) -> bool:
        """Whether at least one side says there is cooperation, within the window."""
        return any(fresh for s, fresh in self._sides() if s is not None and s.stance == Stance.COOPERATES)

    @property
    def last_sign(self) -> date | None:
        """The latest day with a sign of life: a statement that holds, its activity, or a joint event.

        Where sides differ it is the older side's day, the one that decides whether the tie is fresh.
        """
        days = [max(self._dates(s)) for s in self.holders]
        return min(days) if days else None

    def says(self, institution_id: str) -> Statement | None:
        return self.a_says if institution_id == self.a else self.b_says

    def fresh(self, institution_id: str) -> bool:
        return self.a_fresh if institution_id == self.a else self.b_fresh

    def other(self, institution_id: str) -> str:
        return self.b if institution_id == self.a else self.a

    def _sides(self) -> tuple[tuple[Statement | None, bool], tuple[Statement | None, bool]]:
        return (self.a_says, self.a_fresh), (self.b_says, self.b_fresh)

    def _dates(self, said: Statement) -> list[date]:
        # `Tie` keeps no day of its own: an activity later than the day was dropped when the tie was made.
        return [day for day in (said.stated_on, said.last_activity, self.joint) if day is not None]


@lru_cache(maxsize=64)
def months_before(day: date, months: int = FRESH_MONTHS) -> date:
    """The same day of the month, `months` calendar months earlier; the month's last day where it has none.

    29 February 2028 less 24 months is 28 February 2026.
    """
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    if year < 1:
        return date.min
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def valid(said: Statement, on: date) -> bool:
    """Whether the day lies within what the statement says of its own validity."""
    return (said.valid_from is None or said.valid_from <= on) and (
        said.valid_to is None or on <= said.valid_to
    )


def counts(said: Statement | None, on: date) -> bool:
    """Whether this is a statement on the day: made by then, not withdrawn, within its validity."""
    return said is not None and said.stated_on <= on and said.stance != Stance.WITHDRAWN and valid(said, on)


def holds(said: Statement | None, on: date) -> bool:
    """Whether it says on the day that there is cooperation."""
    return counts(said, on) and said is not None and said.stance == Stance.COOPERATES


def fresh(said: Statement, on: date, joint: date | None = None) -> bool:
    """Whether the later of statement and activity is at most 24 calendar months before the day.

    `joint` is the last event in the area on or before the day that involved both sides. The day exactly
    24 months earlier is still within.
    """
    since = months_before(on)
    return (
        since <= said.stated_on <= on
        or (said.last_activity is not None and since <= said.last_activity <= on)
        or (joint is not None and since <= joint <= on)
    )


def latest(
    statements: Iterable[Statement], on: date, known_on: date | None = None
) -> dict[tuple[str, str, str], Statement]:
    """Per claimant, partner and area, the statement stated last on or before the day.

    Among equal days the one recorded last. With `known_on`, only those recorded by the end of that day.
    A withdrawal is a statement here; `counts` tells that it says nothing. Time O(m).
    """
    first, second = _sides(statements, on, known_on)
    return {said.key: said for side in (first, second) for said in side.values()}


Side = dict[tuple[str, str, str], Statement]  # by smaller id, larger id and area


def _sides(statements: Iterable[Statement], on: date, known_on: date | None) -> tuple[Side, Side]:
    """What the smaller id of each pair said last, and what the larger one did."""
    until = end_of(known_on) if known_on is not None else None
    first: Side = {}
    second: Side = {}
    for said in statements:
        _id, claimant, partner, area, _stance, stated, _from, _to, _last, recorded = said
        if stated > on or (until is not None and recorded is not None and recorded >= until):
            continue
        if claimant < partner:
            side, key = first, (claimant, partner, area)
        else:
            side, key = second, (partner, claimant, area)
        before = side.setdefault(key, said)
        if before is not said and _order(said) > _order(before):
            side[key] = said
    return first, second


def said_by(statements: Iterable[Statement], on: date, known_on: date | None = None) -> Statement | None:
    """What one side says on the day, of all it ever said about one partner in one area; None for nothing."""
    found = next(iter(latest(statements, on, known_on).values()), None)
    return found if counts(found, on) else None


def tie(
    a: str,
    b: str,
    area: str,
    a_says: Statement | None,
    b_says: Statement | None,
    on: date,
    joint: date | None = None,
) -> Tie:
    """The tie of a pair from what each side says on the day (None or a statement that may not count)."""
    if a > b:
        a, b, a_says, b_says = b, a, b_says, a_says
    a_says = a_says if counts(a_says, on) else None
    b_says = b_says if counts(b_says, on) else None
    return _made(a, b, area, a_says, b_says, on, months_before(on), joint)


def all_ties(
    statements: Iterable[Statement], on: date, *, known_on: date | None = None, events: Iterable[Event] = ()
) -> list[Tie]:
    """Every tie about which somebody has said something on the day.

    Parameters
    ----------
    statements
        m statements in any order; of each key the one that counts on the day is found here.
    on, known_on
        The day D, and the day K by which a statement must have been recorded (default: no limit).
    events
        Those on or before the day refresh both sides of the ties of their participants in their areas.

    Returns
    -------
    One `Tie` per pair and area in which at least one side's statement counts; their order means nothing.
    Unknown ties, about which nothing was said, are not listed. Time O(m + participants of events).
    """
    joint = JointEvents(events, on)
    together = joint.last if joint else None
    since = months_before(on)
    first, second = _sides(statements, on, known_on)
    result: list[Tie] = []
    for key, says in first.items():
        a, b, area = key
        other = second.pop(key, None)
        said = says if _counts(says, on) else None
        if other is not None and not _counts(other, on):
            other = None
        if said is not None or other is not None:
            last = together(a, b, area) if together else None
            result.append(_made(a, b, area, said, other, on, since, last))
    for (a, b, area), other in second.items():  # of which the smaller id said nothing
        if a != b and _counts(other, on):
            last = together(a, b, area) if together else None
            result.append(_made(a, b, area, None, other, on, since, last))
    return result


def ties_of(
    world: World, on: date, known_on: date | None = None, *, among: Container[str] | None = None
) -> list[Tie]:
    """All ties of a world on a day, worked out once per world. Do not change the list.

    With `among`, at least those between these institutions: only they are worked out where the rest is not
    at hand.

    Raises
    ------
    ValueError
        If the world holds only current statements and the question needs history.
    """
    key = ("ties", on, known_on)
    if key in world.memo:
        return world.memo[key]
    if not world.answers(on, known_on):
        raise ValueError("this world holds only current statements: load it with its history")
    if among is not None:
        said = [s for s in world.statements if s.claimant_id in among and s.partner_id in among]
        return all_ties(said, on, known_on=known_on, events=world.events)
    found = all_ties(world.statements, on, known_on=known_on, events=world.events)
    remember(world, key, found)
    return found


def remember(world: World, key: tuple[object, ...], value: object) -> None:
    """Keep a result with its world, the newest few of each kind."""
    same = [old for old in list(world.memo) if old[0] == key[0]]
    for old in same[: max(0, len(same) - _KEPT + 1)]:
        world.memo.pop(old, None)
    world.memo[key] = value


class JointEvents:
    """The last event of a pair in an area, without ever listing the pairs of a large event."""

    def __init__(self, events: Iterable[Event], on: date) -> None:
        dated: dict[int, date] = {}
        self._of: dict[tuple[str, str], list[int]] = {}
        for number, event in enumerate(
            sorted((e for e in events if e.on <= on), key=lambda e: e.on, reverse=True)
        ):
            dated[number] = event.on
            for area in set(event.areas):
                for participant in set(event.participants):
                    self._of.setdefault((participant, area), []).append(number)
        self._dated: Mapping[int, date] = dated
        self._sets = {key: frozenset(numbers) for key, numbers in self._of.items()}

    def __bool__(self) -> bool:
        return bool(self._of)

    def last(self, a: str, b: str, area: str) -> date | None:
        mine = self._of.get((a, area))
        theirs = self._sets.get((b, area))
        if mine is None or theirs is None:
            return None
        return next((self._dated[number] for number in mine if number in theirs), None)


def _counts(said: Statement, on: date) -> bool:
    """`counts` of a statement of before the day, quick where it has no validity of its own."""
    if said.stance == _WITHDRAWN:
        return False
    return (said.valid_from is None and said.valid_to is None) or valid(said, on)


def _order(said: Statement) -> tuple[date, datetime, str]:
    return (said.stated_on, said.recorded_at or _ALWAYS, said.id)


def _made(
    a: str,
    b: str,
    area: str,
    a_says: Statement | None,
    b_says: Statement | None,
    on: date,
    since: date,
    joint: date | None,
) -> Tie:
    """The tie from statements that count. `since` is the first day of the window."""
    lately = joint is not None and joint >= since
    a_holds = b_holds = a_fresh = b_fresh = False
    if a_says is not None:
        a_holds = a_says.stance == _COOPERATES
        a_fresh = lately or _within(a_says, since, on)
        a_says = _seen(a_says, on) if a_says.last_activity is not None else a_says
    if b_says is not None:
        b_holds = b_says.stance == _COOPERATES
        b_fresh = lately or _within(b_says, since, on)
        b_says = _seen(b_says, on) if b_says.last_activity is not None else b_says
    if a_holds and b_holds:
        state = _CONFIRMED
    elif a_holds or b_holds:
        state = _ONE_SIDED if a_says is None or b_says is None else _DISPUTED
    else:
        state = _UNKNOWN if a_says is None and b_says is None else _NONE
    return _new(Tie, (a, b, area, state, a_says, b_says, a_fresh, b_fresh, joint))


def _within(said: Statement, since: date, on: date) -> bool:
    if said.stated_on >= since:
        return True
    return said.last_activity is not None and since <= said.last_activity <= on


def _seen(said: Statement, on: date) -> Statement:
    # An activity dated after the day does not exist on it, so nobody may read it from the tie.
    if said.last_activity is not None and said.last_activity > on:
        return said._replace(last_activity=None)
    return said
