"""XLSForm: our questionnaire leaves, is accepted by pyxform and comes back as it was; forms from elsewhere."""

import csv
import io
import re
from importlib import resources
from xml.etree import ElementTree

import openpyxl
import pytest
from pyxform.xls2xform import convert

from coordination.errors import Invalid
from coordination.i18n import translator
from coordination.surveys import xlsform
from coordination.surveys.conditions import meant_for, shown
from coordination.surveys.publishing import faults
from coordination.surveys.questionnaire import packaged
from coordination.surveys.xlsform_read import load, read
from tests.surveys.build import TYPES, choice, item, maturity, response, small, ypn

EN, PL = translator("en"), translator("pl")
TEXT = resources.files("coordination.data").joinpath("institution_types.csv").read_text("utf-8")
NAMES = {row["code"]: (row["name_pl"], row["name_en"]) for row in csv.DictReader(TEXT.splitlines())}
Q = packaged()


@pytest.fixture(scope="module")
def ours():
    return xlsform.file(Q, NAMES)


def refusal(call, *args):
    with pytest.raises(Invalid) as refused:
        call(*args)
    for tr in (PL, EN):
        assert "%(" not in tr._(refused.value.message, **refused.value.values)
    return EN._(refused.value.message, **refused.value.values)


def test_it_comes_back_as_it_left(ours):
    assert read(load(ours), NAMES) == Q


def test_everything_an_item_can_have_comes_back():
    q = small(
        choice("AA01", "a", "b", scores=[0, 100], critical=True, applies_to=["g", "kcik"]),
        choice("AA02", "x", "10+", scored=False),
        maturity("BB01", weight=2, show_if=[{"item": "AA02", "in": ["x", "10+"]}, {"item": "AA01", "in": ["a"]}]),
        item("AA03", "number", scored=False, min=-1, max=2.5, unit="godz.", show_if={"item": "BB01", "lt": 2}),
        item("AA04", "date"), item("AA05", "line", max_length=40), item("AA06", "link"), item("AA07", "text"),
        ypn("BB02", weight=0.1, hint={"pl": "=1+1", "en": "@x"}),
        groups={"g": ["hospital", "school"]},
    )  # fmt: skip
    assert read(load(xlsform.file(q, NAMES)), NAMES) == q


def test_pyxform_makes_a_form_of_the_file_without_a_warning(ours):
    warnings = []
    form = convert(ours, warnings=warnings, file_type=".xlsx")
    assert warnings == []
    root = ElementTree.fromstring(form.xform)
    languages = {one.get("lang") for one in root.iter("{http://www.w3.org/2002/xforms}translation")}
    assert languages == {"Polski (pl)", "English (en)"}
    binds = {one.get("nodeset").rsplit("/", 1)[-1] for one in root.iter("{http://www.w3.org/2002/xforms}bind")}
    assert set(Q.by_id) <= binds


def test_no_cell_of_the_file_is_a_formula():
    q = small(ypn("AA01", text={"pl": "=HYPERLINK(\"x\")", "en": "+1+1"}))
    book = openpyxl.load_workbook(io.BytesIO(xlsform.file(q, NAMES)))
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}


def test_the_form_asks_what_the_survey_asks():
    """`relevant` read literally, for every type and some answers."""
    rows = {row["name"]: row for row in xlsform.sheets(Q, NAMES)["survey"] if row.get("name") in Q.by_id}
    assert len(rows) == 50

    def asks(text, answers, type):
        def one(found):
            if found[0].startswith("selected('"):
                return str(type in found[1].split())
            given = answers.get(found[2])
            return str(given == found[3] or (isinstance(given, tuple) and found[3] in given))

        text = re.sub(r"selected\('([^']*)', \$\{institution_type\}\)|selected\(\$\{(\w+)\}, '([^']*)'\)", one, text)
        text = re.sub(r"\$\{(\w+)\} ([<>]) ([\d.]+)", lambda m: str(float(answers.get(m[1], "nan")) > float(m[3])), text)
        return eval(text) if text else True  # only True, False, and, or, brackets are left

    for type in TYPES:
        for answers in ({}, {"KN04": "10+", "FU01": "yes", "RS02": 3}, {"KN04": "none", "FU01": "no", "RS02": 0}):
            mine = {one.id for one in meant_for(Q, type)}
            given = {key: value for key, value in answers.items() if key in mine}
            wanted = {one.id for one in shown(Q, type, response(type, **given).answers)}
            assert {name for name, row in rows.items() if asks(row["relevant"], given, type)} == wanted, (type, answers)


