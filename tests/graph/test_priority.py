"""The points of a gap: the arithmetic that a page opens, and the order it makes."""

from datetime import timedelta

import pytest

from coordination.graph.gaps import assess
from coordination.graph.model import GapState, Level, PathwayStep, Stance
from coordination.graph.priority import DEFAULT, Pathways, Weights, priority, rank, weight
from tests.graph.build import TODAY, a_world, expectation, institution, says

KSP, KCIK = institution("KSP", "police", "14"), institution("KCIK", "shelter", national=True)
OLD = TODAY - timedelta(days=1000)
NO = Stance.DOES_NOT_COOPERATE


def step(pathway, number, role="police", *partners, area="referral"):
    return PathwayStep(pathway_id=pathway, step_no=number, role_type=role, partner_types=partners or ("shelter",),
                       area=area)  # fmt: skip


def found(*said, steps=(), weights=DEFAULT, level="required"):
    world = a_world([KSP, KCIK], said, [expectation(level=level)])
    return priority(assess(world, "14", TODAY)[0], Pathways(steps), weights)


CASES = {
    GapState.GAP: ([], 3.0),
    GapState.DISPUTED: ([says("KSP", "KCIK"), says("KCIK", "KSP", NO)], 2.4),
    GapState.UNCONFIRMED: ([says("KSP", "KCIK")], 1.8),
    GapState.STALE: ([says("KSP", "KCIK", on=OLD), says("KCIK", "KSP")], 1.5),
    GapState.COVERED: ([says("KSP", "KCIK"), says("KCIK", "KSP")], 0.0),
}


@pytest.mark.parametrize("state", CASES)
def test_points_are_level_times_state(state):
    said, points = CASES[state]
    assert found(*said).points == points


def test_a_partial_tie_has_four_tenths():
    more = [institution("KWP", "police", "14"), institution("WCPR", "shelter", "14")]
    world = a_world([KSP, KCIK, *more], [says("KSP", "KCIK"), says("KCIK", "KSP")])
    assert priority(assess(world, "14", TODAY)[0], Pathways(())).points == pytest.approx(1.2)


def test_levels_weigh_three_one_and_nothing():
    assert [found(level=level).points for level in Level] == [3.0, 1.0, 0.0]


def test_every_pathway_that_breaks_adds_half_a_point_once():
    steps = [
        step("P1", 4),
        step("P1", 2),
        step("P7", 3),
        step("P7", 5, "police", "school"),
        step("P2", 1, area="x"),
    ]
    told = found(says("KSP", "KCIK"), steps=steps)
    assert told.points == 2.8
    assert told.pathways == ("P1", "P7")
    assert [(one.pathway_id, one.step_no) for one in told.broken] == [("P1", 2), ("P1", 4), ("P7", 3)]
    assert (told.level_weight, told.state_factor, told.pathway_weight) == (3.0, 0.6, 0.5)
    assert told.base == pytest.approx(1.8)


def test_a_step_rests_on_the_expectation_whoever_initiates():
    assert found(steps=[step("P6", 4, "shelter", "police")]).pathways == ("P6",)


def test_no_pathway_breaks_where_nothing_is_to_be_done():
    assert found(*CASES[GapState.COVERED][0], steps=[step("P1", 1)]).points == 0


def test_weights_can_be_changed():
    weights = Weights(level={Level.REQUIRED: 10.0}, state={GapState.GAP: 0.5}, pathway=2.0)
    assert found(steps=[step("P1", 1)], weights=weights).points == 7.0


def test_order_is_points_then_level_then_area_then_id():
    rows = [
        expectation("x4", area="training", level="required"),
        expectation("x3", area="referral", level="required"),
        expectation("x2", area="referral", level="required"),
        expectation("x1", area="referral", level="recommended"),
        expectation("x9", area="referral", level="required", type_a="school"),
    ]
    world = a_world([KSP, KCIK], (), rows)
    ranked = rank(assess(world, "14", TODAY), [], world.areas)
    assert [one.gap.id for one in ranked] == ["x2", "x3", "x4", "x1", "x9"]


def test_the_weight_of_a_place_counts_no_optional_row_and_nothing_that_cannot_be_assessed():
    rows = [
        expectation("x1"),
        expectation("x2", level="optional"),
        expectation("x3", type_a="school"),
        expectation("x4", scope="national_link"),
        expectation("x5", area="training", level="recommended"),
    ]
    world = a_world([KSP, KCIK], (), rows)
    assert weight(rank(assess(world, "14", TODAY, scope=None))) == (4.0, 2)


def test_equal_points_compare_as_equal():
    gap = assess(a_world([KSP, KCIK], [says("KSP", "KCIK")]), "14", TODAY)[0]
    three = priority(gap, Pathways([step("P1", 1)]))
    assert three.points == 2.3  # 3 x 0.6 + 0.5 is 2.3000000000000003 in binary
    assert three == replace_points(three)


def replace_points(told):
    return told._replace(points=round(told.base + told.pathway_weight * len(told.pathways), 6))


def test_waived_counts_for_nothing():
    gap = assess(a_world([KSP, KCIK]), "14", TODAY)[0]._replace(state=GapState.WAIVED)
    assert priority(gap, Pathways([step("P1", 1)])).points == 0
