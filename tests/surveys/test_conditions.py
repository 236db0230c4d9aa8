"""Which items an institution is asked: audiences, doors, doors behind doors."""

import random
from datetime import date
from fractions import Fraction

import pytest

from coordination.surveys.conditions import audience, holds, possible, shown
from coordination.surveys.model import Answer, Condition
from coordination.surveys.questionnaire import packaged
from tests.surveys.build import (
    NA,
    TYPES,
    UNKNOWN,
    choice,
    item,
    maturity,
    random_response,
    response,
    small,
    ypn,
)

Q = packaged()


def asked(q, type="hospital", **answers):
    return [one.id for one in shown(q, type, response(type, **answers).answers)]


def may_ask(q, type="hospital", **answers):
    return [one.id for one in possible(q, type, response(type, **answers).answers)]


def test_an_item_is_asked_of_all_of_a_group_or_of_one_type():
    q = small(ypn("AA01"), ypn("AA02", applies_to=["helpers"]), ypn("AA03", applies_to=["kcik", "school"]), groups={"helpers": ["hospital"]})
    assert asked(q) == ["AA01", "AA02"]
    assert asked(q, "school") == ["AA01", "AA03"]
    assert asked(q, "a type of tomorrow") == ["AA01"]
    assert audience(q.by_id["AA02"], q.groups, TYPES) == ("hospital",)


def test_a_condition_asks_only_after_its_answer():
    assert "KN05" not in asked(Q)
    assert "KN05" not in asked(Q, KN04="none")
    assert "KN05" not in asked(Q, KN04="unknown")
    assert "KN05" in asked(Q, KN04="10+")


def test_a_number_must_be_above_not_at_the_border():
    assert "RS03" not in asked(Q, "kcik", RS02=0)
    assert "RS03" in asked(Q, "kcik", RS02=1)
    assert "RS03" in asked(Q, "kcik", RS02=0.5)


@pytest.mark.parametrize("answer", [NA, UNKNOWN, Answer(item_id="", value="yes", copied=True)])
def test_no_answer_opens_no_door(answer):
    assert "FU02" not in asked(Q, FU01=answer)
    assert "FU02" in asked(Q, FU01="yes")


def test_what_is_missing_unknown_or_copied_may_yet_open_a_door_and_what_is_answered_may_not():
    for answers in ({}, {"FU01": UNKNOWN}, {"FU01": Answer(item_id="", value="no", copied=True)}):
        assert "FU02" in may_ask(Q, **answers)
    for answer in ("no", NA):
        assert "FU02" not in may_ask(Q, FU01=answer)


def test_an_item_not_meant_for_the_type_is_asked_whatever_stands_in_its_answers():
    assert "FU01" not in asked(Q, "school", FU01="yes")
    assert "FU02" not in asked(Q, "school", FU01="yes")


def test_an_old_answer_behind_a_closed_door_opens_nothing():
    q = small(
        choice("AA01", "y", "n", scored=False),
        choice("AA02", "y", "n", scored=False, show_if={"item": "AA01", "in": ["y"]}),
        ypn("AA03", show_if={"item": "AA02", "in": ["y"]}),
    )
    assert asked(q, AA01="y", AA02="y") == ["AA01", "AA02", "AA03"]
    assert asked(q, AA01="n", AA02="y") == ["AA01"]
    assert may_ask(q, AA01="n", AA02="y") == ["AA01"]
    assert may_ask(q, AA02="y") == ["AA01", "AA02", "AA03"]
    assert may_ask(q, AA02="n") == ["AA01", "AA02"]


def test_all_conditions_must_hold():
    q = small(
        ypn("AA01"), item("AA02", "number", scored=False, min=0, max=9),
        ypn("AA03", show_if=[{"item": "AA01", "in": ["yes", "partly"]}, {"item": "AA02", "gt": 2}, {"item": "AA02", "lt": 5}]),
    )  # fmt: skip
    assert "AA03" in asked(q, AA01="partly", AA02=3)
    assert "AA03" not in asked(q, AA01="no", AA02=3)
    assert "AA03" not in asked(q, AA01="yes", AA02=2)
    assert "AA03" not in asked(q, AA01="yes", AA02=5)


