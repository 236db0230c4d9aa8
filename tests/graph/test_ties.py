"""A tie from its two sides' words: states, freshness, time."""

from datetime import UTC, date, datetime, timedelta

import pytest

from coordination.graph.facts import statement
from coordination.graph.model import Claim, Event, Stance, TieState
from coordination.graph.ties import all_ties, fresh, holds, latest, months_before, said_by, tie, ties_of
from tests.graph.build import TODAY, a_world, institution, says

YES, NO, NEVER, GONE = Stance.COOPERATES, Stance.DOES_NOT_COOPERATE, Stance.NOT_APPLICABLE, Stance.WITHDRAWN
LONG_AGO = date(2020, 1, 1)


def of(mine, theirs, on=TODAY, **more):
    """The tie of KSP and KCIK from both sides' stances, None for silence."""
    said = [says("KSP", "KCIK", mine)] if mine else []
    said += [says("KCIK", "KSP", theirs)] if theirs else []
    found = all_ties(said, on, **more)
    return found[0] if found else None


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        (YES, YES, TieState.CONFIRMED),
        (YES, None, TieState.ONE_SIDED),
        (YES, NO, TieState.DISPUTED),
        (YES, NEVER, TieState.DISPUTED),
        (YES, GONE, TieState.ONE_SIDED),
        (NO, NO, TieState.NONE),
        (NO, None, TieState.NONE),
        (NEVER, None, TieState.NONE),
        (NEVER, NO, TieState.NONE),
        (NO, GONE, TieState.NONE),
    ],
)
def test_state_follows_from_both_sides_whoever_is_asked_first(mine, theirs, expected):
    assert of(mine, theirs).state == expected
    assert of(theirs, mine).state == expected


@pytest.mark.parametrize(("mine", "theirs"), [(None, None), (GONE, None), (GONE, GONE)])
def test_where_nothing_is_said_there_is_no_tie(mine, theirs):
    assert of(mine, theirs) is None


def test_a_tie_made_of_silence_is_unknown():
    assert tie("KSP", "KCIK", "referral", None, says("KCIK", "KSP", GONE), TODAY).state == TieState.UNKNOWN


def test_sides_keep_their_words():
    found = of(YES, NO)
    assert (found.a, found.b) == ("KCIK", "KSP")
    assert found.says("KSP").stance == YES
    assert found.says("KCIK").stance == NO
    assert found.other("KSP") == "KCIK"
    assert [said.claimant_id for said in found.holders] == ["KSP"]


def test_areas_are_ties_of_their_own():
    found = all_ties([says("KSP", "KCIK"), says("KCIK", "KSP", area="training")], TODAY)
    assert sorted((one.area, one.state) for one in found) == [
        ("referral", TieState.ONE_SIDED),
        ("training", TieState.ONE_SIDED),
    ]


@pytest.mark.parametrize(
    ("day", "earlier"),
    [
        (date(2026, 1, 12), date(2024, 1, 12)),
        (date(2028, 2, 29), date(2026, 2, 28)),
        (date(2026, 2, 28), date(2024, 2, 28)),
        (date(2026, 1, 31), date(2024, 1, 31)),
        (date(2, 1, 1), date.min),
    ],
)
def test_24_calendar_months_earlier(day, earlier):
    assert months_before(day) == earlier


def test_months_end_where_the_month_is_shorter():
    assert months_before(date(2026, 3, 31), 1) == date(2026, 2, 28)
    assert months_before(date(2026, 1, 31), 2) == date(2025, 11, 30)


def test_fresh_up_to_and_including_the_day_24_months_earlier():
    edge = date(2024, 1, 12)
    assert fresh(says("KSP", "KCIK", on=edge), TODAY)
    assert not fresh(says("KSP", "KCIK", on=edge - timedelta(days=1)), TODAY)


def test_an_activity_keeps_an_old_statement_fresh_unless_it_is_of_the_future():
    assert fresh(says("KSP", "KCIK", on=LONG_AGO, last_activity=TODAY), TODAY)
    future = says("KSP", "KCIK", on=LONG_AGO, last_activity=TODAY + timedelta(days=1))
    assert not fresh(future, TODAY)


def test_each_date_is_judged_singly():
    said = says("KSP", "KCIK", last_activity=TODAY + timedelta(days=1))
    assert fresh(said, TODAY)
    shown = all_ties([said], TODAY)[0].says("KSP")
    assert shown.last_activity is None  # nobody may read from the tie what has not happened yet


def test_a_joint_event_refreshes_both_sides_in_its_areas():
    said = [says("KSP", "KCIK", on=LONG_AGO), says("KCIK", "KSP", on=LONG_AGO)]
    event = dict(id="e", title="", on=TODAY, participants=("KSP", "KCIK", "PIP"), areas=("referral",))
    assert all_ties(said, TODAY, events=[Event(**event)])[0].met
    for worse in (
        {"areas": ("training",)},
        {"participants": ("KSP", "PIP")},
        {"on": TODAY + timedelta(days=1)},
        {"on": LONG_AGO},
    ):
        assert not all_ties(said, TODAY, events=[Event(**{**event, **worse})])[0].met, worse


