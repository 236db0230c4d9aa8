"""Files that cannot be used: each gets a sentence that says where and what to do, and nothing is changed."""

from __future__ import annotations

import io
import resource

import pytest
import xlsxwriter

from coordination.exchange import tabular
from coordination.exchange.problems import Refused
from coordination.i18n import translator
from tests.exchange.makers import CLAIMS, INSTITUTIONS, claim, institution, plan, state, table
from tests.exchange.workbooks import BOMBS, workbook

POLISH = translator("pl")
GOOD = table(INSTITUTIONS, institution("oik-radom", name_pl="Ośrodek w Łodzi"))


def said(content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        tabular.read(content)
    return refused.value.problems[0].sentence(POLISH)


@pytest.mark.parametrize("name", BOMBS)
def test_a_hostile_workbook_is_refused_within_limits_and_in_words(name):
    content = BOMBS[name]()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    sentence = said(content)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Processor time, which does not depend on what else the machine does; the system ends the reader at its limit.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < tabular.LIMITS["cpu"] + 1
    assert sentence.endswith(".") and "Należy" in sentence


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (GOOD.decode().encode("cp1250"), ["nie jest zapisany w UTF-8", "wierszu 2", "CSV UTF-8"]),
        (GOOD.decode().encode("utf-16"), ["nie jest zapisany w UTF-8"]),
        (GOOD.replace(b",", b";"), ["średnikami", "CSV UTF-8"]),
        (GOOD.replace(b",", b"\t"), ["tabulatorami", "CSV UTF-8"]),
        (GOOD + b"a\0b\n", ["NUL", "Wiersz 3"]),
        (b"", ["nie ma wierszy", "wzoru"]),
        (b"\n\n\n", ["nie ma wierszy"]),
        (GOOD + b'x,"y', ["Cudzysłowy", "linii 3"]),
        (b"a\n" * 100_003, ["100 000"]),
        (b"," * 60 + b"\n", ["nie ma wierszy"]),
        (b"a," * 60 + b"\n", ["50. kolumną"]),
        (b"id\n" + b"x" * 200_000, ["za długa", "linii 2"]),
        (b"x" * (tabular.LARGEST + 1), ["większy niż 16 MB", "podzielić"]),
        (b"%PDF-1.7 ...", ["ani plikiem CSV, ani XLSX"]),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_words(content, words):
    sentence = said(content)
    assert [word for word in words if word not in sentence] == []


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm():
    assert tabular.read(b"\xef\xbb\xbf" + GOOD.replace(b"\n", b"\r\n")).lines == tabular.read(GOOD).lines


def test_a_row_is_known_by_the_line_it_begins_in():
    read = tabular.read(b'id,note\n\na,"two\nlines"\nb,x\n')
    assert [(each.number, each.cells[0]) for each in read.lines] == [(3, "a"), (5, "b")]


def test_dates_and_codes_of_a_workbook_are_read_as_they_are_meant():
    from datetime import date

    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["a", "b", "c", "d"])
    sheet.write_datetime(1, 0, date(2026, 1, 12), book.add_format({"num_format": "dd.mm.yyyy"}))
    sheet.write_number(1, 1, 3)
    sheet.write_string(1, 2, "02")
    sheet.write_boolean(1, 3, True)
    book.close()
    assert tabular.read(file.getvalue()).lines[0].cells == ("2026-01-12", "3", "02", "TRUE")


FORMULA = '<c r="{ref}" t="str"><f>1+1</f><v>2</v></c>'


def test_a_formula_in_a_workbook_is_named_by_row_and_column(reference_store):
    rows = "".join(
        f'<row r="{number}">'
        + "".join(
            FORMULA.format(ref="F2") if number == 2 and name == "frequency"
            else f'<c r="{chr(65 + place)}{number}" t="inlineStr"><is><t>{text}</t></is></c>'
            for place, (name, text) in enumerate(zip(CLAIMS, texts, strict=True))
        )
        + "</row>"
        for number, texts in ((1, CLAIMS), (2, [claim().get(name, "") for name in CLAIMS]))
    )  # fmt: skip
    rows = rows.replace('r="F2"', 'r="G2"')
    made = plan(reference_store, "claims", workbook(rows))
    assert [(each.row, each.column) for each in made.problems] == [(2, "frequency")]
    assert "formułę" in made.problems[0].sentence(POLISH)


