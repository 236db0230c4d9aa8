"""A version seen as an institution sees it; XLSForm and JSON out; a draft from a file, shown before it is made."""

from __future__ import annotations

import html
import io
import json
import random
import re
from dataclasses import replace
from fractions import Fraction

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coordination.errors import Invalid
from coordination.exchange import form_file
from coordination.graph import questionnaires
from coordination.graph.catalogue import institution_types
from coordination.i18n import translator
from coordination.permissions import Role
from coordination.surveys import xlsform, xlsform_read
from coordination.surveys.conditions import meant_for, shown
from coordination.surveys.model import Answer, Kind, Questionnaire
from coordination.surveys.questionnaire import packaged, read
from tests.readiness.test_editor import BASE, DRAFT, ID, put_item, stands, text
from tests.surveys.build import TYPES
from tests.surveys.test_xlsform import NAMES

pytestmark = pytest.mark.pages

Q = packaged()
EN = translator("en")


@pytest.fixture
def editor(sign_in):
    return sign_in(Role.NATIONAL, language="en")


@pytest.fixture
def draft(editor):
    editor.post(f"{BASE}/1.0.0/draft", data={"step": "minor"})
    return editor


# --- preview


def asked_on(page: str) -> list[str]:
    return re.findall(r'<article class="k-try-item" id="q-(\w+)"', page)


@pytest.mark.parametrize("type", ["police_regional", "hospital", "school", "kcik"])
def test_the_preview_asks_what_such_an_institution_is_asked(editor, type):
    for query, answers in (("", {}), ("&a-KN04=10%2B&a-FU01=yes&a-RS02=3", {"KN04": "10+", "FU01": "yes", "RS02": 3})):
        page = editor.get(f"{BASE}/1.0.0/preview?type={type}{query}").text
        mine = {item.id for item in meant_for(Q, type)}
        given = {id: Answer(item_id=id, value=value) for id, value in answers.items() if id in mine}
        wanted = [item.id for item in shown(Q, type, given)]
        assert asked_on(page) == wanted
        assert f"<strong>{len(wanted)} questions are asked</strong>" in page


def test_the_preview_stores_nothing_and_says_what_is_no_answer(editor, reference_store):
    before = questionnaires.listed(reference_store)
    page = editor.get(f"{BASE}/1.0.0/preview?type=kcik&a-RS02=lots&a-KN04=nothing")
    assert page.status_code == 200 and "This is no answer to the question." in page.text and 'value="lots"' in page.text
    assert editor.get(f"{BASE}/1.0.0/preview?type=nowhere").status_code == 200
    assert questionnaires.listed(reference_store) == before


# --- who reads


def test_drafts_are_for_editors_and_published_versions_for_who_works_with_them(draft, sign_in):
    for reader in (sign_in(Role.CONSULTANT, voivodeship="14"), sign_in(Role.AUDITOR), sign_in(Role.ADMINISTRATOR)):
        assert reader.get(f"{BASE}/1.0.0").status_code == 200 and reader.get(DRAFT).status_code == 404
        assert "1.1.0" not in reader.get("/questionnaires").text
        assert reader.get(f"{BASE}/1.0.0/texts").status_code == 403
    assert sign_in(Role.INSTITUTION, institution="ksp").get(f"{BASE}/1.0.0").status_code == 403


# --- out


def offered(store) -> dict[str, tuple[str, str]]:
    """Names of the types in the order in which the program offers them."""
    return {code: (each.name_pl, each.name_en) for code, each in institution_types(store).items()}


def test_files_of_a_version_hold_all_of_it(draft, reference_store):
    put_item(reference_store, "KN01", text_en="How?")
    assert read(json.loads(draft.get(f"{DRAFT}/questionnaire.json").data)) == stands(reference_store)
    content = draft.get(f"{DRAFT}/form.xlsx").data
    assert xlsform_read.read(xlsform_read.load(content), offered(reference_store)) == stands(reference_store)


WORDS = st.text(
    st.characters(categories=("L", "N", "P", "S", "Zs"), include_characters="\n", exclude_characters="$_"), max_size=60
).map(lambda text: text.replace("\u00a0", " ").strip())


