"""Small questionnaires and responses for tests; random responses to the packaged questionnaire."""

from __future__ import annotations

import csv
import random
from dataclasses import replace
from importlib import resources

from coordination.surveys.conditions import meant_for
from coordination.surveys.model import Answer, Item, Kind, Questionnaire, Response, Said
from coordination.surveys.questionnaire import packaged, read

TYPES = tuple(
    row["code"]
    for row in csv.DictReader(
        resources.files("coordination.data").joinpath("institution_types.csv").read_text("utf-8").splitlines()
    )
)
TWO = {"pl": "po polsku", "en": "in English"}


def dimension(id="AA", weight=100, **more):
    return {"id": id, "weight": weight, **TWO, **more}


def ypn(id="AA01", **more):
    options = [
        {"value": value, "score": score, **TWO} for value, score in (("yes", 100), ("partly", 50), ("no", 0))
    ]
    return item(id, "ypn", options=options, **more)


def maturity(id="AA01", **more):
    return item(id, "maturity", **{"levels": [{"value": value, **TWO} for value in range(5)]} | more)


def item(id, type, dimension="", weight=1, **more):
    found = {
        "id": id,
        "dimension": dimension or id[:2],
        "type": type,
        "weight": weight,
        "applies_to": ["all"],
        "text": TWO,
        **more,
    }
    if found.get("scored") is False:
        found["weight"] = 0
    return found


def choice(id="AA01", *values, **more):
    scores = more.pop("scores", [0] * len(values))
    options = [{"value": v, "score": s, **TWO} for v, s in zip(values, scores, strict=True)]
    return item(id, "choice", options=options, **more)


def plain(*items, dimensions=None, groups=None, version="1.0.0", min_dimensions=1, coverage=0.6, **more):
    """The data of a questionnaire with these items and a dimension for each first two letters of an id."""
    names = list(dict.fromkeys(one["dimension"] for one in items))
    shares = [100 // len(names) + (number < 100 % len(names)) for number in range(len(names))] if names else []
    return {
        "survey": {"id": "small", "version": version, "title": TWO, "intro": TWO, "privacy_notice": TWO},
        "groups": groups or {},
        "dimensions": dimensions or [dimension(name, share) for name, share in zip(names, shares, strict=True)],
        "items": list(items),
        "scoring": {
            "dimension_min_coverage": coverage,
            "overall_min_dimensions": min_dimensions,
            "bands": [
                {"id": name, "from": low, "to": high, **TWO}
                for name, low, high in (
                    ("initial", 0, 25), ("developing", 25, 50), ("established", 50, 75), ("advanced", 75, 101)
                )  # fmt: skip
            ],
            "critical_rule": {"threshold": 50, "cap_band": "developing"},
        },
        **more,
    }


def small(*items, **more) -> Questionnaire:
    return read(plain(*items, **more))


NA = Answer(item_id="", said=Said.NOT_APPLICABLE, reason="nie dotyczy")
UNKNOWN = Answer(item_id="", said=Said.UNKNOWN)


def response(type="hospital", **answers) -> Response:
    """Answers by item id: a value, NA or UNKNOWN."""
    return Response(
        id="r",
        institution_id="i",
        institution_type=type,
        version="1.0.0",
        answers={
            item_id: replace(value, item_id=item_id)
            if isinstance(value, Answer)
            else Answer(item_id=item_id, value=value)
            for item_id, value in answers.items()
        },
    )


def random_value(rng: random.Random, item: Item):
    if item.kind is Kind.MATURITY:
        return rng.randint(0, 4)
    if item.kind in (Kind.YPN, Kind.CHOICE):
        return rng.choice(item.options).value
    if item.kind is Kind.MULTICHOICE:
        return tuple(option.value for option in item.options if rng.random() < 0.5)
    if item.kind is Kind.NUMBER:
        edges = [end for band in item.bands for end in (band.low, band.high)]
        low, high = int(item.minimum or 0), int(item.maximum or 100)
        return rng.choice([*edges, rng.randint(low, high), rng.randint(low, min(high, 8)), low])
    return "tekst"


def random_response(seed: int, type: str | None = None, answered: float | None = None) -> Response:
    """A response to the packaged questionnaire: values, "don't know", "not applicable" and holes, also behind
    closed doors."""
    rng = random.Random(seed)
    questionnaire = packaged()
    type = type or rng.choice(TYPES)
    share = answered if answered is not None else rng.choice((0.3, 0.6, 0.8, 0.95, 1.0))
    answers = {}
    for one in meant_for(questionnaire, type):
        if rng.random() >= share:
            continue
        dice = rng.random() if share < 1 else 1
        if dice < 0.06:
            answers[one.id] = replace(NA, item_id=one.id)
        elif dice < 0.12:
            answers[one.id] = replace(UNKNOWN, item_id=one.id)
        else:
            answers[one.id] = Answer(item_id=one.id, value=random_value(rng, one))
    return Response(id=f"r{seed}", institution_id=f"i{seed}", institution_type=type, version="1.0.0", answers=answers)
