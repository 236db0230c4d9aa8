"""Scores by the words of the rule: item, dimension, whole; what is not answered; critical items; bounds."""

from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from coordination.surveys.conditions import meant_for, possible
from coordination.surveys.model import Answer, Kind, Response, Said
from coordination.surveys.questionnaire import packaged
from coordination.surveys.scoring import DimensionState, ItemState, extremes, item_score, rounded, score
from tests.surveys.build import (
    NA,
    TYPES,
    UNKNOWN,
    choice,
    dimension,
    maturity,
    random_response,
    random_value,
    response,
    small,
    ypn,
)

QUICK = settings(max_examples=40, deadline=None)
seeds = st.integers(0, 10**6)
Q = packaged()


# --- items


@pytest.mark.parametrize(
    ("item_id", "value", "wanted"),
    [
        ("KN01", 0, 0),
        ("KN01", 3, 75),
        ("KN02", "partly", 50),
        ("RS01", "office", 65),
        ("ST02", 9, 0),
        ("ST02", 9.99, 0),
        ("ST02", 10, 25),
        ("ST02", 100, 100),
        ("CO02", 6, 100),
        ("RS03", ("women", "men"), Fraction(100, 3)),
        ("RS03", (), 0),
    ],
)
def test_an_item_is_scored_by_its_kind(item_id, value, wanted):
    assert item_score(Q.by_id[item_id], value) == wanted


@pytest.mark.parametrize(
    ("item_id", "value"),
    [("KN01", 5), ("KN01", True), ("KN01", "3"), ("KN02", "na"), ("ST02", 101), ("ST02", 100.5), ("ST02", -1),
     ("ST02", float("nan")), ("RS03", ("women", "women")), ("RS03", ("nobody",)), ("RS03", "women"), ("KN04", "none")],
)  # fmt: skip
def test_what_is_no_answer_is_refused(item_id, value):
    with pytest.raises(ValueError, match=item_id):
        item_score(Q.by_id[item_id], value)


def test_rounding_is_half_up_and_for_the_eye_only():
    assert [rounded(Fraction(n, 2)) for n in (124, 125, 127)] == [62, 63, 64]
    assert rounded(Fraction(0)) == 0


# --- dimensions and the whole


def test_weights_count_and_are_renormalised_over_what_has_a_score():
    q = small(ypn("AA01", weight=3), ypn("AA02"), ypn("BB01"), dimensions=[dimension("AA", 80), dimension("BB", 20)])
    both = score(q, response(AA01="yes", AA02="no", BB01="no"))
    assert both.dimension("AA").score == 75
    assert both.score == 60
    alone = score(q, response(AA01="yes", AA02="no", BB01=NA))
    assert alone.score == 75
    assert alone.dimension("BB").state is DimensionState.LEFT_OUT
    assert alone.share(alone.dimension("AA")) == 1


def test_the_parts_add_up_to_the_whole():
    for seed in range(20):
        result = score(Q, random_response(seed))
        for one in result.dimensions:
            assert one.points == sum(part.points for part in one.items)
            if one.score is not None:
                assert one.score == one.points / one.answered_weight
        if result.score is not None:
            assert result.score == sum(one.score * result.share(one) for one in result.dimensions if one.score is not None)


def test_too_little_answered_is_no_score_and_not_zero():
    q = small(ypn("AA01", weight=5), ypn("AA02", weight=5))
    result = score(q, response(AA01="yes"))
    assert result.dimension("AA").state is DimensionState.INSUFFICIENT
    assert result.dimension("AA").coverage == Fraction(1, 2)
    assert (result.dimension("AA").score, result.score, result.band) == (None, None, None)


def test_exactly_the_share_that_must_be_answered_is_enough():
    q = small(ypn("AA01", weight=3), ypn("AA02", weight=2))
    assert score(q, response(AA01="yes")).dimension("AA").score == 100
    assert score(q, response(AA01="yes", AA02=UNKNOWN)).dimension("AA").score == 100
    assert score(q, response(AA02="yes")).dimension("AA").score is None


