"""What waits for a consultant, and for an institution: longest waiting first. No request is seen here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from coordination.clock import WARSAW
from coordination.graph import board, contacts, directory, gaps, invitations, priority, responses, rounds
from coordination.graph.contacts import freshness
from coordination.graph.directory import Entry
from coordination.graph.facts import World
from coordination.graph.gaps import Gap
from coordination.graph.model import Freshness, InstitutionType, Level, TieState
from coordination.graph.priority import Ranked
from coordination.graph.responses import Record
from coordination.graph.rounds import Round
from coordination.graph.store import Store
from coordination.graph.ties import Tie, ties_of
from coordination.permissions import Actor, Permission, Scope, scope

SHOWN = 7
SOON = timedelta(days=14)  # before the last day of a round


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing that waits. `kind` decides its words; `facts` are what the words need.

    Kinds: contact (ageing or stale, or never confirmed), disputed, one_sided, registry (a core type without any
    institution), reset (an account asked for a new password), survey_read (self-assessments handed in and not read yet),
    survey_due (a round that ends soon or has ended, and who has not answered).
    """

    kind: str
    since: date | None
    facts: Mapping[str, Any] = field(default_factory=dict)

    def waits(self, today: date) -> int | None:
        """Days it has waited, or None when nobody can tell since when."""
        return (today - self.since).days if self.since else None


def todo(
    store: Store,
    actor: Actor,
    world: World,
    teryt: str,
    types: Mapping[str, InstitutionType],
    running: Iterable[Progress],
    today: date,
) -> list[Item]:
    """Everything that waits in a voivodeship, longest waiting first; what has no date comes last.

    `running`: its open rounds, as `progress` found them.
    """
    here = directory.entries(store, scope(actor, Permission.INSTITUTION_EDIT), teryt=teryt)
    asked = _asked(invitations.of_institutions(store, scope(actor, Permission.INSTITUTION_READ)))
    items = [
        *_contacts(store, here, today),
        *_ties(world, teryt, today, asked),
        *_registry(world, teryt, types, today),
        *_rounds(running, today),
    ]
    return sorted(items, key=_order)


def _order(item: Item) -> tuple[bool, date, str, str]:
    return (item.since is None, item.since or date.max, item.kind, str(item.facts.get("name", "")))


def _asked(made: Iterable[invitations.Invitation]) -> dict[str, date]:
    """The day of the last link made for each institution."""
    found: dict[str, date] = {}
    for each in made:
        if each.revoked_at is None:
            day = each.created_at.date()
            found[each.institution_id] = max(day, found.get(each.institution_id, day))
    return found


def _contacts(store: Store, here: Mapping[str, Entry], today: date) -> list[Item]:
    found = []
    for institution_id, points in contacts.of_institutions(store, here).items():
        for point in points:
            state = freshness(point.confirmed_on, today)
            if state is not Freshness.FRESH:
                facts = {
                    "id": institution_id,
                    "name": here[institution_id].name,
                    "function": point.function,
                    "state": state,
                    "on": point.confirmed_on,
                }
                found.append(Item(kind="contact", since=point.confirmed_on, facts=facts))
    return found


def _ties(world: World, teryt: str, today: date, asked: Mapping[str, date]) -> list[Item]:
    place = gaps.Places(world.institutions.values(), (teryt,), today)
    found = []
    for tie in ties_of(world, today):
        if tie.a not in place.of or tie.b not in place.of or not _regional(world, tie):
            continue
        if tie.state is TieState.DISPUTED:
            found.append(Item(kind="disputed", since=_spoke(tie), facts=_facts(world, tie, asked)))
        elif tie.state is TieState.ONE_SIDED and tie.fresh_claim:
            found.append(Item(kind="one_sided", since=_spoke(tie), facts=_facts(world, tie, asked)))
    return found


def _regional(world: World, tie: Tie) -> bool:
    """A tie between two national bodies waits for nobody in a voivodeship."""
    return not (world.institutions[tie.a].national and world.institutions[tie.b].national)


def _spoke(tie: Tie) -> date:
    """The day on which the tie came to wait: the last statement of either side."""
    return max(said.stated_on for said in (tie.a_says, tie.b_says) if said is not None)


def _facts(world: World, tie: Tie, asked: Mapping[str, date]) -> dict[str, Any]:
    says = tie.a if tie.a_says is not None and tie.a_says.stance == "cooperates" else tie.b
    other = tie.other(says)
    return {
        "a": tie.a,
        "b": tie.b,
        "area": tie.area,
        "says": says,
        "other": other,
        "name": world.short_name(says),
        "other_name": world.short_name(other),
        "asked": asked.get(other),
    }


