"""The gaps of a voivodeship as people ask for them: filtered, ranked, counted, waived. No request is seen here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from uuid import uuid4

from coordination.clock import now, today
from coordination.errors import Invalid, NotFound
from coordination.graph import gaps, priority, waivers
from coordination.graph.facts import World
from coordination.graph.gaps import ACTIONABLE, WITHOUT_ACTION, Gap
from coordination.graph.model import GapState, Level, Scope, Waiver
from coordination.graph.priority import Ranked, Weights
from coordination.graph.store import Store
from coordination.graph.text import folded
from coordination.i18n import N_
from coordination.permissions import Actor, Permission, require

LONGEST_WAIVER = timedelta(days=3 * 366)

# The order of the bar: what is to be done, what needs nothing, what cannot be assessed.
STATES = (
    GapState.GAP,
    GapState.DISPUTED,
    GapState.UNCONFIRMED,
    GapState.STALE,
    GapState.PARTIAL,
    GapState.COVERED,
    GapState.FORMALISED,
    GapState.WAIVED,
    GapState.NO_INSTITUTION,
)
GROUPS: dict[str, frozenset[GapState]] = {
    "action": ACTIONABLE,
    "none": WITHOUT_ACTION,
    "unknown": frozenset({GapState.NO_INSTITUTION}),
    "all": frozenset(STATES),
}


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What of the gaps is asked for. `state` is a state or a group of GROUPS."""

    level: str = "required"  # a level or "all"
    state: str = "action"
    area: str = ""
    text: str = ""
    scope: Scope = Scope.REGIONAL
    on: date = field(default_factory=today)
    known_on: date | None = None
    weights: Weights = field(default_factory=Weights)

    def states(self) -> frozenset[GapState]:
        return GROUPS.get(self.state) or frozenset({GapState(self.state)})


@dataclass(frozen=True)
class Found:
    """The gaps of a voivodeship: those asked for, ranked, and the counts of their whole level."""

    shown: Sequence[Ranked]
    counts: Mapping[GapState, int]
    weight: float
    assessed: int

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def of(self, group: str) -> int:
        return sum(self.counts.get(state, 0) for state in GROUPS[group])


def find(world: World, teryt: str, asked: Filter) -> Found:
    """The gaps of one voivodeship. Counts cover the level, area and text asked for, in every state, so that the
    bar is the whole of which the list shows a part.

    Raises ValueError when the world does not hold the voivodeship or the history the question needs.
    """
    level = None if asked.level == "all" else Level(asked.level)
    every = gaps.assess(world, teryt, asked.on, known_on=asked.known_on, scope=asked.scope, level=level)
    kept = [gap for gap in every if _matches(world, gap, asked)]
    ranked = priority.rank(kept, world.steps, world.areas, asked.weights)
    states = asked.states()
    total, assessed = priority.weight(ranked)
    return Found(
        [each for each in ranked if each.gap.state in states],
        Counter(gap.state for gap in kept),
        total,
        assessed,
    )


def one(world: World, teryt: str, expectation_id: str, asked: Filter) -> Ranked:
    """One expectation in one voivodeship, whatever its state. Raises NotFound for an unknown expectation."""
    every = gaps.assess(world, teryt, asked.on, known_on=asked.known_on, scope=None)
    found = [gap for gap in every if gap.id == expectation_id]
    if not found:
        raise NotFound(expectation_id)
    return priority.rank(found, world.steps, world.areas, asked.weights)[0]


def _matches(world: World, gap: Gap, asked: Filter) -> bool:
    if asked.area and gap.expectation.area != asked.area:
        return False
    if not asked.text:
        return True
    wanted = folded(asked.text)
    names = (world.institutions[key] for key in {*gap.a, *gap.b})
    return any(wanted in folded(f"{each.name_pl} {each.short_name}") for each in names)


def weights_from(values: Mapping[str, str]) -> tuple[Weights, list[str]]:
    """Weights of an address (`w_gap=0,9`), and the names of those that are no number from 0 to 10."""
    made, wrong = Weights(), []
    levels, states, pathway = dict(made.level), dict(made.state), made.pathway
    for name, raw in values.items():
        kind = name.removeprefix("w_")
        if kind == name or not raw:
            continue
        try:
            value = float(raw.replace(",", "."))
        except ValueError:
            value = -1.0
        if not 0 <= value <= 10:
            wrong.append(name)
        elif kind == "pathway":
            pathway = value
        elif kind in {*Level}:
            levels[Level(kind)] = value
        elif kind in {*ACTIONABLE}:
            states[GapState(kind)] = value
    return replace(made, level=levels, state=states, pathway=pathway), wrong


def waive(
    store: Store, actor: Actor, voivodeship: str, expectation_id: str, reason: str, valid_to: date
) -> Waiver:
    """Decide not to pursue an expectation until a date. Raises Invalid, NotFound, AlreadyExists."""
    require(actor, Permission.GAP_WAIVE, voivodeship=voivodeship)
    if valid_to < today():
        raise Invalid(N_("The decision would end in the past. Give a later day."), field="valid_to")
    if valid_to > today() + LONGEST_WAIVER:
        raise Invalid(
            N_("A decision lasts three years at most, so that it is looked at again."), field="valid_to"
        )
    made = Waiver(
        id=str(uuid4()),
        expectation_id=expectation_id,
        voivodeship=voivodeship,
        reason=reason,
        valid_from=today(),
        valid_to=valid_to,
        decided_by=actor.id,
    )
    store.change(waivers.decide, actor, made, now())
    return made


def revoke(store: Store, actor: Actor, voivodeship: str, waiver_id: str) -> None:
    """End a decision today; the expectation shows its own state again."""
    require(actor, Permission.GAP_WAIVE, voivodeship=voivodeship)
    store.change(waivers.revoke, actor, voivodeship, waiver_id, today())


@dataclass(frozen=True)
class Step:
    """What to do next about a gap. `kind` decides the words and where the button leads."""

    kind: str  # ask | clarify | state | refresh | register | none
    institution_ids: tuple[str, ...] = ()
    type_code: str = ""


def next_step(gap: Gap) -> Step:
    """The one action that moves a gap on, chosen by its state and evidence."""
    state = gap.underlying_state
    if state is GapState.NO_INSTITUTION:
        missing = gap.expectation.type_a if not gap.a else gap.expectation.type_b
        return Step("register", type_code=missing)
    if state is GapState.UNCONFIRMED:
        return Step("ask", _silent(gap))
    if state is GapState.DISPUTED:
        return Step("clarify", _ends(gap))
    if state is GapState.STALE:
        return Step("refresh", _ends(gap))
    if state is GapState.PARTIAL:
        return Step("state", gap.unmet)
    if state is GapState.GAP:
        return Step("state", gap.smaller)
    return Step("none")


def speaker(gap: Gap, world: World) -> tuple[str, str] | None:
    """For whom a consultant can record a statement, and about whom: a body of the voivodeship first, since
    nobody but itself speaks for a national one. None where both sides are national."""
    wanted = [*gap.unmet, *gap.a, *gap.b]
    for one in wanted:
        others = [other for other in (gap.b if one in gap.a else gap.a) if other != one]
        if others and not world.institutions[one].national:
            return one, next((other for other in others if other in gap.unmet), others[0])
    return None


def _silent(gap: Gap) -> tuple[str, ...]:
    found = [tie.a if tie.a_says is None else tie.b for tie in gap.deciding]
    return tuple(dict.fromkeys(found))


def _ends(gap: Gap) -> tuple[str, ...]:
    return tuple(dict.fromkeys(end for tie in gap.deciding[:1] for end in (tie.a, tie.b)))
