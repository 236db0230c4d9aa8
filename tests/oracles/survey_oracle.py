"""A second, slow reading of the scoring rules, in plain Python from the words of the questionnaire file.

It shares no code with the product: it reads the plain YAML, answers are {item id: ("value", 3) | ("na", None) |
("dk", None)}, and what is missing is not there. Bounds come by trying every way of answering the rest.
"""

import itertools
import math


def meant(survey, item, kind):
    return any(audience in ("all", kind) or kind in survey["groups"].get(audience, []) for audience in item["applies_to"])


def asked(survey, kind, answers):
    found = []
    for item in survey["items"]:
        if not meant(survey, item, kind):
            continue
        condition = item.get("show_if")
        if condition:
            state, value = answers.get(condition["item"], ("", None))
            if condition["item"] not in [one["id"] for one in found] or state != "value":
                continue
            if "in" in condition and value not in condition["in"]:
                continue
            if "gt" in condition and not value > condition["gt"]:
                continue
        found.append(item)
    return found


def options_of(survey, item):
    return item["options"] if "options" in item else survey["scales"]["ypn"]["options"] if item["type"] == "ypn" else []


def is_scored(item):
    return item["type"] != "text" and item.get("scored", True)


def points(survey, item, value):
    if item["type"] == "maturity":
        return value / 4 * 100
    if item["type"] in ("ypn", "choice"):
        return next(one["score"] for one in options_of(survey, item) if one["value"] == value)
    if item["type"] == "number":
        whole = math.floor(value)
        return next(band["score"] for band in item["score_bands"] if band["from"] <= whole <= band["to"])
    return len(value) / len(item["options"]) * 100


def result(survey, kind, answers):
    """(score or None, band or None, {dimension: score, "insufficient_data" or "left_out"}, failing critical ids)."""
    rules = survey["scoring"]
    dimensions, failing = {}, set()
    for dimension in survey["dimensions"]:
        top = bottom = applicable = 0
        for item in asked(survey, kind, answers):
            state, value = answers.get(item["id"], ("", None))
            if item["dimension"] != dimension["id"] or not is_scored(item) or state == "na":
                continue
            applicable += item["weight"]
            if state == "value":
                score = points(survey, item, value)
                top += score * item["weight"]
                bottom += item["weight"]
                if item.get("critical") and score < rules["critical_rule"]["threshold"]:
                    failing.add(item["id"])
        if not applicable:
            dimensions[dimension["id"]] = "left_out"
        elif not bottom or round(bottom / applicable, 9) < rules["dimension_min_coverage"]:
            dimensions[dimension["id"]] = "insufficient_data"
        else:
            dimensions[dimension["id"]] = top / bottom
    weights = {one["id"]: one["weight"] for one in survey["dimensions"]}
    with_score = {name: value for name, value in dimensions.items() if not isinstance(value, str)}
    if len(with_score) < rules["overall_min_dimensions"]:
        return None, None, dimensions, failing
    overall = sum(value * weights[name] for name, value in with_score.items()) / sum(weights[name] for name in with_score)
    names = [band["id"] for band in rules["bands"]]
    band = next(one["id"] for one in rules["bands"] if one["from"] <= round(overall, 9) < one["to"])
    cap = rules["critical_rule"]["cap_band"]
    if failing and names.index(band) > names.index(cap):
        band = cap
    return overall, band, dimensions, failing


def every_way(survey, kind, answers):
    """Scores of the whole for every way of answering what is missing or unknown: each value, and not applicable."""
    choices = []
    for item in survey["items"]:
        state, _ = answers.get(item["id"], ("", None))
        if meant(survey, item, kind) and state in ("", "dk"):
            values = [one["value"] for one in options_of(survey, item) if one.get("score") is not None or not is_scored(item)]
            choices.append([(item["id"], ("value", value)) for value in values] + [(item["id"], ("na", None))])
    for way in itertools.product(*choices):
        overall = result(survey, kind, {**answers, **dict(way)})[0]
        if overall is not None:
            yield overall
