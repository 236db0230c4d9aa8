"""Gaps: what the reference model expects in a voivodeship against what is recorded. Pure functions.

The states are those of docs/method.md, judged in its order. Time is linear in
institutions and ties: ties are dealt once to the voivodeships and expectations they count for, and pairs
that nobody spoke of are never listed.

Rows of scope `national_link` are judged by the same rule in every voivodeship: their candidates in v are the
institutions of the two types that cover v, national bodies included. A link between two national bodies
therefore has one state everywhere, and a link of a regional body to a national one is that voivodeship's own.
They are shown apart and never counted among the voivodeship's gaps.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from coordination.graph.facts import World
from coordination.graph.model import (
    Agreement,
    Expectation,
    GapState,
    Institution,
    Level,
    Scope,
    TieState,
    Waiver,
)
from coordination.graph.ties import Tie, remember, ties_of

# Looking a member up in its enum costs more than comparing it.
_NO_INSTITUTION, _GAP, _PARTIAL = GapState.NO_INSTITUTION, GapState.GAP, GapState.PARTIAL
_COVERED, _FORMALISED, _WAIVED = GapState.COVERED, GapState.FORMALISED, GapState.WAIVED
_CONFIRMED, _ONE_SIDED, _DISPUTED = TieState.CONFIRMED, TieState.ONE_SIDED, TieState.DISPUTED
_NOTHING: tuple[Tie, ...] = ()
ACTIONABLE = frozenset(
    {GapState.GAP, GapState.DISPUTED, GapState.UNCONFIRMED, GapState.STALE, GapState.PARTIAL}
)
# Groups of the gaps page: to act on, nothing to do, cannot be assessed.
WITHOUT_ACTION = frozenset({GapState.COVERED, GapState.FORMALISED, GapState.WAIVED})


class Gap(NamedTuple):
    """One expectation in one voivodeship on a day, with the evidence for its state (also where covered).

    Attributes
    ----------
    state, underlying_state
        They differ only where a waiver stands in place of the state.
    a, b
        Ids of the candidates of `type_a` and `type_b`, sorted; equal tuples for equal types.
    smaller
        The side with fewer institutions (`a` when equal): each of them is to be in a met pair.
    unmet
        Those of `smaller` in no met pair.
    met_pairs
        How many pairs are met: confirmed, and both statements fresh.
    ties
        Every tie between candidates about which something was said.
    evidence
        The ties that make the state, as they came; `deciding` has them the latest first: met pairs for
        covered, formalised and partial, confirmed ones for stale, one-sided fresh ones for unconfirmed,
        disputed ones for disputed; for a gap the one-sided ones older than the window, to be named in the
        explanation.
    agreements
        Ids of agreements in force that stand behind met pairs.
    waiver
        The waiver in force on the day, also where the state stands above it.
    """

    expectation: Expectation
    teryt: str
    on: date
    state: GapState
    underlying_state: GapState
    a: tuple[str, ...]
    b: tuple[str, ...]
    smaller: tuple[str, ...]
    unmet: tuple[str, ...] = ()
    met_pairs: int = 0
    ties: tuple[Tie, ...] = ()
    evidence: tuple[Tie, ...] = ()
    agreements: tuple[str, ...] = ()
    waiver: Waiver | None = None

    @property
    def id(self) -> str:
        return self.expectation.id

    @property
    def deciding(self) -> tuple[Tie, ...]:
        """The ties that make the state, the latest first."""
        # Sorted when somebody reads them: a country has thousands of states and a page shows a few.
        return tuple(sorted(self.evidence, key=_latest_first))

    @property
    def actionable(self) -> bool:
        """Whether something can be done about it: gap, disputed, unconfirmed, stale or partial."""
        return self.state in ACTIONABLE

    @property
    def counted(self) -> bool:
        """Whether it counts in totals and weights: regional, and not optional."""
        return self.expectation.scope is Scope.REGIONAL and self.expectation.level is not Level.OPTIONAL

    @property
    def assessable(self) -> bool:
        """Whether both sides have an institution, so that there is something to assess."""
        return self.underlying_state is not GapState.NO_INSTITUTION


def assess(
    world: World,
    teryt: str,
    on: date,
    *,
    known_on: date | None = None,
    scope: Scope | None = Scope.REGIONAL,
    level: Level | None = None,
) -> list[Gap]:
    """Every expectation in a voivodeship on a day, in the order of the model.

    Parameters
    ----------
    world
        Of the country or of this voivodeship.
    scope, level
        Only expectations of these; None for all.

    Raises
    ------
    ValueError
        If the world does not hold the voivodeship, or not the history the question needs.
    """
    if teryt not in world.voivodeships:
        raise ValueError(f"the world does not hold voivodeship {teryt!r}")
    key = ("gaps", on, known_on)
    whole: Mapping[str, list[Gap]] | None = world.memo.get(key)
    if whole is None and len(world.voivodeships) == 1:
        whole = _assessed(world, on, known_on)
    found = whole[teryt] if whole is not None else _judged(world, (teryt,), on, known_on)[teryt]
    return [gap for gap in found if _wanted(gap.expectation, scope, level)]


def assess_country(
    world: World,
    on: date,
    *,
    known_on: date | None = None,
    scope: Scope | None = Scope.REGIONAL,
    level: Level | None = None,
) -> dict[str, list[Gap]]:
    """The same for every voivodeship of the world, in one pass over its ties. Remembered by the world."""
    found = _assessed(world, on, known_on)
    if scope is None and level is None:
        return {teryt: list(gaps) for teryt, gaps in found.items()}
    keep = [_wanted(expectation, scope, level) for expectation in world.expectations]
    return {
        teryt: [gap for gap, wanted in zip(gaps, keep, strict=True) if wanted]
        for teryt, gaps in found.items()
    }


def in_force(waiver: Waiver, on: date) -> bool:
    """Whether a waiver is valid on a day; a revoked one is not, from the day of revocation on."""
    return waiver.valid_from <= on <= waiver.valid_to and (
        waiver.revoked_on is None or on < waiver.revoked_on
    )


def stands(agreement: Agreement, on: date) -> bool:
    """Whether an agreement is in force on a day: signed by then, and within its validity, where given."""
    return (
        (agreement.signed_on is None or agreement.signed_on <= on)
        and (agreement.valid_from is None or agreement.valid_from <= on)
        and (agreement.valid_to is None or on <= agreement.valid_to)
    )


def _wanted(expectation: Expectation, scope: Scope | None, level: Level | None) -> bool:
    return (scope is None or expectation.scope == scope) and (level is None or expectation.level == level)


def _assessed(world: World, on: date, known_on: date | None) -> Mapping[str, list[Gap]]:
    key = ("gaps", on, known_on)
    if key not in world.memo:
        remember(world, key, _judged(world, world.voivodeships, on, known_on))
    return world.memo[key]


def _judged(world: World, teryts: Sequence[str], on: date, known_on: date | None) -> dict[str, list[Gap]]:
    place = Places(world.institutions.values(), teryts, on)
    # A voivodeship alone, where nobody asked for the country yet: its own institutions' ties are enough.
    ties = ties_of(world, on, known_on, among=place.of if len(teryts) < len(world.voivodeships) else None)
    dealt = deal(ties, world.expectations, place)
    behind = _Agreements(world.agreements, on)
    waived = {
        (waiver.voivodeship, waiver.expectation_id): waiver
        for waiver in sorted(world.waivers, key=lambda w: (w.valid_to, w.id))
        if in_force(waiver, on)
    }
    judged: dict[str, list[Gap]] = {}
    for teryt in teryts:
        here, bit = place.here(teryt), place.bit[teryt]
        judged[teryt] = [
            _judge(
                expectation,
                teryt,
                on,
                here.get(expectation.type_a, ()),
                here.get(expectation.type_b, ()),
                tuple(dealt.get((bit, number), _NOTHING)),
                behind,
                waived.get((teryt, expectation.id)) if waived else None,
            )
            for number, expectation in enumerate(world.expectations)
        ]
    return judged


class Places:
    """Active institutions by type and voivodeship. Coverage is a bit mask, one bit a voivodeship."""

    def __init__(self, institutions: Iterable[Institution], teryts: Sequence[str], on: date) -> None:
        self.bit = {teryt: number for number, teryt in enumerate(teryts)}
        everywhere = (1 << len(teryts)) - 1
        single = {teryt: 1 << number for teryt, number in self.bit.items()}
        self.of: dict[str, tuple[str, int]] = {}
        here: dict[str, dict[str, set[str]]] = {teryt: defaultdict(set) for teryt in teryts}
        for institution in institutions:
            if not institution.active(on):
                continue
            mask = everywhere if institution.national else 0
            for teryt in institution.voivodeships:
                mask |= single.get(teryt, 0)
            if not mask:
                continue
            self.of[institution.id] = (institution.type, mask)
            for teryt in teryts if institution.national else institution.voivodeships:
                if teryt in single:
                    here[teryt][institution.type].add(institution.id)
        self._here = {
            teryt: {type: tuple(sorted(ids)) for type, ids in types.items()} for teryt, types in here.items()
        }
        self._bits: dict[int, tuple[int, ...]] = {}

    def candidates(self, teryt: str, type_code: str) -> tuple[str, ...]:
        return self._here[teryt].get(type_code, ())

    def here(self, teryt: str) -> Mapping[str, tuple[str, ...]]:
        """Candidates by type, of one voivodeship."""
        return self._here[teryt]

    def bits(self, mask: int) -> tuple[int, ...]:
        """The numbers of the voivodeships in a mask."""
        if mask not in self._bits:
            self._bits[mask] = tuple(number for number in self.bit.values() if mask >> number & 1)
        return self._bits[mask]


def deal(
    ties: Iterable[Tie], expectations: Sequence[Expectation], place: Places
) -> dict[tuple[int, int], list[Tie]]:
    """Ties by (voivodeship, expectation) they count for, both by number. Time O(ties x shared places)."""
    expected: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for number, expectation in enumerate(expectations):
        for types in {(expectation.type_a, expectation.type_b), (expectation.type_b, expectation.type_a)}:
            expected[expectation.area, *types].append(number)
    dealt: dict[tuple[int, int], list[Tie]] = defaultdict(list)
    of, wanted, bits = place.of.get, expected.get, place.bits
    for tie in ties:
        one, other = of(tie.a), of(tie.b)
        if one is None or other is None:
            continue
        shared = one[1] & other[1]
        if shared:
            numbers = wanted((tie.area, one[0], other[0]))
            if numbers is not None:
                for bit in bits(shared):
                    for number in numbers:
                        dealt[bit, number].append(tie)
    return dealt


def _judge(
    expectation: Expectation,
    teryt: str,
    on: date,
    a: tuple[str, ...],
    b: tuple[str, ...],
    ties: tuple[Tie, ...],
    behind: _Agreements,
    waiver: Waiver | None,
) -> Gap:
    smaller = a if len(a) <= len(b) else b
    unmet: tuple[str, ...] = smaller
    met: Sequence[Tie] = ()
    deciding: Sequence[Tie] = ()
    papers: set[str] = set()
    if not a or not b or (len(a) < 2 and expectation.type_a == expectation.type_b):
        state = _NO_INSTITUTION
    elif not ties:
        state = _GAP
    else:
        state, met, deciding = _state(ties)
        if met:
            meeting = {tie.a for tie in met}
            meeting.update([tie.b for tie in met])
            unmet = tuple([one for one in smaller if one not in meeting])
            signed: set[str] = set()
            if behind:
                for tie in met:
                    found = behind.of(tie)
                    if found:
                        papers |= found
                        signed.update((tie.a, tie.b))
            if not unmet:
                state = _FORMALISED if signed.issuperset(smaller) else _COVERED
    stays = waiver is None or state is _COVERED or state is _FORMALISED
    return Gap(
        expectation,
        teryt,
        on,
        state if stays else _WAIVED,
        state,
        a,
        b,
        smaller,
        unmet,
        len(met),
        ties,
        ties if len(deciding) == len(ties) else tuple(deciding),
        tuple(sorted(papers)),
        waiver,
    )


def _state(ties: Sequence[Tie]) -> tuple[GapState, Sequence[Tie], Sequence[Tie]]:
    """(state short of who is met, met pairs, deciding pairs), judged in the order of the rule."""
    met = [tie for tie in ties if tie.met]
    if met:
        return _PARTIAL, met, met
    confirmed = [tie for tie in ties if tie.state is _CONFIRMED]
    if confirmed:
        return GapState.STALE, met, confirmed
    one_sided = [tie for tie in ties if tie.state is _ONE_SIDED]
    waiting = [tie for tie in one_sided if tie.fresh_claim]
    if waiting:
        return GapState.UNCONFIRMED, met, waiting
    disputed = [tie for tie in ties if tie.state is _DISPUTED]
    if disputed:
        return GapState.DISPUTED, met, disputed
    return _GAP, met, one_sided


def _latest_first(tie: Tie) -> tuple[int, str, str]:
    return (-(tie.last_sign or date.min).toordinal(), tie.a, tie.b)


class _Agreements:
    """Agreements in force on a day, found by pair and area without listing the pairs of their parties."""

    def __init__(self, agreements: Iterable[Agreement], on: date) -> None:
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for agreement in agreements:
            if stands(agreement, on):
                for area in agreement.areas:
                    for party in agreement.parties:
                        found[party, area].add(agreement.id)
        self._of = dict(found)

    def __bool__(self) -> bool:
        return bool(self._of)

    def of(self, tie: Tie) -> set[str]:
        mine = self._of.get((tie.a, tie.area))
        theirs = self._of.get((tie.b, tie.area))
        return mine & theirs if mine and theirs else set()
