"""Scores against a spreadsheet with formulas, computed by LibreOffice, for 30 random responses; and mistakes in
scoring that it must notice."""

from dataclasses import replace
from fractions import Fraction
from importlib import resources

import pytest
import yaml

from coordination.surveys.model import Answer, Kind, Said
from coordination.surveys.questionnaire import packaged
from coordination.surveys.scoring import score
from tests.oracles import survey_sheet
from tests.surveys.build import random_response

pytestmark = pytest.mark.xdist_group("spreadsheet")  # compute it once
NUMBER = 30
RESPONSES = [random_response(seed) for seed in range(NUMBER)]


@pytest.fixture(scope="module")
def computed(tmp_path_factory):
    if not survey_sheet.office():
        pytest.skip("LibreOffice is not here (soffice): scores were not compared with a spreadsheet")
    text = resources.files("coordination.data").joinpath("readiness_survey.yaml").read_text("utf-8")
    survey = yaml.safe_load(text)
    assert survey_sheet.reads(survey)
    folder = tmp_path_factory.mktemp("sheet")
    words = {Said.VALUE: "value", Said.NOT_APPLICABLE: "na", Said.UNKNOWN: "dk"}
    plain = [
        (one.institution_type, {key: (words[a.said], a.value) for key, a in one.answers.items()}) for one in RESPONSES
    ]
    survey_sheet.write(folder / "oracle.xlsx", survey, plain)
    return survey_sheet.compute(folder / "oracle.xlsx", folder, survey, NUMBER)


def ours(questionnaire, response):
    result = score(questionnaire, response)
    return {
        "score": result.score,
        "low": result.low,
        "high": result.high,
        "failures": len(result.critical_failures),
        "band": result.band.id if result.band else None,
        "dimensions": {one.id: (one.score, one.low, one.high) for one in result.dimensions},
    }


def flat(found):
    values = {name: value for name, value in found.items() if name != "dimensions"}
    for one, numbers in found["dimensions"].items():
        values |= {f"{one}.{name}": number for name, number in zip(("score", "low", "high"), numbers, strict=True)}
    return values


def same(one, other):
    if one is None or other is None or isinstance(one, str):
        return one == other
    return abs(float(one) - float(other)) < 1e-9


def differences(computed, questionnaire, responses):
    """What is not as the spreadsheet has it, as (number of the response, name)."""
    return [
        (number, name)
        for number, response in enumerate(responses)
        for name, value in flat(ours(questionnaire, response)).items()
        if not same(value, flat(computed[number])[name])
    ]


def test_scores_are_those_of_the_spreadsheet(computed):
    assert differences(computed, packaged(), RESPONSES) == []


def test_the_responses_hold_what_the_rules_speak_of(computed):
    """Otherwise the agreement would say little."""
    bands = {one["band"] for one in computed}
    assert None in bands and len(bands) >= 3, bands
    assert any(one["failures"] for one in computed) and not all(one["failures"] for one in computed)
    assert any(one["low"] != one["high"] for one in computed)


def no_weights(q):
    return replace(q, items=tuple(replace(i, weight=Fraction(1)) if i.scored else i for i in q.items))


def equal_dimensions(q):
    return replace(q, dimensions=tuple(replace(one, weight=Fraction(1)) for one in q.dimensions))


def rule(**change):
    return lambda q: replace(q, rules=replace(q.rules, **change))


def no_conditions(q):
    return replace(q, items=tuple(replace(item, show_if=()) for item in q.items))


def everybody(q):
    return replace(q, items=tuple(replace(item, applies_to=("all",)) for item in q.items))


def bands_off_by_one(q):
    def shifted(item):
        return tuple(replace(band, low=band.low + 1, high=band.high + 1) for band in item.bands)

    return replace(q, items=tuple(replace(i, bands=(replace(shifted(i)[0], low=0), *shifted(i)[1:])) if i.bands else i for i in q.items))


@pytest.mark.parametrize(
    "mistake",
    [no_weights, equal_dimensions, no_conditions, everybody, bands_off_by_one, rule(min_coverage=Fraction(0)),
     rule(min_dimensions=1), rule(threshold=Fraction(0)), rule(threshold=Fraction(51)), rule(cap_band="established")],
)  # fmt: skip
def test_a_mistake_in_the_rules_is_noticed(computed, mistake):
    assert differences(computed, mistake(packaged()), RESPONSES)


def worst_value(item):
    values = {Kind.MATURITY: 0, Kind.MULTICHOICE: (), Kind.NUMBER: 0}
    return values[item.kind] if item.kind in values else min(item.options, key=lambda o: o.score or 0).value


@pytest.mark.parametrize("said", [Said.NOT_APPLICABLE, Said.UNKNOWN])
def test_counting_what_is_no_answer_as_zero_is_noticed(computed, said):
    def zero(response):
        answers = {
            key: Answer(item_id=key, value=worst_value(packaged().by_id[key]))
            if a.said is said and packaged().by_id[key].scored
            else a
            for key, a in response.answers.items()
        }
        return replace(response, answers=answers)

    assert differences(computed, packaged(), [zero(one) for one in RESPONSES])


def test_one_wrong_answer_is_noticed(computed):
    response = next(one for one in RESPONSES if "KN01" in one.answers and one.answers["KN01"].said is Said.VALUE)
    number = RESPONSES.index(response)
    other = (response.answers["KN01"].value + 1) % 5
    wrong = replace(response, answers={**response.answers, "KN01": Answer(item_id="KN01", value=other)})
    responses = [wrong if place == number else one for place, one in enumerate(RESPONSES)]
    assert {place for place, _ in differences(computed, packaged(), responses)} == {number}
