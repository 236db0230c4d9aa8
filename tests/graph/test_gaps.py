"""Gap states by the words of the rule, and agreement with the slow oracle on a thousand random worlds."""

from collections import Counter
from datetime import date, timedelta

import pytest

from coordination.graph import gaps, ties
from coordination.graph.gaps import assess, assess_country
from coordination.graph.model import Agreement, GapState, Scope, Stance, TieState, Waiver
from tests.graph.build import (
    TODAY,
    a_world,
    expectation,
    institution,
    last_moment,
    says,
    world_of,
)
from tests.oracles import random_worlds
from tests.oracles.gap_oracle import gap_states

KSP = institution("KSP", "police", "14")
RADOM = institution("KWP zs. w Radomiu", "police", "14")
KCIK = institution("KCIK", "shelter", national=True)
WORLDS = 1000


def state(*statements, institutions=(KSP, KCIK), on=TODAY, expected=None, **more):
    world = a_world(institutions, statements, [expected] if expected else None, **more)
    return assess(world, "14", on, scope=None)[0]


def both(a, b, **more):
    return says(a, b, **more), says(b, a, **more)


# --- one state after the other


def test_no_institution_when_a_side_is_empty():
    assert state(institutions=[KSP]).state == GapState.NO_INSTITUTION
    assert state(institutions=[KCIK]).state == GapState.NO_INSTITUTION


def test_gap_when_nobody_said_anything():
    found = state()
    assert found.state == GapState.GAP
    assert found.deciding == ()
    assert (found.a, found.b) == (("KSP",), ("KCIK",))


def test_a_one_sided_claim_of_long_ago_leaves_a_gap_and_is_named():
    found = state(says("KSP", "KCIK", on=date(2024, 1, 11)))
    assert found.state == GapState.GAP
    assert [tie.holders[0].claimant_id for tie in found.deciding] == ["KSP"]


def test_the_day_exactly_24_months_earlier_is_still_within():
    assert state(says("KSP", "KCIK", on=date(2024, 1, 12))).state == GapState.UNCONFIRMED


def test_disputed_when_one_side_denies():
    assert state(says("KSP", "KCIK"), says("KCIK", "KSP", Stance.NOT_APPLICABLE)).state == GapState.DISPUTED


def test_covered_when_both_say_so():
    found = state(*both("KSP", "KCIK"))
    assert (found.state, found.met_pairs, found.unmet) == (GapState.COVERED, 1, ())


def test_stale_when_one_side_has_grown_old():
    found = state(says("KSP", "KCIK"), says("KCIK", "KSP", on=date(2023, 9, 1)))
    assert found.state == GapState.STALE
    assert found.deciding[0].last_sign == date(2023, 9, 1)


def test_the_smaller_side_decides():
    # One KCIK, two police: KCIK is in a met pair, so the expectation is covered although Radom is not.
    assert state(*both("KSP", "KCIK"), institutions=(KSP, RADOM, KCIK)).state == GapState.COVERED


def test_partial_when_one_of_the_smaller_side_is_missing_and_a_is_smaller_when_equal():
    other = institution("WCPR", "shelter", "14")
    found = state(*both("KSP", "KCIK"), institutions=(KSP, RADOM, KCIK, other))
    assert found.state == GapState.PARTIAL
    assert found.smaller == ("KSP", "KWP zs. w Radomiu")
    assert found.unmet == ("KWP zs. w Radomiu",)


def test_formalised_only_with_an_agreement_of_both_in_the_area():
    paper = dict(id="a", title="", parties=("KSP", "KCIK"), areas=("referral",), signed_on=date(2020, 1, 1))
    assert state(*both("KSP", "KCIK"), agreements=(Agreement(**paper),)).state == GapState.FORMALISED
    for worse in (
        {"areas": ("training",)},
        {"parties": ("KSP", "MSWiA")},
        {"signed_on": TODAY + timedelta(days=1)},
        {"valid_from": TODAY + timedelta(days=1)},
        {"valid_to": TODAY - timedelta(days=1)},
    ):
        agreement = Agreement(**{**paper, **worse})
        assert state(*both("KSP", "KCIK"), agreements=(agreement,)).state == GapState.COVERED, worse


def test_equal_types_need_two_institutions_and_pair_them():
    expected = expectation(type_a="police", type_b="police")
    assert state(institutions=[KSP], expected=expected).state == GapState.NO_INSTITUTION
    assert state(institutions=[KSP, RADOM], expected=expected).state == GapState.GAP
    found = state(*both(KSP.id, RADOM.id), institutions=[KSP, RADOM], expected=expected)
    assert found.state == GapState.COVERED


def test_an_institution_counts_from_the_first_to_the_last_day_of_its_life():
    for more, seen in (
        ({"active_from": TODAY}, True),
        ({"active_to": TODAY}, True),
        ({"active_from": TODAY + timedelta(days=1)}, False),
        ({"active_to": TODAY - timedelta(days=1)}, False),
    ):
        found = state(institutions=[institution("KSP", "police", "14", **more), KCIK])
        assert (found.state != GapState.NO_INSTITUTION) is seen, more


def test_partial_and_national_cover_count_as_cover():
    partly = institution("Nadbużański OSG", "police", "14", "20", voivodeships_partial=("14",))
    assert state(institutions=[partly, KCIK]).state == GapState.GAP