def edited(content, sheet, where, column, value):
    book = openpyxl.load_workbook(io.BytesIO(content))
    page = book[sheet]
    head = [cell.value for cell in page[1]]
    keys = [head.index(name) for name in ("list_name", "name") if name in head] or [0]
    for row in page.iter_rows(min_row=2):
        if where is None or tuple(row[key].value for key in keys) == where:
            row[head.index(column)].value = value
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_texts_weights_and_scores_may_be_edited_in_a_spreadsheet(ours):
    content = edited(ours, "survey", ("KN01",), "label::English (en)", "How well?")
    content = edited(content, "survey", ("KN01",), "coordination_weight", 3)
    content = edited(content, "choices", ("RS01", "office"), "coordination_score", 60)
    content = edited(content, "settings", None, "version", "1.1.0")
    found = read(load(content), NAMES)
    assert (found.by_id["KN01"].text_en, found.by_id["KN01"].weight) == ("How well?", 3)
    assert found.by_id["RS01"].option("office").score == 60
    assert found.version == "1.1.0"


@pytest.mark.parametrize("column", ["relevant", "constraint"])
def test_of_two_columns_that_differ_neither_is_guessed(ours, column):
    name = {"relevant": ("KN05",), "constraint": ("RS02",)}[column]
    content = edited(ours, "survey", name, column, {"relevant": "${RS02} > 5", "constraint": ". >= 7"}[column])
    assert refusal(read, load(content), NAMES).startswith(f"{name[0]}: the column {column} says something else")


# --- from elsewhere


def foreign(*survey, choices=(), **settings):
    return {"survey": list(survey), "choices": list(choices), "settings": [settings] if settings else []}


def test_a_form_from_elsewhere_becomes_a_draft_to_finish():
    found = read(
        foreign(
            {"type": "start", "name": "start"},
            {"type": "begin_group", "name": "KN", "label": "Wiedza", "label::English": "Knowledge"},
            {"type": "select_one yn", "name": "KN01", "label": "Czy?", "label::English": "Is it?"},
            {"type": "integer", "name": "KN02", "label": "Ile?", "relevant": "selected(${KN01}, 'y')"},
            {"type": "select_multiple yn", "name": "KN03", "label": "Co?", "relevant": "(${KN01} = 'y' or ${KN01} = 'n') and ${KN02} > 2"},
            {"type": "text", "name": "KN04", "label": "Opis", "appearance": "multiline"},
            {"type": "date", "name": "KN05", "label": "Kiedy"},
            {"type": "end_group"},
            choices=[{"list_name": "yn", "name": v, "label": v} for v in "yn"],
            form_title="Obca", form_id="obca",
        ),
        NAMES,
    )  # fmt: skip
    assert [(one.id, str(one.kind)) for one in found.items] == [
        ("KN01", "choice"), ("KN02", "number"), ("KN03", "multichoice"), ("KN04", "text"), ("KN05", "date")
    ]  # fmt: skip
    assert (found.dimensions[0].name_pl, found.dimensions[0].name_en) == ("Wiedza", "Knowledge")
    assert found.by_id["KN03"].show_if[0].any_of == ("y", "n")
    assert found.by_id["KN03"].show_if[1].gt == 2
    told = [fault.told(EN) for fault in faults(found, TYPES)]
    assert "KN02: the English text is missing (question): write it." in told
    assert any("KN: the dimension has no scored item" in one for one in told)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"type": "geopoint", "name": "a", "label": "x"}], "a: questions of the type geopoint cannot be taken over"),
        ([{"type": "text", "name": "a", "label": "x"}, {"type": "text", "name": "b", "label": "x", "relevant": "string-length(${a}) > 3"}],
         "b: this condition cannot be taken over: string-length"),
        ([{"type": "integer", "name": "a b", "label": "x"}], "The XLSForm cannot be read: "),
        ([{"type": "select_one nowhere", "name": "a", "label": "x"}], "The XLSForm cannot be read: "),
        ([{"type": "begin_group", "name": "a", "label": "x"}], "The XLSForm cannot be read: "),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_over_is_told(rows, words):
    assert refusal(read, foreign(*rows), NAMES).startswith(words)


def test_a_damaged_cell_is_told(ours):
    content = edited(ours, "coordination_rules", None, "rules", "{")
    assert refusal(read, load(content), NAMES) == "rules: the content of this cell is damaged: {."


def test_files_that_are_no_form_are_refused():
    assert refusal(load, b"survey") == "This is not an XLSX workbook."
    assert refusal(load, b"PK\x03\x04" + b"\0" * 50) == "This is not an XLSX workbook."
    file = io.BytesIO()
    openpyxl.Workbook().save(file)
    assert refusal(read, load(file.getvalue()), NAMES).startswith("The workbook has no sheet named survey")


def test_a_workbook_that_unpacks_to_too_much_is_refused_unread():
    import zipfile

    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 21_000_000)
    assert refusal(load, file.getvalue()) == "The workbook is too large for a questionnaire."


def test_a_cell_far_away_costs_nothing_and_is_refused():
    book = openpyxl.Workbook()
    book.active.title = "survey"
    book.active.cell(1, 1, "type")
    book.active.cell(1_048_576, 16_384, "x")
    file = io.BytesIO()
    book.save(file)
    assert refusal(load, file.getvalue()) == "The workbook is too large for a questionnaire."
