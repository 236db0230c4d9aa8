"""An XLSForm as a questionnaire: our own comes back as it left, one from elsewhere becomes a draft to finish.

A form from elsewhere has no weights, scores or audiences: its outer groups become dimensions, its questions items
that are not scored, and publishing.py names what is still to be written.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping
from typing import Any

from coordination.errors import Invalid
from coordination.i18n import N_
from coordination.surveys import questionnaire as plain
from coordination.surveys.model import EVERYBODY, Kind, Questionnaire
from coordination.surveys.xlsform import OURS, TYPE_QUESTION, Row, Sheets, check, question

LARGEST = 20_000_000  # bytes of everything in the workbook, unpacked
LONGEST = 5_000  # rows of a sheet
WIDEST = 200  # columns of a sheet

NOT_A_WORKBOOK = N_("This is not an XLSX workbook.")
TOO_LARGE = N_("The workbook is too large for a questionnaire.")
NO_SHEET = N_("The workbook has no sheet named survey, so it is not an XLSForm.")
BAD_TYPE = N_("%(where)s: questions of the type %(what)s cannot be taken over: remove or replace it.")
BAD_RELEVANT = N_(
    "%(where)s: this condition cannot be taken over: %(what)s. Use selected(…), > or < joined by or."
)
CHANGED = N_(
    "%(where)s: the column %(what)s says something else than the columns coordination_… of its row: "
    "change both, or put it back."
)
BAD_JSON = N_("%(where)s: the content of this cell is damaged: %(what)s.")

_IGNORED = frozenset(
    {"start", "end", "today", "deviceid", "username", "phonenumber", "subscriberid", "simserial", "audit"}
    | {"note", "calculate", "hidden"}
)
_KINDS = {"integer": Kind.NUMBER, "decimal": Kind.NUMBER, "date": Kind.DATE, "text": Kind.LINE}
_LANGUAGE = {
    "pl": re.compile(r"\(pl\)$|^(pl|polski|polish)$", re.IGNORECASE),
    "en": re.compile(r"\(en\)$|^(en|english|angielski)$", re.IGNORECASE),
}
_SELECTED = re.compile(r"selected\(\s*\$\{(\w+)\}\s*,\s*'([^']*)'\s*\)|\$\{(\w+)\}\s*=\s*'([^']*)'")
_COMPARED = re.compile(r"\$\{(\w+)\}\s*(>|<)\s*(-?\d+(?:\.\d+)?)")


def load(content: bytes) -> Sheets:
    """The sheets of a workbook as rows by column name; every cell a text.

    Raises
    ------
    Invalid
        If it is no workbook or too large. The size is looked at before anything is unpacked.
    """
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > LARGEST:
                raise Invalid(TOO_LARGE)
        # Row by row: a sheet that claims a million columns costs no more than what is looked at.
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        return {page.title: _rows(page) for page in book.worksheets}
    except Invalid:
        raise
    except Exception:  # a damaged part makes openpyxl raise whatever its XML reader does
        raise Invalid(NOT_A_WORKBOOK) from None


def _rows(page: Any) -> list[Row]:
    found: list[Row] = []
    head: list[str] = []
    for number, line in enumerate(page.iter_rows(max_col=WIDEST, values_only=True)):
        if number > LONGEST:
            raise Invalid(TOO_LARGE)
        cells = [_text(value) for value in line]
        if not number:
            head = cells
        elif any(cells):
            found.append({title: value for title, value in zip(head, cells, strict=False) if title and value})
    return found


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def read(found: Sheets, types: Mapping[str, tuple[str, str]]) -> Questionnaire:
    """The questionnaire of the sheets of an XLSForm.

    Raises
    ------
    Invalid
        With a sentence, if it is no XLSForm (by pyxform), or something of it cannot be taken over.
    """
    if "survey" not in found:
        raise Invalid(NO_SHEET)
    check(found)
    settings = (found.get("settings") or [{}])[0]
    choices: dict[str, list[Row]] = {}
    for row in found.get("choices", []):
        choices.setdefault(row.get("list_name") or row.get("list name") or "", []).append(row)
    items, groups_seen = _items(found["survey"], choices, settings)
    dimensions = [
        {"id": row.get("id"), "weight": row.get("weight", 0), "pl": row.get("name_pl"), "en": row.get("name_en"),
         "basis": row.get("basis")}
        for row in found.get(f"{OURS}dimensions", [])
    ]  # fmt: skip
    rules = found.get(f"{OURS}rules")
    packaged = plain.data(plain.packaged())
    title = settings.get("form_title", "")
    whole = {
        "survey": _json(settings, "survey", "settings")
        or {"id": settings.get("form_id", "xlsform"), "title": {"pl": title, "en": title}},
        "groups": {
            row.get("name", ""): row.get("types", "").split() for row in found.get(f"{OURS}groups", [])
        },
        "dimensions": dimensions or list(groups_seen.values()),
        "items": items,
        "scoring": _decoded(rules[0].get("rules", ""), "rules") if rules else packaged["scoring"],
    }
    if isinstance(whole["survey"], dict):
        # These stand in the settings of any XLSForm, and there they are edited.
        whole["survey"] |= {"id": settings.get("form_id", "xlsform"), "version": settings.get("version", "")}
        if isinstance(whole["survey"].get("title"), dict):
            whole["survey"]["title"]["pl"] = title
    questionnaire = plain.read(whole)
    _agreeing(questionnaire, found["survey"], tuple(types))
    return questionnaire


def _items(
    survey: list[Row], choices: Mapping[str, list[Row]], settings: Row
) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """Items as plain data, and a dimension for each outer group, by its name."""
    items: list[dict[str, Any]] = []
    dimensions: dict[str, dict[str, Any]] = {}
    inside: list[str] = []
    for row in survey:
        kind, _, list_name = row.get("type", "").strip().partition(" ")
        name = row.get("name", "")
        if kind in ("begin_group", "begin"):
            inside.append(name)
            if len(inside) == 1:
                dimensions[name] = {"id": name, "weight": 0, **_both(row, "label", settings), "basis": ""}
        elif kind in ("end_group", "end"):
            inside[-1:] = []
        elif not kind or kind in _IGNORED or name == TYPE_QUESTION:
            continue
        else:
            items.append(
                _item(row, kind, choices.get(list_name.strip(), []), settings, inside[0] if inside else "")
            )
    return items, dimensions


def _item(row: Row, kind: str, options: list[Row], settings: Row, group: str) -> dict[str, Any]:
    name = row.get("name", "")
    found: dict[str, Any] = {
        "id": name,
        "text": _both(row, "label", settings),
        "hint": _both(row, "hint", settings),
        "evidence": {lang: row.get(f"{OURS}evidence_{lang}", "") for lang in ("pl", "en")},
        "dimension": row.get(f"{OURS}dimension") or group,
        "weight": row.get(f"{OURS}weight", 0),
        "scored": row.get(f"{OURS}scored") == "yes",
        "critical": row.get(f"{OURS}critical") == "yes",
        "applies_to": row.get(f"{OURS}applies_to", EVERYBODY).split(),
    }
    own = row.get(f"{OURS}kind")
    if own:
        found["type"] = own
    elif kind in ("select_one", "select_multiple"):
        found["type"] = str(Kind.CHOICE if kind == "select_one" else Kind.MULTICHOICE)
    elif kind in _KINDS:
        multiline = kind == "text" and "multiline" in row.get("appearance", "")
        found["type"] = str(Kind.TEXT if multiline else _KINDS[kind])
    else:
        raise Invalid(BAD_TYPE, where=name, what=kind)
    if options:
        key = "levels" if own == Kind.MATURITY else "options"
        found[key] = [
            {
                "value": option.get("name", ""),
                **({"score": option[f"{OURS}score"]} if f"{OURS}score" in option else {}),
                **_both(option, "label", settings),
            }
            for option in options
        ]
    conditions = _json(row, "show_if", name)
    if conditions is None and not own and row.get("relevant"):
        conditions = [_condition(part, name, row["relevant"]) for part in _parts(row["relevant"])]
    if conditions:
        found["show_if"] = conditions
    bands = _json(row, "score_bands", name)
    if bands is not None:
        found["score_bands"] = bands
    for one in ("scoring_mode", "unit", "min", "max", "max_length"):
        if f"{OURS}{one}" in row:
            found[one] = row[f"{OURS}{one}"]
    return found


def _both(row: Row, name: str, settings: Row) -> dict[str, str]:
    """A text in both languages; a column without a language is in the form's default, Polish where none is named."""
    found = {"pl": "", "en": ""}
    default = settings.get("default_language", "")
    for column, value in row.items():
        title, _, language = column.partition("::")
        if title.strip() != name:
            continue
        language = language.strip() or default or "pl"
        for lang, known in _LANGUAGE.items():
            if known.search(language):
                found[lang] = value
    return found


