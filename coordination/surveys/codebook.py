"""Responses as flat rows, and the codebook that says what the columns hold. Plain data out; no file is written here.

Two shapes. *Long*: a row per response and item, with its score. *Wide*: a row per response, made for R and pandas:
column names are plain identifiers, a column has one type, what is missing is an empty cell (None), and why it is
missing stands in a column of its own. Nothing needs cleaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from coordination.i18n import N_, translator
from coordination.surveys.model import Item, Kind, Questionnaire, Response
from coordination.surveys.scoring import ItemState, Result

Cell = str | int | float | None
Row = dict[str, Cell]

KEYS = ("response", "institution", "institution_type", "version", "completed_on", "on_behalf")
LONG_COLUMNS = (
    *KEYS,
    "item",
    "dimension",
    "kind",
    "state",
    "value",
    "number",
    "score",
    "weight",
    "critical",
    "reason",
    "evidence",
    "comment",
)
CODEBOOK_COLUMNS = (
    "column",
    "item",
    "type",
    "unit",
    "values",
    "label_pl",
    "label_en",
    "values_pl",
    "values_en",
)
NO_YES = {"0": N_("no"), "1": N_("yes")}
STATES = {
    "answered": N_("answered"),
    "not_applicable": N_("not applicable"),
    "unknown": N_("don't know"),
    "missing": N_("without an answer"),
    "not_asked": N_("not asked"),
}


class Meaning(NamedTuple):
    """One column of the wide table. `type` is text, integer, number or date; `values` are its codes, if any."""

    column: str
    item: str
    type: str
    unit: str = ""
    values: tuple[str, ...] = ()
    label_pl: str = ""
    label_en: str = ""
    values_pl: tuple[str, ...] = ()
    values_en: tuple[str, ...] = ()

    def row(self) -> Row:
        return {
            name: " | ".join(value) if isinstance(value, tuple) else value
            for name, value in self._asdict().items()
        }


def long_rows(responses: Iterable[tuple[Response, Result]]) -> Iterator[Row]:
    """A row per response and shown item, in order: columns `LONG_COLUMNS`.

    `value` is the answer as text (several options with "; " between), `number` the same where it is one; `score` is
    0..100, unrounded. `state` is one of scored, not_scored, not_applicable, unknown, missing.
    """
    for response, result in responses:
        key = _key(response)
        for one in result.items.values():
            if one.state is ItemState.NOT_SHOWN:
                continue
            answer = one.answer
            value = answer.value if answer else None
            yield {
                **key,
                "item": one.item.id,
                "dimension": one.item.dimension,
                "kind": str(one.item.kind),
                "state": str(one.state),
                "value": _text(value),
                "number": value if isinstance(value, int | float) and not isinstance(value, bool) else None,
                "score": _score(one.score),
                "weight": _score(one.weight),
                "critical": int(one.item.critical),
                "reason": answer.reason or None if answer else None,
                "evidence": answer.evidence or None if answer else None,
                "comment": answer.comment or None if answer else None,
            }


def wide_columns(questionnaire: Questionnaire) -> list[str]:
    """The columns of the wide table, in order."""
    return [meaning.column for meaning in codebook(questionnaire)]


def wide_rows(questionnaire: Questionnaire, responses: Iterable[tuple[Response, Result]]) -> Iterator[Row]:
    """A row per response with every column of `wide_columns`, whatever the institution is asked.

    Of a multiple choice each option is a column of 0 and 1. `<item>_state` says why a cell is empty: not_applicable,
    unknown, missing, or not_asked.
    """
    for response, result in responses:
        row: Row = {
            **_key(response),
            "score": _score(result.score),
            "low": _score(result.low),
            "high": _score(result.high),
            "band": result.band.id if result.band else None,
            "critical_failures": len(result.critical_failures),
        }
        for dimension in result.dimensions:
            row[f"{dimension.id}_score"] = _score(dimension.score)
            row[f"{dimension.id}_coverage"] = _score(dimension.coverage)
        for item in questionnaire.items:
            one = result.items.get(item.id)
            asked = one is not None and one.state is not ItemState.NOT_SHOWN
            value = one.answer.value if one is not None and asked and one.answer else None
            row.update(_wide(item, value))
            row[f"{item.id}_state"] = _state(one.state) if one is not None and asked else "not_asked"
        yield row


def codebook(questionnaire: Questionnaire) -> list[Meaning]:
    """What every column of the wide table holds, in order: a row of the codebook each."""
    bands = questionnaire.rules.bands
    found = [
        _ours("response", "text", N_("Id of the response")),
        _ours("institution", "text", N_("Id of the institution")),
        _ours("institution_type", "text", N_("Code of the type of institution")),
        _ours("version", "text", N_("Version of the questionnaire")),
        _ours("completed_on", "date", N_("Day of completion")),
        _ours("on_behalf", "integer", N_("Answered on behalf of the institution"), values=NO_YES),
        _ours("score", "number", N_("Overall score"), unit="0–100"),
        _ours("low", "number", N_("Lowest possible score"), unit="0–100"),
        _ours("high", "number", N_("Highest possible score"), unit="0–100"),
        Meaning(
            column="band",
            item="",
            type="text",
            values=tuple(band.id for band in bands),
            values_pl=tuple(band.name_pl for band in bands),
            values_en=tuple(band.name_en for band in bands),
            **_both(N_("Band of readiness")),
        ),
        _ours("critical_failures", "integer", N_("Number of critical items below the threshold")),
    ]
    for dimension in questionnaire.dimensions:
        name = (dimension.name_pl, dimension.name_en)
        found += [
            _ours(f"{dimension.id}_score", "number", N_("%(name)s: score"), unit="0–100", name=name),
            _ours(
                f"{dimension.id}_coverage",
                "number",
                N_("%(name)s: share of weight answered"),
                unit="0–1",
                name=name,
            ),
        ]
    for item in questionnaire.items:
        found += _meanings(item)
        state = _ours(
            f"{item.id}_state",
            "text",
            N_("%(name)s: state of the answer"),
            values=STATES,
            name=(item.id, item.id),
        )
        found.append(state._replace(item=item.id))
    return found


def _ours(
    column: str,
    type: str,
    label: str,
    *,
    unit: str = "",
    values: dict[str, str] | None = None,
    name: tuple[str, str] = ("", ""),
) -> Meaning:
    """A column of our own: its label and the words of its values are texts of the program, in both languages."""
    codes = values or {}
    return Meaning(
        column=column,
        item="",
        type=type,
        unit=unit,
        values=tuple(codes),
        values_pl=tuple(translator("pl")._(word) for word in codes.values()),
        values_en=tuple(translator("en")._(word) for word in codes.values()),
        **_both(label, name),
    )


def _both(label: str, name: tuple[str, str] = ("", "")) -> dict[str, Any]:
    return {
        "label_pl": translator("pl")._(label, name=name[0]),
        "label_en": translator("en")._(label, name=name[1]),
    }


def _meanings(item: Item) -> list[Meaning]:
    if item.kind is Kind.MULTICHOICE:
        words = {lang: tuple(translator(lang)._(word) for word in NO_YES.values()) for lang in ("pl", "en")}
        return [
            Meaning(
                column=f"{item.id}_{_name(option.value)}",
                item=item.id,
                type="integer",
                values=tuple(NO_YES),
                label_pl=f"{item.text_pl} {option.label_pl}",
                label_en=f"{item.text_en} {option.label_en}",
                values_pl=words["pl"],
                values_en=words["en"],
            )
            for option in item.options
        ]
    values: Sequence[Any] = item.levels if item.kind is Kind.MATURITY else item.options
    return [
        Meaning(
            column=item.id,
            item=item.id,
            type={Kind.MATURITY: "integer", Kind.NUMBER: "number", Kind.DATE: "date"}.get(item.kind, "text"),
            unit=item.unit,
            values=tuple(str(one.value) for one in values),
            label_pl=item.text_pl,
            label_en=item.text_en,
            values_pl=tuple(one.label_pl for one in values),
            values_en=tuple(one.label_en for one in values),
        )
    ]


def _wide(item: Item, value: object) -> Row:
    if item.kind is Kind.MULTICHOICE:
        return {
            f"{item.id}_{_name(option.value)}": int(option.value in value)
            if isinstance(value, tuple)
            else None
            for option in item.options
        }
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {item.id: value}
    return {item.id: _text(value)}


def _name(value: str) -> str:
    """An option's value as part of an identifier: "10+" is 10plus."""
    return value.replace("+", "plus").replace("-", "_")


def _key(response: Response) -> Row:
    day = response.completed_on
    return {
        "response": response.id,
        "institution": response.institution_id,
        "institution_type": response.institution_type,
        "version": response.version,
        "completed_on": day.isoformat() if day else None,
        "on_behalf": int(response.on_behalf),
    }


def _state(state: ItemState) -> str:
    return "answered" if state in (ItemState.SCORED, ItemState.NOT_SCORED) else str(state)


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, tuple):
        return "; ".join(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _score(value: Fraction | None) -> float | None:
    # Six places: enough to tell any two scores apart, and the same on every machine.
    return None if value is None else round(float(value), 6)