@pytest.mark.parametrize(
    ("condition", "value", "wanted"),
    [
        ({"any_of": ("0", "1")}, 0, True),
        ({"any_of": ("0", "1")}, 2, False),
        ({"any_of": ("3",)}, 3.0, True),
        ({"any_of": ("a", "b")}, ("b", "c"), True),
        ({"any_of": ("a",)}, (), False),
        ({"any_of": ("2026-01-12",)}, date(2026, 1, 12), True),
        ({"any_of": ("a",)}, None, False),
        ({"gt": Fraction(0)}, "5", False),
        ({"gt": Fraction(0)}, True, False),
        ({"lt": Fraction(5)}, 4.5, True),
        ({"gt": Fraction(3)}, ("a",), False),
    ],
)
def test_a_condition_holds_for_values_of_its_kind_only(condition, value, wanted):
    assert holds(Condition(item="AA01", **condition), value) is wanted


def test_levels_may_open_doors():
    q = small(maturity("AA01"), ypn("AA02", show_if={"item": "AA01", "lt": 2}))
    assert [level for level in range(5) if "AA02" in asked(q, AA01=level)] == [0, 1]


def test_a_number_may_open_a_door_below_a_border_or_between_two():
    gate = item("AA01", "number", scored=False, min=0, max=100)
    q = small(gate, ypn("AA02", show_if={"item": "AA01", "lt": 5}), ypn("AA03", show_if=[{"item": "AA01", "gt": 5}, {"item": "AA01", "lt": 7}]))
    assert [number for number in (0, 4.9, 5, 5.1, 6, 7) if "AA02" in asked(q, AA01=number)] == [0, 4.9]
    assert [number for number in (0, 4.9, 5, 5.1, 6, 7) if "AA03" in asked(q, AA01=number)] == [5.1, 6]


def test_none_of_several_options_opens_no_door_and_one_of_them_is_enough():
    options = [{"value": value, "pl": value, "en": value} for value in "abc"]
    q = small(item("AA01", "multichoice", options=options, scored=False), ypn("AA02", show_if={"item": "AA01", "in": ["a", "b"]}))
    assert [chosen for chosen in ((), ("c",), ("b",), ("a", "c")) if "AA02" in asked(q, AA01=chosen)] == [("b",), ("a", "c")]


def test_a_door_opened_again_shows_the_answer_that_was_there():
    answered = {"FU02": "2"}
    assert "FU02" not in asked(Q, FU01="no", **answered)
    assert "FU02" in asked(Q, FU01="yes", **answered)


def test_a_door_whose_gate_is_not_meant_for_the_type_stays_closed():
    q = small(ypn("AA01", applies_to=["kcik"]), ypn("AA02", show_if={"item": "AA01", "in": ["yes"]}))
    assert asked(q, "kcik", AA01="yes") == ["AA01", "AA02"]
    assert asked(q, "hospital", AA01="yes") == may_ask(q, "hospital", AA01="yes") == []


@pytest.mark.parametrize("seed", range(40))
def test_what_is_asked_does_not_depend_on_order_nor_on_answers_behind_closed_doors(seed):
    given = random_response(seed)
    answers, type = dict(given.answers), given.institution_type
    there = shown(Q, type, answers)
    mixed = list(answers.items())
    random.Random(seed).shuffle(mixed)
    assert shown(Q, type, dict(mixed)) == there
    visible = {one.id for one in there}
    assert shown(Q, type, {id: each for id, each in answers.items() if id in visible}) == there
    assert visible <= {one.id for one in possible(Q, type, answers)}


@pytest.mark.parametrize("seed", range(20))
def test_an_answer_more_opens_only_what_might_have_been_asked(seed):
    given = random_response(seed, answered=0.5)
    more = random_response(seed + 1000, given.institution_type, answered=1.0)
    may = {one.id for one in possible(Q, given.institution_type, given.answers)}
    answers = dict(given.answers)
    for id, each in more.answers.items():
        if id not in answers:
            answers[id] = each
            assert {one.id for one in shown(Q, given.institution_type, answers)} <= may, id