def _parts(text: str) -> list[str]:
    """What is joined by "and", each without the brackets around it."""
    parts = [part.strip() for part in re.split(r"\band\b", text)]
    return [part[1:-1].strip() if part.startswith("(") and part.endswith(")") else part for part in parts]


def _condition(part: str, where: str, whole: str) -> dict[str, Any]:
    compared = _COMPARED.fullmatch(part)
    if compared:
        return {"item": compared[1], "gt" if compared[2] == ">" else "lt": compared[3]}
    found = [_SELECTED.fullmatch(one.strip()) for one in re.split(r"\bor\b", part)]
    names = {one[1] or one[3] for one in found if one}
    if None in found or len(names) != 1:
        raise Invalid(BAD_RELEVANT, where=where, what=whole[:120])
    return {"item": names.pop(), "in": [one[2] if one[1] else one[4] for one in found if one]}


def _agreeing(questionnaire: Questionnaire, survey: list[Row], types: tuple[str, ...]) -> None:
    """Whether the standard's columns still say what our own say; of two that differ, neither is guessed."""
    told = {item.id: question(questionnaire, item, types) for item in questionnaire.items}
    for row in survey:
        if f"{OURS}kind" not in row:
            continue
        wanted = told[row.get("name", "")]
        for column in ("type", "relevant", "constraint"):
            if row.get(column, "").split() != str(wanted[column]).split():
                raise Invalid(CHANGED, where=row.get("name", ""), what=column)


def _json(row: Row, name: str, where: str) -> Any:
    text = row.get(f"{OURS}{name}")
    return None if text is None else _decoded(text, where)


def _decoded(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Invalid(BAD_JSON, where=where, what=text[:40]) from None