def test_a_waiver_stands_in_place_of_any_state_but_covered():
    waiver = Waiver(
        id="w", expectation_id="x1", voivodeship="14", reason="", valid_from=TODAY, valid_to=TODAY
    )
    assert state(waivers=(waiver,)).state == GapState.WAIVED
    found = state(institutions=[KSP], waivers=(waiver,))
    assert (found.state, found.underlying_state) == (GapState.WAIVED, GapState.NO_INSTITUTION)
    found = state(*both("KSP", "KCIK"), waivers=(waiver,))
    assert (found.state, found.underlying_state) == (GapState.COVERED, GapState.COVERED)


def test_a_waiver_ends_the_day_after_its_last_and_on_the_day_it_is_revoked():
    waiver = dict(id="w", expectation_id="x1", voivodeship="14", reason="", valid_from=date(2026, 1, 1))
    ended = Waiver(**waiver, valid_to=TODAY - timedelta(days=1))
    revoked = Waiver(**waiver, valid_to=date(2027, 1, 1), revoked_on=TODAY)
    elsewhere = Waiver(**{**waiver, "voivodeship": "10"}, valid_to=date(2027, 1, 1))
    for one in (ended, revoked, elsewhere):
        assert state(waivers=(one,)).state == GapState.GAP, one


def test_national_links_are_kept_apart():
    link = expectation(id="x2", scope="national_link")
    world = a_world([KSP, KCIK], both("KSP", "KCIK"), [expectation(), link])
    assert [gap.id for gap in assess(world, "14", TODAY)] == ["x1"]
    assert [gap.id for gap in assess(world, "14", TODAY, scope=Scope.NATIONAL_LINK)] == ["x2"]
    assert assess(world, "14", TODAY, scope=Scope.NATIONAL_LINK)[0].state == GapState.COVERED


def test_a_world_of_current_statements_refuses_questions_about_the_past():
    world = a_world([KSP, KCIK], both("KSP", "KCIK"), history=False)
    with pytest.raises(ValueError, match="history"):
        assess(world, "14", TODAY - timedelta(days=200))
    with pytest.raises(ValueError, match="history"):
        assess(world, "14", TODAY, known_on=TODAY)
    assert assess(world, "14", TODAY)


def test_an_unknown_voivodeship_is_refused():
    with pytest.raises(ValueError, match="99"):
        assess(a_world([KSP]), "99", TODAY)


# --- against the oracle


def disagreements(seeds):
    """(seeds on which product and oracle differ, states met on the way)."""
    wrong, met = [], Counter()
    for seed in seeds:
        plain, on, known = random_worlds.a_world(seed)
        world = world_of(plain)
        country = assess_country(world, on, known_on=known, scope=None)
        moment = last_moment(known) if known else None
        for teryt in random_worlds.PLACES:
            expected = gap_states(plain, teryt, on, moment)
            got = {gap.id: (gap.state.value, gap.underlying_state.value) for gap in country[teryt]}
            alone = world_of(plain)
            if got != expected or assess(alone, teryt, on, known_on=known, scope=None) != country[teryt]:
                wrong.append(seed)
                break
            met.update(shown for shown, _ in expected.values())
    return wrong, met


def test_the_oracle_agrees_on_a_thousand_random_worlds():
    wrong, met = disagreements(range(WORLDS))
    assert wrong == []
    # A run that never meets a state proves nothing about it.
    assert all(met[one.value] >= 30 for one in GapState), met


def _within_without_boundary(said, since, on):
    return said.stated_on > since or (said.last_activity is not None and since < said.last_activity <= on)


FAULTS = {
    "730 days for 24 months": (ties, "months_before", lambda day, months=24: day - timedelta(days=730)),
    "the boundary day is out": (ties, "_within", _within_without_boundary),
    "an activity of the future counts": (
        ties,
        "_within",
        lambda said, since, on: max(said.stated_on, said.last_activity or said.stated_on) >= since,
    ),
    "stated and active are judged jointly": (
        ties,
        "_within",
        lambda said, since, on: since <= max(said.stated_on, said.last_activity or said.stated_on) <= on,
    ),
    "validity is not looked at": (ties, "valid", lambda said, on: True),
    "the last recorded counts, not the last stated": (
        ties,
        "_order",
        lambda said: (said.recorded_at, said.stated_on, said.id),
    ),
    "as known on is one day off": (ties, "end_of", lambda day: last_moment(day - timedelta(days=1))),
    "events are forgotten": (ties.JointEvents, "last", lambda self, a, b, area: None),
    "an agreement needs no validity": (gaps, "stands", lambda agreement, on: True),
    "an agreement needs only one party": (
        gaps._Agreements,
        "of",
        lambda self, tie: self._of.get((tie.a, tie.area), set()),
    ),
    "a revoked waiver still counts": (gaps, "in_force", lambda w, on: w.valid_from <= on <= w.valid_to),
    "disputed before unconfirmed": (gaps, "_state", lambda pairs: _state_in_wrong_order(pairs)),
    "stale and met are one": (ties.Tie, "met", property(lambda tie: tie.state is TieState.CONFIRMED)),
}
REAL_STATE = gaps._state


def _state_in_wrong_order(pairs):
    state, met, deciding = REAL_STATE(pairs)
    if state is GapState.UNCONFIRMED and any(tie.state is TieState.DISPUTED for tie in pairs):
        return GapState.DISPUTED, met, deciding
    return state, met, deciding


@pytest.mark.parametrize("fault", FAULTS)
def test_the_oracle_notices_a_planted_fault(fault, monkeypatch):
    monkeypatch.setattr(*FAULTS[fault])
    assert disagreements(range(150))[0], fault