def _registry(world: World, teryt: str, types: Mapping[str, InstitutionType], today: date) -> list[Item]:
    """Core types that the model counts on and the register lacks, with what cannot be assessed for it."""
    missing: dict[str, int] = {}
    required = gaps.assess(world, teryt, today, level=Level.REQUIRED)
    for gap in required:
        if not gap.assessable:
            for ids, kind in ((gap.a, gap.expectation.type_a), (gap.b, gap.expectation.type_b)):
                if not ids and kind in types and types[kind].team_role == "core":
                    missing[kind] = missing.get(kind, 0) + 1
    return [
        Item(
            kind="registry",
            since=None,
            facts={"type": types[kind], "name": kind, "count": count, "of": len(required)},
        )
        for kind, count in sorted(missing.items(), key=lambda each: -each[1])
    ]


@dataclass(frozen=True, slots=True)
class Progress:
    """An open round of the self-assessment and how far the institutions of a reader have come in it."""

    round: Round
    rate: board.Rate


def progress(store: Store, actor: Actor, teryt: str) -> list[Progress]:
    """The open rounds that ask institutions of a voivodeship, the one that ends first on top."""
    reach = scope(actor, Permission.ROUND_MANAGE)
    running = [
        each for each in rounds.listed(store, reach) if each.state == "open" and each.voivodeship in ("", teryt)
    ]
    rates = board.rates(store, reach, [each.id for each in running])
    return [
        Progress(each, rates[each.id])
        for each in sorted(running, key=lambda it: (it.closes_on, it.title, it.id))
        if each.id in rates
    ]


def _rounds(running: Iterable[Progress], today: date) -> list[Item]:
    """What came in and waits for a reader, and who is still to answer when a round is about to end."""
    found = []
    for each in running:
        round, rate = each.round, each.rate
        facts = {"id": round.id, "name": round.title, "asked": rate.asked, "closes_on": round.closes_on}
        if rate.to_accept:
            since = rate.since.astimezone(WARSAW).date() if rate.since else None
            found.append(Item(kind="survey_read", since=since, facts={**facts, "count": rate.to_accept}))
        if rate.asked > rate.answered and round.closes_on - today <= SOON:
            since = round.closes_on if round.closes_on < today else None
            found.append(Item(kind="survey_due", since=since, facts={**facts, "count": rate.asked - rate.answered}))
    return found


def gravest(world: World, teryt: str, today: date, number: int = 3) -> tuple[list[Ranked], int]:
    """The gaps with most points among the required ones, and how many there are to act on."""
    required: Sequence[Gap] = gaps.assess(world, teryt, today, level=Level.REQUIRED)
    ranked = [each for each in priority.rank(required, world.steps, world.areas) if each.gap.actionable]
    return ranked[:number], len(ranked)


@dataclass(frozen=True)
class Start:
    """What an institution finds when it signs in."""

    own: Entry
    waiting: int
    answered: int
    oldest: date | None
    contacts: int
    to_confirm: int
    confirmed_on: date | None
    surveys: tuple[tuple[Record, Round], ...] = ()  # self-assessments that still can be answered


def institution_start(
    store: Store, actor: Actor, own: Entry, unanswered: Sequence[date], answered: int, today: date
) -> Start:
    """Its open questions, its self-assessment, and whether its contacts are still confirmed."""
    points = contacts.of_institutions(store, [own.id])[own.id]
    old = [point for point in points if freshness(point.confirmed_on, today) is not Freshness.FRESH]
    return Start(
        own=own,
        waiting=len(unanswered),
        answered=answered,
        oldest=min(unanswered, default=None),
        contacts=len(points),
        to_confirm=len(old),
        confirmed_on=min((point.confirmed_on for point in points if point.confirmed_on), default=None),
        surveys=tuple(_surveys(store, actor, own)),
    )


def _surveys(store: Store, actor: Actor, own: Entry) -> Iterable[tuple[Record, Round]]:
    asked = responses.of_institution(store, scope(actor, Permission.SURVEY_ANSWER), own.id)
    if not any(each.writable for each in asked):
        return []
    # Its own response says that a round is its business, be it the country's or a voivodeship's.
    running = {each.id: each for each in rounds.listed(store, Scope(everything=True)) if each.state == "open"}
    return [(each, running[each.round_id]) for each in asked if each.writable and each.round_id in running]


def own_entry(store: Store, institution_id: str) -> Entry:
    return directory.entry(store, Scope(institution_id=institution_id), institution_id)