def test_the_last_of_several_events_counts():
    said = [says("KSP", "KCIK", on=LONG_AGO)]
    events = [
        Event(id=f"e{n}", title="", on=day, participants=("KSP", "KCIK"), areas=("referral",))
        for n, day in enumerate((LONG_AGO, TODAY, date(2023, 1, 1)))
    ]
    assert all_ties(said, TODAY, events=events)[0].joint == TODAY


def test_outside_its_validity_a_statement_is_silence():
    for more in ({"valid_to": TODAY - timedelta(days=1)}, {"valid_from": TODAY + timedelta(days=1)}):
        said = says("KSP", "KCIK", **more)
        assert not holds(said, TODAY)
        assert all_ties([said], TODAY) == []
        denied = says("KCIK", "KSP", NO, **more)
        assert all_ties([says("KSP", "KCIK"), denied], TODAY)[0].state == TieState.ONE_SIDED
    assert holds(says("KSP", "KCIK", valid_from=TODAY, valid_to=TODAY), TODAY)


def test_the_statement_stated_last_by_the_day_counts():
    first = says("KSP", "KCIK", YES, on=date(2024, 5, 1))
    second = says("KSP", "KCIK", NO, on=date(2025, 5, 1))
    assert said_by([second, first], TODAY) == second
    assert said_by([second, first], date(2025, 4, 30)) == first
    assert said_by([second, first], date(2024, 4, 30)) is None


def test_of_one_day_the_statement_recorded_last_counts():
    morning = says("KSP", "KCIK", YES, recorded_at=datetime(2025, 10, 14, 8, tzinfo=UTC))
    evening = says("KSP", "KCIK", NO, recorded_at=datetime(2025, 10, 14, 18, tzinfo=UTC))
    assert said_by([evening, morning], TODAY) == evening
    assert said_by([morning, evening], TODAY) == evening


def test_as_known_on_a_day_what_was_recorded_later_is_not_there():
    # Recorded at 23:30 and 0:30 in Poland on both sides of midnight.
    known = says("KSP", "KCIK", recorded_at=datetime(2025, 6, 1, 21, 30, tzinfo=UTC))
    later = says("KCIK", "KSP", recorded_at=datetime(2025, 6, 1, 22, 30, tzinfo=UTC))
    found = all_ties([known, later], TODAY, known_on=date(2025, 6, 1))
    assert [(one.a_says, one.b_says) for one in found] == [(None, known)]
    assert all_ties([known, later], TODAY, known_on=date(2025, 6, 2))[0].state == TieState.CONFIRMED


def test_an_old_statement_learnt_late_does_not_replace_a_newer_one():
    newer = says("KSP", "KCIK", NO, on=date(2025, 5, 1), recorded_at=datetime(2025, 5, 1, tzinfo=UTC))
    older = says("KSP", "KCIK", YES, on=date(2024, 5, 1), recorded_at=datetime(2025, 9, 1, tzinfo=UTC))
    assert latest([older, newer], TODAY)[newer.key] == newer
    assert said_by([older, newer], date(2025, 1, 1)) == older


def test_the_last_sign_is_the_older_side_s():
    found = all_ties(
        [says("KSP", "KCIK", on=date(2025, 5, 1)), says("KCIK", "KSP", on=date(2023, 5, 1))], TODAY
    )[0]
    assert found.last_sign == date(2023, 5, 1)
    assert found.stale
    assert not found.met
    assert found.fresh("KSP") and not found.fresh("KCIK")


def test_an_institution_has_no_tie_with_itself():
    assert all_ties([says("KSP", "KSP")], TODAY) == []


def test_a_claim_becomes_the_statement_of_the_same_words():
    claim = Claim(
        id="c", claimant_id="KSP", partner_id="KCIK", area="referral", stance=YES, stated_on=TODAY,
        valid_from=LONG_AGO, valid_to=TODAY, last_activity=TODAY,
        recorded_at=datetime(2025, 6, 1, tzinfo=UTC),
    )  # fmt: skip
    said = statement(claim)
    assert said._asdict() == {name: getattr(claim, name) for name in said._fields}


def test_ties_of_a_world_are_worked_out_once_and_only_a_few_days_are_kept():
    world = a_world([institution("KSP", "police", "14")], [says("KSP", "KCIK")])
    assert ties_of(world, TODAY) is ties_of(world, TODAY)
    for shift in range(20):
        ties_of(world, TODAY + timedelta(days=shift))
    assert len([key for key in world.memo if key[0] == "ties"]) == 4
