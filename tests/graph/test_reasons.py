"""Sentences about gaps: they name who said what and when, in both languages, with plurals that are right."""

from datetime import date, timedelta

import pytest

from coordination.graph.facts import World
from coordination.graph.gaps import assess
from coordination.graph.model import Agreement, InstitutionType, Stance, Waiver
from coordination.graph.reasons import tell
from coordination.i18n import translator
from tests.graph.build import TODAY, a_world, expectation, institution, says

KSP, RADOM = institution("KSP", "police", "14"), institution("KWP zs. w Radomiu", "police", "14")
KCIK = institution("KCIK", "shelter", national=True)
TYPES = {
    code: InstitutionType(code=code, name_pl=pl, name_en=en, sector="", level="", team_role="")
    for code, pl, en in (("police", "Komenda", "Police"), ("shelter", "Schronienie", "Shelter"))
}


def told(*said, lang="pl", institutions=(KSP, KCIK), **more):
    world: World = a_world(institutions, said, more.pop("expectations", None), types=TYPES, **more)
    return tell(assess(world, "14", TODAY)[0], world, translator(lang))


def test_a_silent_side_is_counted_in_days_with_the_right_plural():
    sentences = {
        1: "Współpracę podaje: KSP (11.01.2026); druga strona (KCIK) nie odpowiedziała od 1 dnia.",
        2: "Współpracę podaje: KSP (10.01.2026); druga strona (KCIK) nie odpowiedziała od 2 dni.",
        63: "Współpracę podaje: KSP (10.11.2025); druga strona (KCIK) nie odpowiedziała od 63 dni.",
    }
    for days, sentence in sentences.items():
        assert told(says("KSP", "KCIK", on=TODAY - timedelta(days=days))).reason == sentence
    today = told(says("KSP", "KCIK", on=TODAY))
    assert (
        today.reason == "Współpracę podaje: KSP (12.01.2026); druga strona (KCIK) jeszcze nie odpowiedziała."
    )
    assert today.next == "Poprosić o potwierdzenie: KCIK."


def test_english_says_the_same():
    sentence = told(says("KSP", "KCIK", on=TODAY - timedelta(days=1)), lang="en").reason
    assert sentence == (
        "Cooperation is stated by: KSP (11.01.2026); the other side (KCIK) has not answered for 1 day."
    )


def test_neither_side_said_anything():
    assert told() == (
        "Żadna ze stron nie złożyła oświadczenia w tym obszarze.",
        "Zaproponować spotkanie i zapisać oświadczenia obu stron: KSP; KCIK.",
    )


def test_institutions_of_one_type_that_should_meet_are_named_together():
    among = [expectation(type_b="police")]
    assert told(institutions=(KSP, RADOM), expectations=among).next == (
        "Zaproponować spotkanie i zapisać oświadczenia obu stron: KSP, KWP zs. w Radomiu."
    )


def test_an_old_one_sided_claim_is_named():
    sentence = told(says("KSP", "KCIK", on=date(2023, 9, 14))).reason
    assert "ponad 24 miesiące temu: KSP (14.09.2023)" in sentence


def test_a_contradiction_shows_both_voices():
    yes, no = says("KSP", "KCIK"), says("KCIK", "KSP", Stance.DOES_NOT_COOPERATE, on=date(2025, 12, 1))
    text = told(yes, no)
    assert text.reason == "Współpracę podaje: KSP (14.10.2025); brak współpracy podaje: KCIK (01.12.2025)."
    assert text.next == "Poprosić obie strony o wyjaśnienie: KCIK, KSP."
    never = says("KCIK", "KSP", Stance.NOT_APPLICABLE)
    assert "„nie dotyczy” podaje: KCIK (14.10.2025)" in told(yes, never).reason


def test_a_denial_alone_is_told_as_one():
    assert told(says("KCIK", "KSP", Stance.DOES_NOT_COOPERATE)).reason == (
        "Brak współpracy podaje: KCIK (14.10.2025)."
    )


def test_a_stale_tie_names_the_day_and_asks_the_old_side_only():
    text = told(says("KSP", "KCIK", on=date(2023, 9, 1)), says("KCIK", "KSP"))
    assert "01.09.2023" in text.reason
    assert text.next == "Poprosić o odnowienie oświadczenia: KSP."


def test_a_partial_tie_names_who_is_missing():
    more = institution("WCPR", "shelter", "14")
    text = told(says("KSP", "KCIK"), says("KCIK", "KSP"), institutions=(KSP, RADOM, KCIK, more))
    assert text.reason == "Potwierdzone przez obie strony: KSP. Brak potwierdzenia: KWP zs. w Radomiu."


@pytest.mark.parametrize(("missing", "more"), [(4, "i jeszcze 1"), (8, "i jeszcze 5")])
def test_long_lists_are_cut_and_counted(missing, more):
    many = [institution(f"K{n}", "police", "14") for n in range(missing)]
    other = [institution(f"S{n}", "shelter", "14") for n in range(missing)]
    assert told(institutions=(*many, *other)).next.endswith(f": K0, K1, K2 {more}; S0, S1, S2 {more}.")


def test_a_missing_institution_is_named_by_its_type():
    assert told(institutions=[KSP]).reason == "W rejestrze nie ma instytucji typu: Schronienie."
    assert told(institutions=[KSP]).next == "Wpisać do rejestru instytucję typu: Schronienie."
    assert told(institutions=[]).reason == "W rejestrze nie ma instytucji typów: Komenda; Schronienie."
    same = [expectation(type_b="police")]
    assert "tylko jedna instytucja typu: Komenda" in told(institutions=[KSP], expectations=same).reason


def test_an_agreement_in_force_is_named():
    paper = Agreement(id="a", title="Porozumienie z 4.03.2015", parties=("KSP", "KCIK"), areas=("referral",),
                      signed_on=date(2015, 3, 4))  # fmt: skip
    text = told(says("KSP", "KCIK"), says("KCIK", "KSP"), agreements=(paper,))
    assert text.reason.endswith("Obowiązuje: Porozumienie z 4.03.2015.")
    assert text.next == "Nie wymaga działania."


def test_a_waiver_tells_its_end_and_what_is_underneath():
    waiver = Waiver(id="w", expectation_id="x1", voivodeship="14", reason="Brak ośrodka", valid_from=TODAY,
                    valid_to=date(2026, 6, 30))  # fmt: skip
    text = told(waivers=(waiver,))
    assert text.reason == "Odstąpiono do 30.06.2026. Żadna ze stron nie złożyła oświadczenia w tym obszarze."
    assert text.next == "Wrócić do sprawy przed dniem 30.06.2026."
    gone = told(institutions=[KSP], waivers=(waiver,))
    assert gone.reason == "Odstąpiono do 30.06.2026. W rejestrze nie ma instytucji typu: Schronienie."


def test_who_starts_is_said_where_the_model_has_a_direction():
    from dataclasses import replace

    text = told(expectations=[replace(expectation(), direction="a_to_b")])
    assert text.next.endswith("Pierwszy krok wykonuje: KSP.")
