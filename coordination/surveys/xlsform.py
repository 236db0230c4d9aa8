"""A questionnaire as an XLSForm: the survey opens in ODK, KoboToolbox or Enketo and comes back without a loss.

Texts, options, conditions and limits stand in the columns every XLSForm has. What only we have (weights, scores,
audiences, critical marks, rules) stands in columns and sheets named `coordination_…`, which other programs pass over.
The first question asks the type of institution, so that conditions by audience work anywhere.

"Not applicable" and "don't know" are not written: a form filled elsewhere leaves such items empty.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from coordination.errors import Invalid
from coordination.i18n import N_, translator
from coordination.surveys import questionnaire as plain
from coordination.surveys.conditions import audience
from coordination.surveys.model import EVERYBODY, Condition, Item, Kind, Questionnaire

TYPE_QUESTION = "institution_type"
OURS = "coordination_"
LANGUAGES = {"pl": "Polski (pl)", "en": "English (en)"}
LINK = "regex(., '^https?://[^ ]+$')"

Row = dict[str, Any]
Sheets = dict[str, list[Row]]

ASK_TYPE = N_("Type of institution")
CELL_TOO_LONG = N_("%(where)s: the text in the column %(what)s is too long for a workbook: shorten it.")
REFUSED = N_("The XLSForm cannot be read: %(why)s")

_TYPES = {
    Kind.MATURITY: "select_one",
    Kind.YPN: "select_one",
    Kind.CHOICE: "select_one",
    Kind.MULTICHOICE: "select_multiple",
    Kind.NUMBER: "decimal",
    Kind.DATE: "date",
    Kind.LINE: "text",
    Kind.TEXT: "text",
    Kind.LINK: "text",
}


def sheets(questionnaire: Questionnaire, types: Mapping[str, tuple[str, str]]) -> Sheets:
    """The sheets of the form as rows by column name.

    Parameters
    ----------
    types
        Polish and English names of all institution types, by code; in the order in which they are offered.
    """
    q = questionnaire
    whole = plain.data(q)
    pl, en = (translator(lang)._(ASK_TYPE) for lang in ("pl", "en"))
    survey: list[Row] = [
        {
            "type": "select_one institution_types",
            "name": TYPE_QUESTION,
            **_said("label", pl, en),
            "required": "yes",
        }
    ]
    choices: list[Row] = [
        {"list_name": "institution_types", "name": code, **_said("label", *names)}
        for code, names in types.items()
    ]
    inside, runs = "", 0
    names = {one.id: (one.name_pl, one.name_en) for one in q.dimensions}
    for item in q.items:
        if item.dimension != inside:
            if inside:
                survey.append({"type": "end_group"})
            inside, runs = item.dimension, runs + 1
            label = names.get(inside, (inside, inside))
            survey.append({"type": "begin_group", "name": f"part_{runs}_{inside}", **_said("label", *label)})
        survey.append(question(q, item, tuple(types)))
        for option in (*item.levels, *item.options):
            score = getattr(option, "score", None)
            choices.append(
                {
                    "list_name": item.id,
                    "name": str(option.value),
                    **_said("label", option.label_pl, option.label_en),
                    **({} if score is None else {f"{OURS}score": _cell(score)}),
                }
            )
    if inside:
        survey.append({"type": "end_group"})
    head = whole["survey"]
    return {
        "survey": survey,
        "choices": choices,
        "settings": [
            {
                "form_title": q.title_pl,
                "form_id": q.id,
                "version": q.version,
                "default_language": LANGUAGES["pl"],
                f"{OURS}survey": json.dumps(head, ensure_ascii=False),
            }
        ],
        f"{OURS}dimensions": [
            {"id": one["id"], "weight": str(one["weight"]), "name_pl": one["pl"], "name_en": one["en"], "basis": one["basis"]}
            for one in whole["dimensions"]
        ],
        f"{OURS}groups": [{"name": name, "types": " ".join(codes)} for name, codes in q.groups.items()],
        f"{OURS}rules": [{"rules": json.dumps(whole["scoring"], ensure_ascii=False)}],
    }  # fmt: skip


def question(q: Questionnaire, item: Item, types: tuple[str, ...]) -> Row:
    """The row of an item in the sheet `survey`."""
    data = plain.item_data(item)
    kind = _TYPES[item.kind]
    row: Row = {
        "type": f"{kind} {item.id}" if kind.startswith("select") else kind,
        "name": item.id,
        **_said("label", item.text_pl, item.text_en),
        **_said("hint", item.hint_pl, item.hint_en),
        "relevant": relevant(q, item, types),
        "constraint": _constraint(item),
        "appearance": "multiline" if item.kind is Kind.TEXT else "",
        f"{OURS}kind": str(item.kind),
        f"{OURS}dimension": item.dimension,
        f"{OURS}weight": str(data["weight"]),
        f"{OURS}scored": "yes" if item.scored else "no",
        f"{OURS}critical": "yes" if item.critical else "no",
        f"{OURS}applies_to": " ".join(item.applies_to),
        f"{OURS}evidence_pl": item.evidence_pl,
        f"{OURS}evidence_en": item.evidence_en,
    }
    for name in ("show_if", "score_bands"):
        if name in data:
            row[f"{OURS}{name}"] = json.dumps(data[name], ensure_ascii=False)
    for name in ("scoring_mode", "unit", "min", "max", "max_length"):
        if name in data:
            row[f"{OURS}{name}"] = str(data[name])
    return row


def relevant(q: Questionnaire, item: Item, types: tuple[str, ...]) -> str:
    """When a form asks the item: the types of its audience, and its conditions."""
    parts = []
    if EVERYBODY not in item.applies_to:
        codes = " ".join(audience(item, q.groups, types))
        parts.append(f"selected('{codes}', ${{{TYPE_QUESTION}}})")
    parts += [_condition(condition) for condition in item.show_if]
    return " and ".join(f"({part})" if len(parts) > 1 else part for part in parts)


def _condition(condition: Condition) -> str:
    if condition.any_of:
        return " or ".join(f"selected(${{{condition.item}}}, '{value}')" for value in condition.any_of)
    if condition.gt is not None:
        return f"${{{condition.item}}} > {_cell(condition.gt)}"
    return f"${{{condition.item}}} < {_cell(condition.lt)}"


def _constraint(item: Item) -> str:
    if item.kind is Kind.NUMBER:
        limits = ((item.minimum, ">="), (item.maximum, "<="))
        return " and ".join(f". {sign} {_cell(limit)}" for limit, sign in limits if limit is not None)
    if item.kind is Kind.LINK:
        return LINK
    return f"string-length(.) <= {item.max_length}" if item.max_length else ""


def _said(name: str, pl: str, en: str) -> Row:
    # An empty cell is left out: pyxform stumbles over a text that is there and empty.
    return {f"{name}::{LANGUAGES[lang]}": text for lang, text in (("pl", pl), ("en", en)) if text}


def _cell(number: Any) -> str:
    return str(number if number.denominator != 1 else int(number)) if number is not None else ""


def workbook(found: Sheets) -> bytes:
    """The sheets as an XLSX file. Every cell is a text: nothing in it is a formula or a link."""
    import xlsxwriter

    file = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(file, options)
    bold = book.add_format({"bold": True})
    for name, rows in found.items():
        page = book.add_worksheet(name[:31])
        page.freeze_panes(1, 0)
        columns = columns_of(rows)
        page.set_column(0, max(len(columns) - 1, 0), 22)
        for column, title in enumerate(columns):
            page.write_string(0, column, title, bold)
        for number, row in enumerate(rows, 1):
            for column, title in enumerate(columns):
                text = str(row.get(title) or "")
                if text and page.write_string(number, column, text):
                    raise Invalid(CELL_TOO_LONG, where=str(row.get("name") or name), what=title)
    book.close()
    return file.getvalue()


def columns_of(rows: Sequence[Row]) -> list[str]:
    """Every column a row has, in the order of first use."""
    return list(dict.fromkeys(name for row in rows for name in row))


def check(found: Sheets) -> list[str]:
    """What pyxform says about a form: warnings, in its words (English).

    Raises
    ------
    Invalid
        If it is no XLSForm.
    """
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    warnings: list[str] = []
    # Only the sheets of the standard: it takes our own for misspelt ones of its.
    known = {name: [dict(row) for row in found.get(name, [])] for name in ("survey", "choices", "settings")}
    try:
        convert(known, warnings=warnings)
    except PyXFormError as error:
        raise Invalid(REFUSED, why=" ".join(str(error).split())[:300]) from None
    except Exception as error:  # of a form it does not expect it fails as it happens
        raise Invalid(REFUSED, why=type(error).__name__) from None
    return warnings


def file(questionnaire: Questionnaire, types: Mapping[str, tuple[str, str]]) -> bytes:
    """The XLSX file of a questionnaire, checked by pyxform before it leaves."""
    found = sheets(questionnaire, types)
    check(found)
    return workbook(found)