def test_fewer_dimensions_than_the_rule_wants_give_no_whole():
    q = small(ypn("AA01"), ypn("BB01"), ypn("CC01"), min_dimensions=3)
    assert score(q, response(AA01="yes", BB01="yes", CC01="yes")).score == 100
    assert score(q, response(AA01="yes", BB01="yes", CC01=NA)).score is None


def test_a_score_on_the_border_belongs_to_the_band_above():
    q = small(maturity("AA01"))
    bands = [score(q, response(AA01=level)).band.id for level in range(5)]
    assert bands == ["initial", "developing", "established", "advanced", "advanced"]


def test_thirds_add_up_to_a_border_exactly():
    # 100/3 + 200/3 over two is 50, whatever the order; in binary fractions it may be a hair below.
    options = [{"value": f"o{n}", "pl": "x", "en": "x"} for n in range(3)]
    item = {"type": "multichoice", "dimension": "AA", "weight": 1, "text": {"pl": "x", "en": "x"}, "options": options,
            "scoring_mode": "share_of_options"}  # fmt: skip
    q = small({"id": "AA01", **item}, {"id": "AA02", **item})
    result = score(q, response(AA01=("o0",), AA02=("o0", "o1")))
    assert (result.score, result.band.id) == (50, "established")


# --- critical items


def test_a_failed_critical_item_caps_the_word_and_leaves_the_number():
    q = small(ypn("AA01", weight=9), ypn("AA02", critical=True))
    result = score(q, response(AA01="yes", AA02="no"))
    assert result.score == 90
    assert (result.uncapped_band.id, result.band.id, result.capped) == ("advanced", "developing", True)
    assert [one.item.id for one in result.critical_failures] == ["AA02"]


@pytest.mark.parametrize("answer", ["partly", NA, UNKNOWN])
def test_a_critical_item_at_the_threshold_or_without_a_score_caps_nothing(answer):
    q = small(ypn("AA01", weight=9), ypn("AA02", critical=True))
    result = score(q, response(AA01="yes", AA02=answer))
    assert not result.capped
    assert result.critical_failures == ()


def test_a_low_word_is_not_lifted_to_the_cap():
    q = small(ypn("AA01"), ypn("AA02", critical=True))
    result = score(q, response(AA01="no", AA02="no"))
    assert (result.band.id, result.capped) == ("initial", False)


# --- what is not answered


def test_not_applicable_unknown_missing_and_hidden_are_four_things():
    q = small(
        ypn("AA01"), ypn("AA02"), ypn("AA03"), ypn("AA04"), ypn("AA05", show_if={"item": "AA01", "in": ["no"]})
    )
    result = score(q, response(AA01="yes", AA02=NA, AA03=UNKNOWN, AA05="no"))
    states = {one: result.items[one].state for one in ("AA01", "AA02", "AA03", "AA04")}
    assert states == {
        "AA01": ItemState.SCORED, "AA02": ItemState.NOT_APPLICABLE, "AA03": ItemState.UNKNOWN, "AA04": ItemState.MISSING
    }  # fmt: skip
    assert "AA05" not in result.items
    assert [one.item.id for one in result.unanswered] == ["AA03", "AA04"]
    assert result.dimension("AA").applicable_weight == 3


def test_a_copied_answer_counts_as_missing_until_it_is_confirmed():
    q = small(ypn("AA01"))
    answers = {"AA01": Answer(item_id="AA01", value="yes", copied=True)}
    copied = Response(id="r", institution_id="i", institution_type="hospital", version="1.0.0", answers=answers)
    assert score(q, copied).items["AA01"].state is ItemState.MISSING


# --- bounds


