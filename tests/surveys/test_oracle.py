"""Scores against a slow second reading of the rules; bounds against every way of answering the rest."""

import random
from importlib import resources

import pytest
import yaml

from coordination.surveys.model import Said
from coordination.surveys.questionnaire import packaged, read
from coordination.surveys.scoring import score
from tests.oracles import survey_oracle
from tests.surveys.build import NA, UNKNOWN, choice, dimension, plain, random_response, response, ypn

SURVEY = yaml.safe_load(resources.files("coordination.data").joinpath("readiness_survey.yaml").read_text("utf-8"))
WORDS = {Said.VALUE: "value", Said.NOT_APPLICABLE: "na", Said.UNKNOWN: "dk"}


def answers_of(one):
    return {key: (WORDS[answer.said], answer.value) for key, answer in one.answers.items()}


def test_three_hundred_responses_agree():
    for seed in range(300):
        said = random_response(seed)
        overall, band, dimensions, failing = survey_oracle.result(SURVEY, said.institution_type, answers_of(said))
        found = score(packaged(), said)
        assert (found.score is None) == (overall is None), seed
        assert overall is None or abs(float(found.score) - overall) < 1e-9, seed
        assert (found.band.id if found.band else None) == band, seed
        assert {one.item.id for one in found.critical_failures} == failing, seed
        for one in found.dimensions:
            wanted = dimensions[one.id]
            if isinstance(wanted, str):
                assert (one.score, str(one.state)) == (None, wanted), (seed, one.id)
            else:
                assert abs(float(one.score) - wanted) < 1e-9, (seed, one.id)


def a_small_survey(rng):
    """Up to six items in two or three dimensions: floors above 0, doors, several weights."""
    items = []
    for number in range(rng.randint(3, 6)):
        id = f"{rng.choice(('AA', 'BB', 'CC'))}{number:02}"
        more = {"weight": rng.choice((1, 2, 5))}
        if items and rng.random() < 0.3:
            gate = rng.choice(items)
            more["show_if"] = {"item": gate["id"], "in": [rng.choice(gate["options"])["value"]]}
        if rng.random() < 0.2:
            items.append(choice(id, "x", "y", scored=False, **{k: v for k, v in more.items() if k != "weight"}))
        elif rng.random() < 0.5:
            scores = rng.sample((0, 10, 40, 60, 100), 2)
            items.append(choice(id, "x", "y", scores=scores, **more))
        else:
            items.append(ypn(id, **more))
    names = sorted({one["dimension"] for one in items})
    weights = {1: [100], 2: [70, 30], 3: [20, 30, 50]}[len(names)]
    whole = plain(*items, dimensions=[dimension(n, w) for n, w in zip(names, weights, strict=True)], coverage=0.01)
    return whole, items


def apart(items, given):
    """Whether every item can be chosen by itself: no door has a score or opens to two sides, and nothing behind one is
    answered already (such an answer is asked anew once the door opens)."""
    doors = [one["show_if"] for one in items if "show_if" in one]
    scored = {one["id"] for one in items if one.get("scored", True)}
    return (
        not any(door["item"] in scored for door in doors)
        and len({(door["item"], *door["in"]) for door in doors}) == len({door["item"] for door in doors})
        and not any("show_if" in one and one["id"] in given for one in items)
    )


@pytest.mark.parametrize("part", range(4))
def test_bounds_contain_every_way_of_answering_and_are_no_wider_than_they_must(part):
    tried = 0
    for seed in range(part * 60, part * 60 + 60):
        rng = random.Random(seed)
        whole, items = a_small_survey(rng)
        given = {}
        for one in items:
            if rng.random() < 0.5:
                value = rng.choice(one["options"])["value"]
                given[one["id"]] = rng.choice((value, value, value, NA, UNKNOWN))
        said = response(**given)
        ways = list(survey_oracle.every_way(whole, "hospital", answers_of(said)))
        found = score(read(whole), said)
        if not ways:
            assert found.low is None
            continue
        low, high = float(found.low), float(found.high)
        assert low <= min(ways) + 1e-9 and max(ways) - 1e-9 <= high, seed
        if apart(items, given):
            tried += 1
            assert abs(low - min(ways)) < 1e-9 and abs(high - max(ways)) < 1e-9, seed
    assert tried > 15
