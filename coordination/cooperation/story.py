"""What a tie page tells: both sides field by field, the history of its state, what counts on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString

from coordination.graph import claims, directory, facts, ties
from coordination.graph.directory import Entry, Named
from coordination.graph.invitations import Invitation, of_institutions
from coordination.graph.model import Agreement, Area, Claim, Expectation, Level, Stance, TieState
from coordination.graph.model import Scope as Reach
from coordination.graph.store import Store
from coordination.permissions import Actor, Permission, Role, Scope, scope

# Free text is for the two sides and their consultant; others compare, and need no single remarks.
NOTE_READERS = frozenset({Role.CONSULTANT, Role.INSTITUTION, Role.GUEST, Role.OPERATOR})

# What differs between the two sides is shown as a difference only in these fields.
COMPARED = ("forms", "basis", "frequency", "intensity", "valid_from", "valid_to", "last_activity")


@dataclass(frozen=True)
class Row:
    """One partner and area of an institution: the tie and both voices."""

    partner: Entry | Named
    area: str
    tie: ties.Tie
    own: Claim | None
    theirs: Claim | None


_ORDER = {
    TieState.DISPUTED: 0,
    TieState.ONE_SIDED: 1,
    TieState.CONFIRMED: 2,
    TieState.NONE: 3,
    TieState.UNKNOWN: 4,
}


def rows(store: Store, reach: Scope, institution_id: str, on: date) -> list[Row]:
    """Ties of an institution about which somebody speaks today: disputed first, then one-sided."""
    voices = claims.voices(institution_id, claims.of_institution(store, reach, institution_id))
    names = (
        directory.entries(store, Scope(everything=True), [voice.partner_id for voice in voices])
        if voices
        else {}
    )
    return arranged(institution_id, voices, names, on)


def arranged(
    institution_id: str, voices: Iterable[claims.Voices], names: Mapping[str, Entry | Named], on: date
) -> list[Row]:
    """The rows of an institution whose partners' names are at hand, in Polish order."""
    found = [
        _row(institution_id, voice, names[voice.partner_id], on)
        for voice in voices
        if voice.partner_id in names
    ]
    spoken = [row for row in found if row.tie.state is not TieState.UNKNOWN]
    place = {key: number for number, key in enumerate(names)}
    return sorted(spoken, key=lambda row: (_ORDER[row.tie.state], place[row.partner.id], row.area))


def _row(institution_id: str, voice: claims.Voices, partner: Entry | Named, on: date) -> Row:
    made = tie_of(institution_id, voice.partner_id, voice.area, voice.own, voice.theirs, on)
    return Row(partner, voice.area, made, _shown(voice.own), _shown(voice.theirs))


def tie_of(
    one: str, other: str, area: str, one_says: Claim | None, other_says: Claim | None, on: date
) -> ties.Tie:
    """The tie two current claims make on a day."""
    return ties.tie(
        one,
        other,
        area,
        one_says and facts.statement(one_says),
        other_says and facts.statement(other_says),
        on,
    )


def _shown(claim: Claim | None) -> Claim | None:
    return None if claim is None or claim.stance is Stance.WITHDRAWN else claim


def spoken_areas(history: Iterable[Claim], areas: Mapping[str, Area]) -> list[str]:
    """Areas in which either side ever said something, in the order of the model."""
    said = {claim.area for claim in history}
    return [code for code in areas if code in said]


@dataclass(frozen=True)
class Moment:
    """A day on which the state of a tie changed, or somebody spoke."""

    day: date
    state: TieState
    stale: bool
    claim: Claim | None


@dataclass(frozen=True)
class Told:
    tie: ties.Tie
    one_says: Claim | None
    other_says: Claim | None
    since: date | None
    differences: frozenset[str]
    moments: tuple[Moment, ...]
    history: tuple[Claim, ...]


def tell(
    history: Sequence[Claim], one: str, other: str, area: str, on: date, known_on: date | None = None
) -> Told:
    """The tie of a pair in an area on a day, as known on a day (default: now), and how it came to be, newest first."""
    until = facts.end_of(known_on) if known_on else None
    ours = [
        claim
        for claim in history
        if claim.area == area
        and claim.stated_on <= on
        and (until is None or claim.recorded_at is None or claim.recorded_at < until)
    ]
    one_says, other_says = _current(ours, one, on), _current(ours, other, on)
    made = tie_of(one, other, area, one_says, other_says, on)
    moments = _moments(ours, one, other, area, on)
    since = next((m.day for m in moments if m.state is made.state), None)
    for moment in moments:  # newest first: the state has lasted since the oldest of the unbroken run
        if moment.state is not made.state:
            break
        since = moment.day
    shown_one, shown_other = _shown(one_says), _shown(other_says)
    return Told(
        made,
        shown_one,
        shown_other,
        since,
        _differences(shown_one, shown_other),
        tuple(moments),
        tuple(sorted(ours, key=_said_order, reverse=True)),
    )


def _said_order(claim: Claim) -> tuple[date, str, str]:
    return claim.stated_on, claim.recorded_at.isoformat() if claim.recorded_at else "", claim.id


def _current(history: Iterable[Claim], claimant: str, on: date) -> Claim | None:
    mine = [claim for claim in history if claim.claimant_id == claimant and claim.stated_on <= on]
    return max(mine, key=_said_order, default=None)