def test_bounds_are_the_worst_and_the_best_case():
    q = small(ypn("AA01"), ypn("AA02"))
    result = score(q, response(AA01="partly"))
    assert (result.low, result.high) == (25, 75)
    done = score(q, response(AA01="partly", AA02="yes"))
    assert (done.low, done.high, done.score) == (75, 75, 75)


def test_a_floor_above_the_mean_may_yet_turn_out_not_to_apply():
    # The worst of AA02 is 40; with AA01 at 0 the worst whole is 0, reached when AA02 does not apply.
    q = small(ypn("AA01"), choice("AA02", "a", "b", scores=[40, 100]))
    result = score(q, response(AA01="no"))
    assert (result.low, result.high) == (0, 50)


def test_bounds_look_behind_doors_that_may_yet_open():
    q = small(
        choice("AA01", "y", "n", scored=False), ypn("AA02", show_if={"item": "AA01", "in": ["y"]}), ypn("AA03")
    )
    assert (score(q, response(AA03="partly")).low, score(q, response(AA03="partly")).high) == (25, 75)
    shut = score(q, response(AA01="n", AA03="partly"))
    assert (shut.low, shut.high) == (50, 50)


def test_nothing_that_can_apply_has_no_bounds():
    result = score(small(ypn("AA01")), response(AA01=NA))
    assert (result.low, result.high, result.score) == (None, None, None)


def completed(start: Response, rng: Random) -> Response:
    """One way of answering all the rest, "not applicable" now and then included."""
    answers = {k: a for k, a in start.answers.items() if a.said is not Said.UNKNOWN}
    for item in meant_for(Q, start.institution_type):
        if item.id not in answers:
            if rng.random() < 0.15:
                answers[item.id] = Answer(item_id=item.id, said=Said.NOT_APPLICABLE, reason="x")
            else:
                answers[item.id] = Answer(item_id=item.id, value=random_value(rng, item))
    return Response(id="c", institution_id="i", institution_type=start.institution_type, version="1.0.0", answers=answers)


@QUICK
@given(seeds)
def test_bounds_contain_the_true_score(seed):
    start = random_response(seed)
    before, after = score(Q, start), score(Q, completed(start, Random(seed + 1)))
    assume(after.score is not None)  # not where "not applicable" left too few dimensions
    assert before.low <= after.score <= before.high
    for was, now in zip(before.dimensions, after.dimensions, strict=True):
        if now.score is not None:
            assert was.low <= now.score <= was.high


@QUICK
@given(seeds)
def test_bounds_are_reached(seed):
    """The widest bound is no wider than it must be where no condition ties answers to one another."""
    start = random_response(seed)
    result = score(Q, start)
    worst = dict(start.answers)
    for item in possible(Q, start.institution_type, start.answers):
        if result.items[item.id].score is None and item.scored and result.items[item.id].state != ItemState.NOT_APPLICABLE:
            low = extremes(item)[0]
            values = {Kind.MATURITY: 0, Kind.MULTICHOICE: ()}
            value = values.get(item.kind)
            if value is None:
                value = next((o.value for o in item.options if o.score == low), None)
            if value is None:
                value = next(band.low for band in item.bands if band.score == low)
            worst[item.id] = Answer(item_id=item.id, value=value)
    for gate, opening in (("KN04", "1-4"), ("FU01", "yes"), ("RS02", 1)):
        if worst.get(gate) is None or worst[gate].said is Said.UNKNOWN:
            worst[gate] = Answer(item_id=gate, value=opening)
    end = score(Q, Response(id="w", institution_id="i", institution_type=start.institution_type, version="1.0.0", answers=worst))
    assume(end.score is not None)
    assert end.score == result.low


# --- properties of the whole rule


@QUICK
@given(seeds)
def test_every_score_is_from_0_to_100(seed):
    result = score(Q, random_response(seed))
    numbers = [result.score, result.low, result.high]
    numbers += [n for one in result.dimensions for n in (one.score, one.low, one.high)]
    numbers += [one.score for one in result.items.values()]
    assert all(0 <= number <= 100 for number in numbers if number is not None)
    assert result.low <= result.high


