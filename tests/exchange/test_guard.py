"""What may be personal or case data is found in free text, and plain talk of offices and acts is left alone."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from coordination import guard
from coordination.errors import Invalid

DATA = Path(guard.__file__).parent / "data"
# The PESEL is the example of the ministry's own description; the documents are specimens.
FOUND = [
    ("pesel", "nr 44051401359"), ("pesel", "440514-01359"), ("pesel", "440514 01359"), ("pesel", "4 4 0 5 1 4 0 1 3 5 9"),
    ("pesel", "44051401359a"), ("pesel", "４４０５１４０１３５９"), ("document", "dowód ABA300000"),
    ("document", "ABS 123456"), ("document", "ZS0000177"), ("document", "paszport nr FA123456"),
    ("email", "biuro@example.pl"), ("email", "biuro (at) example.pl"), ("phone", "tel. 22 000 01 01"),
    ("phone", "+48 600 000 000"), ("birth", "ur. 12.03.1980"), ("birth", "urodzona w 1998 r."),
    ("birth", "data urodzenia: 1998-03-12"), ("case", "sygn. akt II K 123/20"), ("case", "Sygn. akt: V AKa 1/19"),
    ("case", "PR 1 Ds. 123.2020"), ("case", "RSD 123/24"), ("victim", "ofiara, kobieta, 24 lata"),
    ("victim", "ofiara lat 19"), ("victim", "19-letnia obywatelka"), ("victim", "małoletnia ofiara w wieku 15 lat"),
]  # fmt: skip
FREE = [
    "44051401358", "zarządzenie nr 47/2015 Wojewody", "art. 189a k.k.", "Porozumienie z 12.03.2015 r.",
    "Program pomaga ofiarom od 20 lat", "dzieci do 18 lat", "KRS 0000123456, NIP 5260001246", "Dz.U. 2019 poz. 125",
    "Spotkanie 12.01.2026, 8:05", "ofiary powyżej 18 lat", "telefon 112", "3 lata współpracy", "",
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), FOUND)
def test_it_is_found_with_its_place(kind, text):
    found = guard.find(f"Uwaga: {text}.")
    assert [each.kind for each in found] == [kind]
    assert f"Uwaga: {text}."[found[0].start : found[0].end] == found[0].fragment


@pytest.mark.parametrize("text", FREE)
def test_plain_talk_is_left_alone(text):
    assert guard.find(text) == []


def test_nothing_in_the_reference_data_is_taken_for_a_person():
    cells = [
        cell for path in DATA.glob("*.csv") for row in csv.reader(path.open(encoding="utf-8")) for cell in row
    ]
    assert len(cells) > 5_000
    assert [cell for cell in cells if guard.find(cell)] == []


def test_whoever_writes_it_is_told_the_fragment():
    with pytest.raises(Invalid) as refused:
        guard.refuse("por. 44051401359", "note")
    assert (refused.value.field, refused.value.values["fragment"]) == ("note", "44051401359")


def test_a_masked_value_shows_less_than_it_hides():
    assert guard.mask("44051401359") == "4•••9"
    assert guard.mask("22 00") == "•••"
    assert guard.mask("") == ""