@st.composite
def drafts(draw) -> Questionnaire:
    """The packaged questionnaire as somebody may have left it half changed."""
    rng = random.Random(draw(st.integers(0, 10**6)))
    items = list(Q.items)
    for at in rng.sample(range(len(items)), 6):
        one = items[at]
        change: dict[str, object] = {
            "text_pl": draw(WORDS), "text_en": draw(WORDS), "hint_en": draw(WORDS), "evidence_pl": draw(WORDS),
            "weight": Fraction(rng.randint(0, 40), rng.choice((1, 2, 3, 10))), "critical": rng.random() < 0.3,
            "applies_to": tuple(rng.sample([*TYPES, *Q.groups, "all"], rng.randint(1, 4))),
        }  # fmt: skip
        if one.kind is Kind.CHOICE:
            first = one.options[0]
            change["options"] = (replace(first, label_pl=draw(WORDS), score=Fraction(rng.randint(0, 100))), *one.options[1:])
        items[at] = replace(one, **change)  # type: ignore[arg-type]
    del items[rng.randrange(len(items))]
    gone = {item.id for item in Q.items} - {item.id for item in items}
    items = [replace(one, show_if=tuple(c for c in one.show_if if c.item not in gone)) for one in items]
    dimensions = tuple(replace(one, weight=Fraction(rng.randint(0, 50)), name_en=draw(WORDS)) for one in Q.dimensions)
    intro = draw(WORDS)
    return replace(Q, version=f"1.{rng.randint(1, 9)}.0", items=tuple(items), dimensions=dimensions, intro_pl=intro)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(drafts())
def test_a_draft_goes_out_as_an_xlsform_and_comes_back_equal(one):
    assert xlsform_read.read(xlsform_read.load(xlsform.file(one, NAMES)), NAMES) == one


# --- in


def upload(client, content: bytes):
    return client.post("/questionnaires/from-file", data={"file": (io.BytesIO(content), "x.xlsx")})


def test_a_file_is_shown_first_and_becomes_a_draft_when_said_so(editor, reference_store, sign_in):
    changed = replace(Q, items=tuple(replace(one, text_en="How?") if one.id == "KN01" else one for one in Q.items[:-1]))
    answer = upload(editor, xlsform.file(changed, offered(reference_store)))
    look = answer.headers["Location"]
    page = text(editor.get(look))
    assert "The draft would be version 1.1.0" in page and "49" in page
    assert "The file says version 1.0.0, which is not later" in page
    assert len(questionnaires.listed(reference_store)) == 1
    assert sign_in(Role.NATIONAL).get(look).status_code == 404, "a file waits for whoever brought it"
    made = editor.post(look)
    assert made.headers["Location"] == DRAFT and editor.post(look).headers["Location"] == DRAFT
    assert len(questionnaires.listed(reference_store)) == 2
    assert stands(reference_store) == replace(changed, version="1.1.0")
    assert questionnaires.one(reference_store, ID).based_on == "readiness-thb|1.0.0"


def test_a_form_from_elsewhere_says_what_is_missing(editor, reference_store):
    answer = upload(editor, workbook(
        survey=[("type", "name", "label"), ("begin_group", "AA", "Część"), ("text", "q1", "Pytanie?"), ("end_group", "", "")],
        settings=[("form_title", "form_id"), ("Obca", "obca")],
    ))  # fmt: skip
    page = text(editor.get(answer.headers["Location"]))
    assert "The draft would be version 1.0.0" in page and "q1: the English text is missing (question): write it." in page
    assert editor.post(answer.headers["Location"]).headers["Location"] == "/questionnaires/obca/1.0.0"
    assert "things keep the draft from being published" in text(editor.get("/questionnaires/obca/1.0.0"))


def workbook(**sheets) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    book.save(file)
    return file.getvalue()


HEAD = ("type", "name", "label::Polski (pl)", "label::English (en)")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"survey", "This is not an XLSX workbook."),
        (b"PK\x03\x04" + b"\0" * 40, "This is not an XLSX workbook."),
        (b"x" * (form_file.LARGEST + 1), "The file is larger than 4 MB"),
        (workbook(other=[("a",)]), "no sheet named survey"),
        (workbook(survey=[HEAD, ("geopoint", "a", "x", "y")]), "a: questions of the type geopoint cannot be taken over"),
        (workbook(survey=[HEAD, ("text", "a", "Pisać na ktos@example.pl", "y")], settings=[("form_id",), ("f",)]),
         "a: a text holds what looks like data of a person or a case (ktos@example.pl)"),
        (workbook(survey=[HEAD, ("text", "a", "x", "y")], settings=[("form_id",), ("from-file",)]), "form’s id (from-file)"),
    ],
)  # fmt: skip
def test_what_is_no_form_is_refused_with_a_sentence(content, words):
    with pytest.raises(Invalid) as refused:
        form_file.read(content, NAMES)
    assert words in EN._(refused.value.message, **refused.value.values)


def test_a_refused_file_leaves_nothing_behind(editor, reference_store):
    assert upload(editor, b"nothing").status_code == 422
    page = editor.post("/questionnaires/from-file", data={})
    assert page.status_code == 422 and "Choose a file" in html.unescape(page.text)
    assert len(questionnaires.listed(reference_store)) == 1


def test_a_workbook_that_takes_too_long_ends_its_own_process_only(monkeypatch):
    monkeypatch.setattr(form_file, "SECONDS", 0.05)
    with pytest.raises(Invalid) as refused:
        form_file.read(xlsform.file(Q, NAMES), NAMES)
    assert "more time or memory" in refused.value.message