def _differences(one: Claim | None, other: Claim | None) -> frozenset[str]:
    if one is None or other is None:
        return frozenset()
    return frozenset(name for name in COMPARED if getattr(one, name) != getattr(other, name))


def _moments(history: Sequence[Claim], one: str, other: str, area: str, on: date) -> list[Moment]:
    said = {claim.stated_on for claim in history if claim.stated_on <= on}
    turns = {day for claim in history for day in _turns(claim) if day <= on}
    found: list[Moment] = []
    before: tuple[TieState, bool] | None = None
    for day in sorted(said | turns):
        made = tie_of(one, other, area, _current(history, one, day), _current(history, other, day), day)
        stale = made.state is TieState.CONFIRMED and not made.met
        spoke = [claim for claim in history if claim.stated_on == day]
        if (made.state, stale) != before or spoke:
            found.append(Moment(day, made.state, stale, max(spoke, key=_said_order, default=None)))
        before = (made.state, stale)
    return found[::-1]


def _turns(claim: Claim) -> set[date]:
    """Days on which a claim begins or ceases to count without anybody speaking."""
    last = max(claim.stated_on, claim.last_activity or claim.stated_on)
    found = {_day_after_window(last)}
    if claim.valid_from:
        found.add(max(claim.valid_from, claim.stated_on))
    if claim.valid_to:
        found.add(date.fromordinal(claim.valid_to.toordinal() + 1))
    return {day for day in found if day > claim.stated_on}


def _day_after_window(day: date) -> date:
    """The first day on which a sign of life of `day` is out of the 24 months."""
    guess = day.replace(year=day.year + 2, day=min(day.day, 28))
    while ties.months_before(guess) <= day:
        guess = date.fromordinal(guess.toordinal() + 1)
    return guess


EXPECTATIONS: LiteralString = """
    MATCH (e:Expectation {area: $area})
    WHERE (e.type_a = $one AND e.type_b = $other) OR (e.type_a = $other AND e.type_b = $one)
    RETURN e {.id, .area, .type_a, .type_b, .direction, .level, .basis, .scope, .why_pl, .why_en, .sources} AS it
    ORDER BY e.id
    """
AGREEMENTS: LiteralString = """
    MATCH (one:Institution {id: $one})<-[:BETWEEN]-(g:Agreement)-[:BETWEEN]->(other:Institution {id: $other})
    WHERE $area IN g.areas
    RETURN DISTINCT g {.id, .title, .areas, .signed_on, .valid_from, .valid_to, .version} AS it
    ORDER BY it.id
    """


def expectations(store: Store, one_type: str, other_type: str, area: str) -> list[Expectation]:
    """Rows of the reference model that count on this pair of types in the area."""
    rows = [row["it"] for row in store.read(EXPECTATIONS, area=area, one=one_type, other=other_type)]
    return [
        Expectation(
            **{
                **row,
                "level": Level(row["level"]),
                "scope": Reach(row["scope"]),
                "sources": tuple(row.get("sources") or ()),
            }
        )
        for row in rows
    ]


def agreements(store: Store, one: str, other: str, area: str, on: date) -> list[tuple[Agreement, bool]]:
    """Agreements of the pair in the area, each with whether it is in force on the day."""
    found = []
    for row in store.read(AGREEMENTS, one=one, other=other, area=area):
        it = row["it"]
        days: dict[str, Any] = {
            name: date.fromisoformat(it[name]) if it.get(name) else None
            for name in ("signed_on", "valid_from", "valid_to")
        }
        made = Agreement(
            id=it["id"], title=it["title"], parties=(one, other), areas=tuple(it["areas"]), **days
        )
        in_force = (
            (made.signed_on is None or made.signed_on <= on)
            and (made.valid_from is None or made.valid_from <= on)
            and (made.valid_to is None or on <= made.valid_to)
        )
        found.append((made, in_force))
    return found


def waiting(store: Store, reach: Scope, institution_id: str) -> list[tuple[Claim, Entry]]:
    """Claims about an institution to which it has said nothing, longest waiting first."""
    voices = claims.voices(institution_id, claims.of_institution(store, reach, institution_id))
    silent = [v for v in voices if _shown(v.theirs) and not _shown(v.own)]
    names = directory.entries(store, Scope(everything=True), [v.partner_id for v in silent]) if silent else {}
    pairs = [(v.theirs, names[v.partner_id]) for v in silent if v.theirs and v.partner_id in names]
    return sorted(pairs, key=lambda pair: (pair[0].stated_on, pair[0].id))


def links(store: Store, actor: Actor, institution_id: str) -> list[Invitation]:
    """Links made for an institution, newest first."""
    return of_institutions(store, scope(actor, Permission.INSTITUTION_READ), [institution_id])


MAILBOX: LiteralString = """
    MATCH (:Institution {id: $id})-[:HAS_CONTACT]->(k:ContactPoint)-[:HAS_CHANNEL]->(c:Channel {kind: 'email'})
    WHERE c.visibility <> 'private'
    RETURN c.value AS value ORDER BY k.function, c.value LIMIT 1
    """


def mailbox(store: Store, institution_id: str) -> str:
    """The first e-mail address of the institution that is not private, or ""."""
    rows = store.read(MAILBOX, id=institution_id)
    return rows[0]["value"] if rows else ""
