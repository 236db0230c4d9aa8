"""An item, the dimensions, the rules as the fields of a form, and back. What was not touched comes back as it was. No Flask."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from coordination.surveys import questionnaire as plain
from coordination.surveys.model import SCORABLE, WITH_OPTIONS, Kind, Questionnaire
from coordination.surveys.publishing import LEVELS

Fields = dict[str, Any]
NUMBER = re.compile(r"-?\d{1,9}(?:[.,]\d{1,6})?|\d{1,6}/[1-9]\d{0,5}", re.ASCII)
GATES = (Kind.MATURITY, Kind.YPN, Kind.CHOICE, Kind.MULTICHOICE, Kind.NUMBER)
ONE_OF, ABOVE, BELOW = "in", "gt", "lt"
LANGS = ("pl", "en")


def number(text: str | None) -> str:
    """A number as the reader of questionnaires takes it: 0,5 is 0.5."""
    return (text or "").strip().replace(",", ".")


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def _texts(data: Mapping[str, Any], *names: str) -> Fields:
    return {f"{name}_{lang}": data.get(name, {}).get(lang, "") for name in names for lang in LANGS}


def _pair(fields: Mapping[str, Any], name: str) -> dict[str, str]:
    return {lang: _clean(fields.get(f"{name}_{lang}")) for lang in LANGS}


def _clean(text: Any) -> str:
    return str(text or "").replace("\r\n", "\n").strip()


def _rows(rows: Iterable[Mapping[str, Any]] | None, *names: str) -> list[Fields]:
    """Rows in which something was written."""
    found = ({name: _clean(row.get(name)) for name in names} for row in rows or ())
    return [row for row in found if any(row.values())]


def in_order(chosen: Iterable[str], before: Sequence[str]) -> list[str]:
    """What was chosen: first what was there, in its order."""
    wanted = list(dict.fromkeys(chosen))
    return [*(one for one in before if one in wanted), *(one for one in wanted if one not in before)]


# --- items


def item_fields(item: Mapping[str, Any]) -> Fields:
    """The fields of a form for an item of the plain data; for a new one, those of its kind and dimension."""
    kind = item.get("type", Kind.MATURITY)
    levels = [{"value": str(one["value"]), "pl": one["pl"], "en": one["en"]} for one in item.get("levels", ())]
    scorable = Kind(kind) in SCORABLE
    return {
        "dimension": item.get("dimension", ""),
        "kind": str(kind),
        **_texts(item, "text", "hint", "evidence"),
        "scored": item.get("scored", scorable),
        "weight": _shown(item.get("weight", 1 if scorable else 0)),
        "critical": item.get("critical", False),
        "applies_to": list(item.get("applies_to", ["all"])),
        "levels": levels or [{"value": str(value), "pl": "", "en": ""} for value in LEVELS],
        "options": [
            {"value": one["value"], "pl": one["pl"], "en": one["en"], "score": _shown(one.get("score"))}
            for one in item.get("options", ())
        ],
        "share": item.get("scoring_mode") == plain.SHARE,
        "bands": [
            {"low": _shown(one["from"]), "high": _shown(one["to"]), "score": _shown(one["score"])}
            for one in item.get("score_bands", ())
        ],
        "unit": item.get("unit", ""),
        "minimum": _shown(item.get("min")),
        "maximum": _shown(item.get("max")),
        "max_length": _shown(item.get("max_length")),
        "show_if": [_condition_fields(one) for one in item.get("show_if", ())],
    }


def _condition_fields(condition: Mapping[str, Any]) -> Fields:
    test = next((name for name in (ONE_OF, ABOVE, BELOW) if name in condition), ONE_OF)
    return {
        "gate": condition["item"],
        "test": test,
        "values": list(condition.get(ONE_OF, ())),
        "number": "" if test == ONE_OF else _shown(condition[test]),
    }


def item_value(fields: Mapping[str, Any], item_id: str, before: Mapping[str, Any] | None) -> dict[str, Any]:
    """The item as plain data from the fields of a form. Only what its kind has is kept."""
    old = before or {}
    kind = Kind(fields["kind"])
    scored = bool(fields.get("scored")) and kind in SCORABLE
    found: dict[str, Any] = {
        "id": item_id,
        "dimension": fields["dimension"],
        "type": str(kind),
        "weight": (number(fields.get("weight")) or 0) if scored else 0,
        "scored": scored,
        "critical": bool(fields.get("critical")) and scored,
        "applies_to": in_order(fields.get("applies_to") or (), old.get("applies_to", ())),
        **{name: _pair(fields, name) for name in ("text", "hint", "evidence")},
    }
    conditions = [_condition(row, at, old) for at, row in enumerate(fields.get("show_if") or ()) if row.get("gate")]
    if conditions:
        found["show_if"] = conditions
    if kind is Kind.MATURITY:
        found["levels"] = [
            {"value": number(row["value"]), "pl": _clean(row["pl"]), "en": _clean(row["en"])}
            for row in fields.get("levels") or ()
        ]
    elif kind is Kind.YPN:
        same = old.get("type") == str(kind) and old.get("options")
        found["options"] = old["options"] if same else yes_partly_no()
    elif kind in WITH_OPTIONS:
        found["options"] = [
            {**row, "score": number(row["score"]) or None}
            for row in _rows(fields.get("options"), "value", "pl", "en", "score")
        ]
        if kind is Kind.MULTICHOICE and fields.get("share"):
            found["scoring_mode"] = plain.SHARE
    elif kind is Kind.NUMBER:
        found["score_bands"] = [
            {"from": number(row["low"]) or 0, "to": number(row["high"]) or 0, "score": number(row["score"]) or 0}
            for row in _rows(fields.get("bands"), "low", "high", "score")
        ]
        found["unit"] = _clean(fields.get("unit"))
        for name, key in (("minimum", "min"), ("maximum", "max")):
            found[key] = number(fields.get(name)) or None
    elif kind in (Kind.LINE, Kind.TEXT):
        found["max_length"] = number(fields.get("max_length")) or 0
    return found


def _condition(row: Mapping[str, Any], at: int, old: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"item": row["gate"]}
    if row.get("test") in (ABOVE, BELOW):
        found[row["test"]] = number(row.get("number")) or 0
    else:
        earlier = [one.get(ONE_OF, ()) for one in old.get("show_if", ()) if one["item"] == row["gate"]]
        found[ONE_OF] = in_order(row.get("values") or (), earlier[0] if earlier else ())
    return found


def yes_partly_no() -> list[dict[str, Any]]:
    """The scale of yes, partly, no as the packaged questionnaire has it."""
    item = next(item for item in plain.packaged().items if item.kind is Kind.YPN)
    return plain.item_data(item)["options"]


def gates(questionnaire: Questionnaire, item_id: str, named: Iterable[str]) -> list[str]:
    """Items a condition of this one may name: those before it with answers to choose or numbers, and those named."""
    found: list[str] = []
    for item in questionnaire.items:
        if item.id == item_id:
            break
        if item.kind in GATES:
            found.append(item.id)
    return [*found, *(one for one in dict.fromkeys(named) if one and one not in found)]


# --- texts, dimensions, rules


def texts_fields(data: Mapping[str, Any]) -> Fields:
    return {
        **_texts(data, "title", "intro"),
        **{f"privacy_{lang}": data["privacy_notice"][lang] for lang in LANGS},
        "minutes": _shown(data["expected_minutes"]),
        "cycle": _shown(data["cycle_months"]),
    }


def texts_value(fields: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **before,
        "title": _pair(fields, "title"),
        "intro": _pair(fields, "intro"),
        "privacy_notice": _pair(fields, "privacy"),
        "expected_minutes": number(fields["minutes"]) or 0,
        "cycle_months": number(fields["cycle"]) or 0,
    }


def dimensions_fields(data: Sequence[Mapping[str, Any]]) -> Fields:
    return {
        "rows": [
            {"id": one["id"], "weight": _shown(one["weight"]), "pl": one["pl"], "en": one["en"], "basis": one["basis"]}
            for one in data
        ]
    }  # fmt: skip


def dimensions_value(fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = _rows(fields["rows"], "id", "weight", "pl", "en", "basis")
    return [{**row, "weight": number(row["weight"]) or 0} for row in rows]


def rules_fields(data: Mapping[str, Any]) -> Fields:
    return {
        "coverage": _shown(data["dimension_min_coverage"]),
        "dimensions": _shown(data["overall_min_dimensions"]),
        "threshold": _shown(data["critical_rule"]["threshold"]),
        "cap_band": data["critical_rule"]["cap_band"],
        "rows": [
            {"id": one["id"], "low": _shown(one["from"]), "high": _shown(one["to"]), "pl": one["pl"], "en": one["en"]}
            for one in data["bands"]
        ],
    }  # fmt: skip


def rules_value(fields: Mapping[str, Any]) -> dict[str, Any]:
    rows = _rows(fields["rows"], "id", "low", "high", "pl", "en")
    return {
        "dimension_min_coverage": number(fields["coverage"]) or 0,
        "overall_min_dimensions": number(fields["dimensions"]) or 0,
        "bands": [
            {"id": row["id"], "from": number(row["low"]) or 0, "to": number(row["high"]) or 0, "pl": row["pl"], "en": row["en"]}
            for row in rows
        ],
        "critical_rule": {"threshold": number(fields["threshold"]) or 0, "cap_band": _clean(fields["cap_band"])},
    }  # fmt: skip


# --- rows added, taken out and moved before anything is saved


def reshaped(fields: Fields, do: str) -> Fields:
    """The fields after one press of a button: `add:options`, `out:options:2`, `up:options:2`; anything else: as they are."""
    verb, _, rest = do.partition(":")
    name, _, at = rest.partition(":")
    rows = fields.get(name)
    if not isinstance(rows, list):
        return fields
    rows = list(rows)
    here = int(at) if at.isascii() and at.isdigit() and int(at) < len(rows) else -1
    if verb == "add":
        rows.append({})
    elif verb == "out" and here >= 0:
        del rows[here]
    elif verb == "up" and here > 0:
        rows[here - 1], rows[here] = rows[here], rows[here - 1]
    return {**fields, name: rows}