@QUICK
@given(seeds)
def test_the_order_of_answers_and_items_does_not_matter(seed):
    start = random_response(seed)
    rng = Random(seed)
    answers = list(start.answers.items())
    rng.shuffle(answers)
    again = Response(id="r", institution_id="i", institution_type=start.institution_type, version="1.0.0", answers=dict(answers))
    one, other = score(Q, start), score(Q, again)
    assert (one.score, one.low, one.high, one.band) == (other.score, other.low, other.high, other.band)


@QUICK
@given(seeds)
def test_a_better_answer_never_lowers_a_score(seed):
    """Items that open no others: a better gate may let a weak item be asked, and that is meant."""
    start = random_response(seed)
    result = score(Q, start)
    gates = {condition.item for item in Q.items for condition in item.show_if}
    open_ = [one for one in result.items.values() if one.score is not None and one.item.id not in gates]
    for one in open_:
        for value in better(one.item, one.score):
            changed = {**start.answers, one.item.id: Answer(item_id=one.item.id, value=value)}
            after = score(Q, Response(id="r", institution_id="i", institution_type=start.institution_type, version="1.0.0", answers=changed))
            assert (after.score or 0) >= (result.score or 0)
            assert after.low >= result.low and after.high >= result.high
            assert after.dimension(one.item.dimension).points > result.dimension(one.item.dimension).points


def better(item, than):
    values = {
        Kind.MATURITY: range(5),
        Kind.MULTICHOICE: [tuple(option.value for option in item.options)],
        Kind.NUMBER: [band.high for band in item.bands],
    }.get(item.kind, [option.value for option in item.options])
    return [value for value in values if item_score(item, value) > than]


@QUICK
@given(seeds)
def test_not_applicable_is_as_if_it_had_not_been_asked(seed):
    start = random_response(seed, answered=0.9)
    result = score(Q, start)
    rng = Random(seed)
    gates = {condition.item for item in Q.items for condition in item.show_if}
    item_id = rng.choice([one for one in result.items if one not in gates])
    na = Answer(item_id=item_id, said=Said.NOT_APPLICABLE, reason="x")
    with_na = score(Q, Response(id="r", institution_id="i", institution_type=start.institution_type, version="1.0.0",
                                answers={**start.answers, item_id: na}))  # fmt: skip
    without = replace(Q, items=tuple(item for item in Q.items if item.id != item_id))
    never = score(without, start)
    assert (with_na.score, with_na.low, with_na.high) == (never.score, never.low, never.high)
    assert [one.coverage for one in with_na.dimensions] == [one.coverage for one in never.dimensions]


@QUICK
@given(seeds)
def test_dont_know_scores_as_a_missing_answer_does(seed):
    start = random_response(seed)
    without = {k: a for k, a in start.answers.items() if a.said is not Said.UNKNOWN}
    one = score(Q, start)
    other = score(Q, Response(id="r", institution_id="i", institution_type=start.institution_type, version="1.0.0", answers=without))
    assert (one.score, one.low, one.high) == (other.score, other.low, other.high)


@pytest.mark.parametrize("type", TYPES)
def test_every_type_can_reach_100_and_none_is_punished_for_what_it_is_not_asked(type):
    best = {}
    for item in meant_for(Q, type):
        if item.scored and not any(condition.item == "RS02" for condition in item.show_if):
            best[item.id] = Answer(item_id=item.id, value=(better(item, -1))[-1] if item.kind is not Kind.YPN else "yes")
            if item.kind is Kind.CHOICE:
                best[item.id] = Answer(item_id=item.id, value=max(item.options, key=lambda o: o.score).value)
    result = score(Q, Response(id="r", institution_id="i", institution_type=type, version="1.0.0", answers=best))
    assert result.score == 100
    assert result.band.id == "advanced"