WRONG_CELLS = [
    ("institutions", INSTITUTIONS, institution("a", type="crisis_center"), "type", "„crisis_centre”"),
    ("institutions", INSTITUTIONS, institution("a", voivodeships="2"), "voivodeships", "„02”"),
    ("institutions", INSTITUTIONS, institution("a", voivodeships="mazowieckie"), "voivodeships", "„14”"),
    ("institutions", INSTITUTIONS, institution("a", voivodeships="PL;14"), "voivodeships", "samo PL"),
    (
        "institutions",
        INSTITUTIONS,
        institution("a", voivodeships_partial="12"),
        "voivodeships_partial",
        "voivodeships",
    ),
    ("institutions", INSTITUTIONS, institution("a", parent_id="kwp-radm"), "parent_id", "„kwp-radom”"),
    ("institutions", INSTITUTIONS, institution("a", parent_id="a"), "parent_id", "sama sobie"),
    ("institutions", INSTITUTIONS, institution(""), "id", "pusta"),
    ("institutions", INSTITUTIONS, institution("a b"), "id", "identyfikatora"),
    ("institutions", INSTITUTIONS, institution("new"), "id", "identyfikatora"),
    ("institutions", INSTITUTIONS, institution("a", website="javascript:alert(1)"), "website", "https://"),
    ("institutions", INSTITUTIONS, institution("a", note="ofiara, lat 19"), "note", "opis osoby"),
    ("institutions", INSTITUTIONS, institution("a", name_pl="x\x07y"), "name_pl", "znak sterujący"),
    ("institutions", INSTITUTIONS, institution("a", name_pl="x" * 301), "name_pl", "300"),
    ("claims", CLAIMS, claim(partner="kwp-radom"), "partner_id", "sama ze sobą"),
    ("claims", CLAIMS, claim(area="referal"), "area", "„referral”"),
    ("claims", CLAIMS, claim(stance="yes"), "stance", "does_not_cooperate"),
    ("claims", CLAIMS, claim(stance="withdrawn"), "stance", "cooperates"),
    ("claims", CLAIMS, claim(forms="training;trening"), "forms", "„training”"),
    ("claims", CLAIMS, claim(intensity="5"), "intensity", "od 1 do 4"),
    ("claims", CLAIMS, claim(stated_on="2026-01-13"), "stated_on", "przyszłości"),
    ("claims", CLAIMS, claim(last_activity="2026-02-01"), "last_activity", "przyszłości"),
    ("claims", CLAIMS, claim(last_activity="31.02.2026"), "last_activity", "kalendarzu"),
    ("claims", CLAIMS, claim(last_activity="2025-02-29"), "last_activity", "kalendarzu"),
    ("claims", CLAIMS, claim(last_activity="12.01.2026"), "last_activity", "2026-01-12"),
    ("claims", CLAIMS, claim(last_activity="jutro"), "last_activity", "rok-miesiąc-dzień"),
    ("claims", CLAIMS, claim(valid_from="2025-02-01", valid_to="2025-01-01"), "valid_to", "wcześniejszy"),
    ("claims", CLAIMS, claim(note="tel. 22 000 01 01"), "note", "numer telefonu"),
]


def test_every_wrong_cell_is_named_with_its_remedy_and_nothing_changes(reference_store):
    before = state(reference_store)
    for kind, columns, row, column, words in WRONG_CELLS:
        made = plan(reference_store, kind, table(columns, row))
        assert [(each.row, each.column) for each in made.problems] == [(2, column)], row
        assert words in made.problems[0].sentence(POLISH), row
        assert made.counts == (0, 0, 0, 1), row
    assert state(reference_store) == before


@pytest.mark.parametrize(
    ("columns", "column", "words"),
    [
        ([*INSTITUTIONS, "telefon"], "13", "nie należy"),
        ([name for name in INSTITUTIONS if name != "type"], "type", "Brakuje kolumny"),
        ([*INSTITUTIONS, "city"], "city", "dwa razy"),
        (["typ" if name == "type" else name for name in INSTITUTIONS], "4", "„type”"),
    ],
)
def test_a_wrong_header_is_refused_as_a_whole(reference_store, columns, column, words):
    with pytest.raises(Refused) as refused:
        plan(reference_store, "institutions", table(columns, institution("a")))
    said = {each.column: each.sentence(POLISH) for each in refused.value.problems}
    assert words in said[column]
    assert {each.row for each in refused.value.problems} == {1}
    assert refused.value.rows == 1


def test_the_columns_that_need_not_be_known_may_be_missing(reference_store):
    short = [name for name in INSTITUTIONS if name != "note"]
    assert plan(reference_store, "institutions", table(short, institution("a"))).counts == (1, 0, 0, 0)


def test_the_same_record_twice_in_one_file_is_refused(reference_store):
    made = plan(
        reference_store,
        "institutions",
        table(INSTITUTIONS, institution("a"), institution("b"), institution("a")),
    )
    assert [(each.row, each.column) for each in made.problems] == [(4, "id")]
    assert "wierszu 2" in made.problems[0].sentence(POLISH)


def test_one_wrong_row_keeps_all_others_out(reference_store):
    made = plan(
        reference_store, "institutions", table(INSTITUTIONS, institution("a"), institution("b", type="x"))
    )
    assert made.refused and made.counts == (0, 0, 0, 1)


def test_what_may_be_personal_is_masked_where_faults_are_told(reference_store):
    made = plan(reference_store, "claims", table(CLAIMS, claim(area="44051401359", note="PESEL 44051401359")))
    assert {each.column for each in made.problems} == {"area", "note"}
    assert not any("440514" in each.value for each in made.problems)
