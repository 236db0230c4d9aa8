"""Questionnaires as plain data (the YAML of the package, JSON of a draft) and as the dataclasses of model.py.

`read` accepts a draft with gaps in it: what is missing is left empty and named by publishing.py. It refuses only what
has no shape at all. `data` is its inverse: `read(data(q)) == q`, so nothing is lost on the way to a file and back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from coordination.errors import Invalid
from coordination.i18n import N_
from coordination.surveys.model import (
    EVERYBODY,
    SCORABLE,
    Band,
    Condition,
    Dimension,
    Item,
    Kind,
    Level,
    Option,
    Questionnaire,
    Rules,
    ScoreBand,
)

FILE = "readiness_survey.yaml"
SHARE = "share_of_options"
NO_SHAPE = N_("%(where)s: this is not the shape of a questionnaire; %(what)s was expected here.")
_OF_YAML: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@lru_cache(maxsize=1)
def packaged() -> Questionnaire:
    """The questionnaire that comes with the program."""
    text = resources.files("coordination.data").joinpath(FILE).read_text("utf-8")
    return read(yaml.load(text, Loader=_OF_YAML))


def read(data: Any) -> Questionnaire:
    """A questionnaire of plain data.

    Raises
    ------
    Invalid
        With a sentence that says where, if something is not the kind of thing it should be (a list where a text
        is, an unknown kind of item, a weight that is no number).
    """
    whole = _mapping(data, "survey")
    head = _mapping(whole.get("survey"), "survey")
    scales = _mapping(whole.get("scales") or {}, "scales")
    scoring = _mapping(whole.get("scoring"), "scoring")
    return Questionnaire(
        id=_text(head.get("id"), "survey.id"),
        version=_text(head.get("version"), "survey.version"),
        **_both("title", head.get("title"), "survey.title"),
        **_both("intro", head.get("intro"), "survey.intro"),
        **_both("privacy", head.get("privacy_notice"), "survey.privacy_notice"),
        minutes=int(_number(head.get("expected_minutes", 0), "survey.expected_minutes")),
        cycle_months=int(_number(head.get("cycle_months", 12), "survey.cycle_months")),
        dimensions=tuple(
            Dimension(
                id=_text(one.get("id"), where),
                weight=_number(one.get("weight", 0), f"{where}.weight"),
                **_both("name", one, where),
                basis=_text(one.get("basis"), where),
            )
            for where, one in _each(whole.get("dimensions"), "dimensions")
        ),
        items=tuple(_item(one, where, scales) for where, one in _each(whole.get("items"), "items")),
        groups={
            str(name): _texts(types, f"groups.{name}")
            for name, types in _mapping(whole.get("groups") or {}, "groups").items()
        },
        rules=_rules(scoring),
    )


def _item(one: Mapping[str, Any], where: str, scales: Mapping[str, Any]) -> Item:
    where = str(one.get("id") or where)
    try:
        kind = Kind(str(one.get("type")))
    except ValueError:
        raise _no_shape(f"{where}.type", ", ".join(Kind)) from None
    options = one.get("options") or []
    if kind is Kind.YPN and not options:
        options = (_mapping(scales.get("ypn") or {}, "scales.ypn")).get("options") or []
    share = one.get("scoring_mode") == SHARE
    conditions = one.get("show_if") or []
    scored = bool(one.get("scored", True)) and kind in SCORABLE
    return Item(
        id=where,
        dimension=_text(one.get("dimension"), f"{where}.dimension"),
        kind=kind,
        **_both("text", one.get("text"), f"{where}.text"),
        **_both("hint", one.get("hint"), f"{where}.hint"),
        **_both("evidence", one.get("evidence"), f"{where}.evidence"),
        weight=_number(one.get("weight", 1), f"{where}.weight"),
        scored=scored,
        critical=bool(one.get("critical", False)),
        applies_to=_texts(one.get("applies_to", [EVERYBODY]), f"{where}.applies_to"),
        show_if=tuple(
            _condition(condition, f"{where}.show_if")
            for condition in (conditions if isinstance(conditions, list) else [conditions])
        ),
        levels=tuple(
            Level(value=int(_number(level.get("value"), place)), **_both("label", level, place))
            for place, level in _each(one.get("levels") or [], f"{where}.levels")
        ),
        options=tuple(
            Option(
                value=_text(option.get("value"), place),
                score=None if option.get("score") is None else _number(option["score"], place),
                **_both("label", option, place),
            )
            for place, option in _each(options, f"{where}.options")
            # "Not applicable" is offered at every item, with a reason; it is no option among the others.
            if not (kind is Kind.YPN and option.get("score") is None)
        ),
        share_of_options=share,
        bands=tuple(
            ScoreBand(
                low=int(_number(band.get("from"), place)),
                high=int(_number(band.get("to"), place)),
                score=_number(band.get("score"), place),
            )
            for place, band in _each(one.get("score_bands") or [], f"{where}.score_bands")
        ),
        unit=_text(one.get("unit"), f"{where}.unit"),
        minimum=None if one.get("min") is None else _number(one["min"], f"{where}.min"),
        maximum=None if one.get("max") is None else _number(one["max"], f"{where}.max"),
        max_length=int(_number(one.get("max_length", 0), f"{where}.max_length")),
    )


def _condition(data: Any, where: str) -> Condition:
    one = _mapping(data, where)
    return Condition(
        item=_text(one.get("item"), where),
        any_of=_texts(one.get("in") or [], f"{where}.in"),
        gt=None if one.get("gt") is None else _number(one["gt"], f"{where}.gt"),
        lt=None if one.get("lt") is None else _number(one["lt"], f"{where}.lt"),
    )


def _rules(scoring: Mapping[str, Any]) -> Rules:
    critical = _mapping(scoring.get("critical_rule") or {}, "scoring.critical_rule")
    return Rules(
        min_coverage=_number(scoring.get("dimension_min_coverage", 0), "scoring.dimension_min_coverage"),
        min_dimensions=int(
            _number(scoring.get("overall_min_dimensions", 1), "scoring.overall_min_dimensions")
        ),
        bands=tuple(
            Band(
                id=_text(band.get("id"), where),
                low=_number(band.get("from"), where),
                high=_number(band.get("to"), where),
                **_both("name", band, where),
            )
            for where, band in _each(scoring.get("bands"), "scoring.bands")
        ),
        threshold=_number(critical.get("threshold", 0), "scoring.critical_rule.threshold"),
        cap_band=_text(critical.get("cap_band"), "scoring.critical_rule.cap_band"),
    )


# --- the way back


def data(questionnaire: Questionnaire) -> dict[str, Any]:
    """The questionnaire as plain data that JSON and YAML can hold; `read` makes the same of it again."""
    q, rules = questionnaire, questionnaire.rules
    return {
        "survey": {
            "id": q.id,
            "version": q.version,
            "title": _pair(q, "title"),
            "intro": _pair(q, "intro"),
            "privacy_notice": _pair(q, "privacy"),
            "expected_minutes": q.minutes,
            "cycle_months": q.cycle_months,
        },
        "groups": {name: list(types) for name, types in q.groups.items()},
        "dimensions": [
            {"id": d.id, "weight": _plain(d.weight), **_pair(d, "name"), "basis": d.basis}
            for d in q.dimensions
        ],
        "items": [item_data(item) for item in q.items],
        "scoring": {
            "dimension_min_coverage": _plain(rules.min_coverage),
            "overall_min_dimensions": rules.min_dimensions,
            "bands": [
                {"id": band.id, "from": _plain(band.low), "to": _plain(band.high), **_pair(band, "name")}
                for band in rules.bands
            ],
            "critical_rule": {"threshold": _plain(rules.threshold), "cap_band": rules.cap_band},
        },
    }


def item_data(item: Item) -> dict[str, Any]:
    """One item as plain data."""
    found: dict[str, Any] = {
        "id": item.id,
        "dimension": item.dimension,
        "type": str(item.kind),
        "weight": _plain(item.weight),
        "scored": item.scored,
        "critical": item.critical,
        "applies_to": list(item.applies_to),
        "text": _pair(item, "text"),
        "hint": _pair(item, "hint"),
        "evidence": _pair(item, "evidence"),
    }
    if item.show_if:
        found["show_if"] = [
            {
                "item": condition.item,
                **({"in": list(condition.any_of)} if condition.any_of else {}),
                **({} if condition.gt is None else {"gt": _plain(condition.gt)}),
                **({} if condition.lt is None else {"lt": _plain(condition.lt)}),
            }
            for condition in item.show_if
        ]
    if item.levels:
        found["levels"] = [{"value": level.value, **_pair(level, "label")} for level in item.levels]
    if item.options:
        found["options"] = [
            {
                "value": option.value,
                **({} if option.score is None else {"score": _plain(option.score)}),
                **_pair(option, "label"),
            }
            for option in item.options
        ]
    if item.share_of_options:
        found["scoring_mode"] = SHARE
    if item.bands:
        found["score_bands"] = [
            {"from": band.low, "to": band.high, "score": _plain(band.score)} for band in item.bands
        ]
    for name, value in (("min", item.minimum), ("max", item.maximum)):
        if value is not None:
            found[name] = _plain(value)
    if item.unit:
        found["unit"] = item.unit
    if item.max_length:
        found["max_length"] = item.max_length
    return found


def _pair(thing: object, name: str) -> dict[str, str]:
    return {lang: getattr(thing, f"{name}_{lang}") for lang in ("pl", "en")}


def _plain(number: Fraction) -> int | float | str:
    """A number JSON can hold without losing anything: 60, 0.6, and "1/3" where a decimal would not do."""
    if number.denominator == 1:
        return int(number)
    return float(number) if Fraction(str(float(number))) == number else str(number)


# --- shapes


def _no_shape(where: str, what: str) -> Invalid:
    return Invalid(NO_SHAPE, field=where, where=where, what=what)


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _no_shape(where, "{…}")
    return value


def _each(value: Any, where: str) -> Iterable[tuple[str, Mapping[str, Any]]]:
    if not isinstance(value, list):
        raise _no_shape(where, "[…]")
    return [
        (f"{where}[{number}]", _mapping(one, f"{where}[{number}]")) for number, one in enumerate(value, 1)
    ]


def _text(value: Any, where: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _no_shape(where, '"…"')
    return str(value).strip()


def _texts(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _no_shape(where, "[…]")
    return tuple(_text(one, where) for one in value)


def _number(value: Any, where: str) -> Fraction:
    # Through the text: 0.6 of a file is six tenths, not the nearest binary number.
    try:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ValueError
        text = str(value)
        if len(text) > 24 or "e" in text.casefold():  # 1e999999 would fill the memory
            raise ValueError
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise _no_shape(where, "0, 1, 2…") from None


def _both(name: str, value: Any, where: str) -> dict[str, str]:
    texts = _mapping(value if value is not None else {}, where)
    return {f"{name}_{lang}": _text(texts.get(lang), f"{where}.{lang}") for lang in ("pl", "en")}
