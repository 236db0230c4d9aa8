"""Change between rounds, headquarters against units, and means of others."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coordination.errors import Invalid
from coordination.surveys.benchmarks import MINIMUM, NOTHING, Group, benchmarks
from coordination.surveys.change import change
from coordination.surveys.questionnaire import packaged
from coordination.surveys.scoring import ItemState, score
from coordination.surveys.units import roll_up
from tests.surveys.build import NA, UNKNOWN, dimension, maturity, random_response, response, small, ypn

QUICK = settings(max_examples=25, deadline=None)
seeds = st.integers(0, 10**6)
Q = packaged()


# --- change


def test_only_items_scored_in_both_are_compared():
    q = small(ypn("AA01"), ypn("AA02"), ypn("AA03", weight=2))
    before = score(q, response(AA01="no", AA02="yes", AA03=NA))
    after = score(q, response(AA01="yes", AA02=UNKNOWN, AA03="yes"))
    found = change(before, after)
    assert [(one.item.id, one.difference) for one in found.items] == [("AA01", 100)]
    assert (found.only_before, found.only_after) == (("AA02",), ("AA03",))
    assert (found.before, found.after, found.difference) == (0, 100, 100)
    assert found.dimensions[0].basis == Fraction(1, 3)


def test_an_item_of_the_new_version_changes_nothing_of_the_past():
    old = small(ypn("AA01"))
    new = small(ypn("AA01"), ypn("AA02"), version="1.1.0")
    found = change(score(old, response(AA01="partly")), score(new, response(AA01="partly", AA02="no")))
    assert found.difference == 0
    assert found.only_after == ("AA02",)


def test_weights_of_the_later_version_count_for_both():
    old = small(ypn("AA01", weight=9), ypn("AA02", weight=1))
    new = small(ypn("AA01", weight=1), ypn("AA02", weight=1), version="1.1.0")
    found = change(score(old, response(AA01="yes", AA02="no")), score(new, response(AA01="yes", AA02="no")))
    assert (found.before, found.after) == (50, 50)


def test_too_few_common_dimensions_give_no_change_of_the_whole():
    q = small(ypn("AA01"), ypn("BB01"), min_dimensions=2)
    found = change(score(q, response(AA01="no", BB01="no")), score(q, response(AA01="yes", BB01=NA)))
    assert found.difference is None
    assert found.dimensions[0].difference == 100


def test_main_versions_and_questionnaires_are_never_mixed():
    result = score(small(ypn("AA01")), response(AA01="yes"))
    with pytest.raises(Invalid):
        change(result, score(small(ypn("AA01"), version="2.0.0"), response(AA01="yes")))
    with pytest.raises(Invalid):
        change(result, replace(result, questionnaire=replace(result.questionnaire, id="another")))


@QUICK
@given(seeds)
def test_a_result_against_itself_has_not_changed_and_back_is_the_opposite(seed):
    one = score(Q, random_response(seed, "police_regional"))
    other = score(Q, random_response(seed + 1, "police_regional"))
    assert all(item.difference == 0 for item in change(one, one).items)
    forth, back = change(one, other), change(other, one)
    assert [item.difference for item in forth.items] == [-item.difference for item in back.items]
    assert (forth.only_before, forth.only_after) == (back.only_after, back.only_before)
    if forth.difference is not None:
        assert forth.difference == -back.difference
        assert -100 <= forth.difference <= 100


# --- headquarters and units


def results(q, *levels):
    return {f"u{number}": score(q, response(AA01=level)) for number, level in enumerate(levels)}


def test_spread_median_and_dissent_item_by_item():
    q = small(maturity("AA01"))
    found = roll_up(score(q, response(AA01=4)), results(q, 4, 3, 2, 0), asked=6)
    (one,) = found.items
    assert (found.asked, found.answered) == (6, 4)
    assert (one.low, one.high, one.spread, one.median) == (0, 100, 100, Fraction(125, 2))
    assert one.difference == Fraction(75, 2)
    assert one.dissenting == ("u3", "u2")
    assert found.score == Fraction(225, 4)


def test_one_level_apart_is_no_dissent_and_two_are():
    q = small(maturity("AA01"))
    assert roll_up(score(q, response(AA01=3)), results(q, 2)).items[0].dissenting == ()
    assert roll_up(score(q, response(AA01=3)), results(q, 1)).items[0].dissenting == ("u0",)


def test_what_is_no_score_is_counted_apart_and_is_never_zero():
    q = small(maturity("AA01"))
    found = roll_up(score(q, response(AA01=2)), results(q, 2, NA, UNKNOWN, 2))
    (one,) = found.items
    assert (one.low, one.spread) == (50, 0)
    assert one.others == {ItemState.NOT_APPLICABLE: 1, ItemState.UNKNOWN: 1}


def test_headquarters_without_an_answer_and_units_without_any():
    q = small(maturity("AA01"))
    (one,) = roll_up(None, results(q, 1, 3)).items
    assert (one.headquarters, one.difference, one.dissenting) == (None, None, ())
    empty = roll_up(None, {}, asked=3)
    assert (empty.items, empty.dimensions, empty.score, empty.asked) == ((), (), None, 3)
    with pytest.raises(ValueError, match="asked"):
        roll_up(None, results(q, 1, 2), asked=1)


def test_dimensions_are_means_of_units_each_counted_once_and_dissent_comes_first():
    q = small(ypn("AA01"), ypn("BB01"), dimensions=[dimension("AA", 50), dimension("BB", 50)])
    units = {"a": score(q, response(AA01="yes", BB01="yes")), "b": score(q, response(AA01="partly", BB01="no"))}
    found = roll_up(score(q, response(AA01="yes", BB01="yes")), units)
    assert [(one.dimension.id, one.mean, one.spread) for one in found.dimensions] == [("AA", 75, 50), ("BB", 50, 100)]
    assert [one.item.id for one in found.by_dissent] == ["BB01", "AA01"]


def test_units_of_other_types_are_compared_where_both_are_asked():
    head = score(Q, random_response(1, "police_regional", 1.0))
    units = {f"u{n}": score(Q, random_response(n, "police_county", 1.0)) for n in range(5)}
    found = roll_up(head, units)
    asked = {one.item.id for one in found.items}
    assert "KN01" in asked and "FU02" not in asked and "ID08" not in asked


# --- means of others

POLICE = Group("police_county", "county")


def answers_of(number, start=0):
    return [(f"i{n}", POLICE, score(Q, random_response(n, "police_county", 1.0))) for n in range(start, start + number)]


def test_four_are_too_few_and_five_are_enough():
    assert benchmarks(answers_of(4)) == {}
    found = benchmarks(answers_of(5))[POLICE]
    scores = [result.score for _, _, result in answers_of(5)]
    assert (found.whole.value, found.whole.count) == (sum(scores) / 5, 5)
    assert benchmarks(answers_of(4)).get(POLICE, NOTHING).enough is False


def test_two_responses_of_one_institution_do_not_make_it_two():
    assert benchmarks([*answers_of(4), *answers_of(1)]) == {}


def test_types_and_levels_are_not_mixed():
    other = [(one, Group("police_county", "regional"), result) for one, _, result in answers_of(2, 10)]
    assert benchmarks([*answers_of(4), *other]) == {}


def test_a_dimension_too_few_have_is_left_out():
    q = small(ypn("AA01"), ypn("BB01"))
    rows = [(f"i{n}", POLICE, score(q, response(AA01="yes", BB01=NA if n == 0 else "no"))) for n in range(MINIMUM)]
    found = benchmarks(rows)[POLICE]
    assert set(found.dimensions) == {"AA"}


def test_a_benchmark_names_nobody():
    text = repr(benchmarks(answers_of(7)))
    assert not any(f"i{n}" in text for n in range(7))
